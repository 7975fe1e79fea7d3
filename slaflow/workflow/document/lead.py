"""What the file says about the lead itself: fields, activities, scoring, checks."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Discriminator, Field, Tag

from slaflow.workflow.document.reading import Itemized
from slaflow.workflow.document.types import (
    Condition,
    Doc,
    Duration,
    ExpressionText,
    Grants,
    Many,
    Name,
    Named,
    Number,
    One,
    Points,
    Ref,
    Scalar,
    Some,
    SomeGrants,
    nothing_is_empty,
)
from slaflow.workflow.model.lead import FieldType


class FieldDoc(Named):
    """A field or input: its type, and what its values must satisfy."""

    type: FieldType
    one_of: Annotated[list[Scalar], Field(min_length=1)] | None = None
    min: Scalar = None
    max: Scalar = None
    min_length: Annotated[int, Field(ge=0)] | None = None
    pattern: str | None = None
    required: bool | None = None
    default: Scalar = None


AnyField = Annotated[
    FieldDoc,
    BeforeValidator(
        lambda value: {"type": value} if isinstance(value, str) else value,
        json_schema_input_type=FieldType | FieldDoc,
    ),
]
"""``decimal``, or a mapping with the type and more."""


class LeadFieldDoc(FieldDoc):
    """A field of the lead, with who may set it by hand."""

    by: SomeGrants | None = None


AnyLeadField = Annotated[
    LeadFieldDoc,
    BeforeValidator(
        lambda value: {"type": value} if isinstance(value, str) else value,
        json_schema_input_type=FieldType | LeadFieldDoc,
    ),
]


class AccountDoc(Doc):
    """``{domain_of: email, except: [gmail.com]}``: the domain of an address says whose lead it is."""

    domain_of: One = Field(description="write {domain_of: FIELD}, the field whose address has the domain")
    excepted: Some[str] = Field(default_factory=list, alias="except")


AnyAccount = Annotated[
    Annotated[One, Tag("name")] | Annotated[AccountDoc, Tag("AccountDoc")],
    Discriminator(lambda value: "AccountDoc" if isinstance(value, dict | AccountDoc) else "name"),
]


class LeadDoc(Itemized):
    identity: Many[Ref] = Field(default_factory=list)
    account: AnyAccount | None = None
    fields: dict[Name, AnyLeadField] = Field(default_factory=dict)


class ActivityDoc(Named):
    by: Grants
    points: Points | None = None
    when: Condition | None = None
    cap: Number | None = None
    stage: Ref | None = None
    fits: Many[Ref] = Field(default_factory=list)
    attempt: Name | None = None
    contact: bool = False
    automated: bool = False
    fields: dict[Name, AnyField] = Field(default_factory=dict)


class AttemptsDoc(Doc):
    spacing: Duration = "0s"


class StageDoc(Named):
    """A stage of the buyer's journey: what they think there, and what shows that they are there."""

    name: Name
    signal: str | None = None


AnyStage = Annotated[
    StageDoc,
    BeforeValidator(
        lambda value: value if isinstance(value, dict) else {"name": value},
        json_schema_input_type=Name | StageDoc,
    ),
]
"""``selection``, or a mapping with the name and more."""


class ApproachesDoc(Doc):
    """How often a prospect is approached."""

    by: Many[Ref]
    at_most: Annotated[int, Field(ge=1)]
    per: Duration


class FitDoc(Doc):
    when: Condition
    points: Points
    because: str | None = None


class EngagementDoc(Doc):
    half_life: Duration | None = None


class ScoringDoc(Itemized):
    fit: list[FitDoc] = Field(default_factory=list)
    engagement: EngagementDoc | None = None
    score: ExpressionText | None = None


class ClauseDoc(Doc):
    that: Condition
    otherwise: str | None = None


def _clauses(value: object) -> object:
    """One condition, or a list in which conditions stand bare or with words for a refusal."""
    listed = value if isinstance(value, list) else [value]
    return [clause if isinstance(clause, dict) else {"that": clause} for clause in listed]


GuardDoc = Annotated[
    list[ClauseDoc],
    BeforeValidator(_clauses, json_schema_input_type=Condition | ClauseDoc | list[Condition | ClauseDoc]),
]


class CheckDoc(Named):
    question: str | None = None
    fields: dict[Name, AnyField] = Field(default_factory=dict)
    passes: GuardDoc = Field(alias="pass")
    by: Grants = Field(default_factory=list)
    valid_for: Duration | None = None


class PartyDoc(Named):
    desk: str | None = None


class StateDoc(Named):
    held_by: str | None = None
    initial: bool = False
    final: bool = False
    rest: bool = False


AnyParty = Annotated[PartyDoc, BeforeValidator(nothing_is_empty, json_schema_input_type=PartyDoc | None)]
