"""Whom a part of an agreement concerns: parties whose duties, rights or leads it is about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slaflow.hours.calendar import Calendar
from slaflow.workflow.model.clocks import Target
from slaflow.workflow.model.commitment import Commitment
from slaflow.workflow.model.flow import State, Transition
from slaflow.workflow.model.lead import Activity, Check, Field
from slaflow.workflow.model.parties import Party, Team
from slaflow.workflow.model.workflow import Workflow


def concerned(versions: Iterable[tuple[Any, Workflow]]) -> tuple[str, ...]:
    """Parties whom a part is about in any of its versions, each with the agreement in which it stands.

    In the order of the files; all of them where a part is about none alone.
    """
    both = tuple(versions)
    known = tuple(dict.fromkeys(name for _, agreement in both for name in agreement.parties))
    found = {name for thing, agreement in both if thing is not None for name in _of(thing, agreement)}
    return tuple(name for name in known if name in found) or known


def _of(thing: Any, agreement: Workflow) -> Iterable[str]:
    match thing:
        case Target():
            return () if thing.owed_by is None else (thing.owed_by,)
        case Commitment():
            return thing.owed_by
        case Transition() | Activity() | Check():
            return thing.by
        case State():
            return () if thing.held_by is None else (thing.held_by,)
        case Party():
            return (thing.name,)
        case Team():
            return (thing.party,)
        case Field():
            return thing.by or ()
        case Calendar():
            return _by(thing.name, agreement)
        case _:
            return ()


def _by(calendar: str, agreement: Workflow) -> Iterable[str]:
    """Who owes by that calendar, or works by it."""
    for target in agreement.targets:
        if target.owed_by is not None and calendar in target.calendars:
            yield target.owed_by
    yield from (team.party for team in agreement.teams.values() if team.calendar == calendar)
