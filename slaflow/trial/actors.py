"""Who does what a story says, where the story names nobody."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from slaflow.lifecycle.breaches.returns import returned
from slaflow.lifecycle.decision import Draft
from slaflow.lifecycle.events import (
    Changed,
    Contested,
    Disputed,
    Fired,
    Happening,
    Lifted,
    Recorded,
    Upheld,
)
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.machine import lifecycle_of
from slaflow.lifecycle.rights.rules import named_for
from slaflow.workflow.model.parties import SYSTEM
from slaflow.workflow.model.workflow import Workflow


def default_party(workflow: Workflow, lead: Lead, entries: Sequence[Draft], happening: Happening) -> str:
    """The first party that may do it and is not the system; where nothing says who may, who is next to it.

    Source: workflow-file.md, "Scenarios".
    """
    match happening:
        case Recorded(kind=kind):
            return _first_of(workflow.activities[kind].by)
        case Fired(trigger=trigger):
            rows = lifecycle_of(workflow).rows(lead.state, trigger)
            anywhere = (row for row in workflow.transitions if row.trigger == trigger)
            return _first_of((*rows, *anywhere)[0].by)
        case Contested(verb=verb, about=about):
            of = returned(entries, about)
            took, gave = (of.took, of.gave) if of else (lead.held_by, lead.held_by)
            return took if verb == "dispute" else _among(named_for(workflow, happening), gave)
        case Disputed(target=target):
            return workflow.target(target).owed_by or SYSTEM
        case Upheld(target=target):
            owes = workflow.target(target).owed_by
            other = _first_of(tuple(party for party in workflow.parties if party != owes))
            return _among(named_for(workflow, happening), other)
        case Changed() | Lifted():
            return _among(named_for(workflow, happening), lead.held_by)
    return lead.held_by


def _among(named: Collection[str] | None, usual: str) -> str:
    """*usual*, unless the agreement names others for it."""
    return usual if named is None or usual in named else next(iter(named), usual)


def _first_of(parties: tuple[str, ...]) -> str:
    return next((party for party in parties if party != SYSTEM), SYSTEM)
