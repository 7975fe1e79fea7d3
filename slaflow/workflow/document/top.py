"""The workflow file as a whole: every section of workflow-file.md.

`read_document` validates item by item, so that one broken transition hides no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from slaflow.workflow.document.flow import ActionDoc, LiftDoc, TargetDoc, TimerDoc, TransitionDoc
from slaflow.workflow.document.lead import (
    ActivityDoc,
    AnyParty,
    AnyStage,
    ApproachesDoc,
    AttemptsDoc,
    CheckDoc,
    LeadDoc,
    ScoringDoc,
    StateDoc,
)
from slaflow.workflow.document.messages import Fault
from slaflow.workflow.document.reading import DocumentReader, Itemized
from slaflow.workflow.document.terms import CalendarDoc, CommitmentDoc, RouteDoc, TeamDoc
from slaflow.workflow.document.types import Duration, Many, Name, Named, Ref, Slug


def _parties(value: object) -> object:
    """A plain list of names where there are no desks."""
    return {name: {} for name in value if isinstance(name, str)} if isinstance(value, list) else value


class WorkflowDoc(Itemized, Named):
    """The whole file."""

    left_alone = frozenset(("calendars",))

    workflow: Slug
    timezone: str = "UTC"
    parties: Annotated[
        dict[Name, AnyParty],
        BeforeValidator(_parties, json_schema_input_type=dict[Name, AnyParty] | list[Name]),
    ] = Field(default_factory=dict)
    signatures: Many[Ref] = Field(default_factory=list)
    calendars: dict[Slug, CalendarDoc] = Field(default_factory=dict)
    lead: LeadDoc = LeadDoc.model_construct()
    activities: dict[Name, ActivityDoc] = Field(default_factory=dict)
    attempts: AttemptsDoc = AttemptsDoc.model_construct()
    stages: list[AnyStage] = Field(default_factory=list)
    pace: ApproachesDoc | None = None
    scoring: ScoringDoc = ScoringDoc.model_construct()
    checks: dict[Name, CheckDoc] = Field(default_factory=dict)
    states: dict[Name, StateDoc]
    transitions: list[TransitionDoc] = Field(default_factory=list)
    targets: dict[Name, TargetDoc] = Field(default_factory=dict)
    timers: dict[Name, TimerDoc] = Field(default_factory=dict)
    commitments: dict[Name, CommitmentDoc] = Field(default_factory=dict)
    teams: dict[Name, TeamDoc] = Field(default_factory=dict)
    routing: list[RouteDoc] | None = None
    on_assign: Many[ActionDoc] = Field(default_factory=list)
    lift: LiftDoc | None = None
    late_evidence: Duration = "72h"
    notify_within: Duration = "24h"
    grace: Duration | None = None


def read_document(data: Any) -> tuple[WorkflowDoc | None, tuple[Fault, ...]]:
    """The file's data as a document, and everything wrong with its shape.

    Entries with a fault are left out of the document (None in a list, so that the others keep
    their places); None where *data* is no mapping at all.
    """
    if not isinstance(data, Mapping):
        return None, (Fault((), "a workflow is a mapping that begins with workflow: its-name"),)
    if "scenarios" in data:
        advice = "this file holds scenarios, not an agreement; try it with 'slaflow workflow test FILE'"
        return None, (Fault(("scenarios",), advice, key=True),)
    reader = DocumentReader()
    return reader.model(WorkflowDoc, data), tuple(reader.faults)
