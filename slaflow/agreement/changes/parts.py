"""An agreement as its parts: everything that has a name of its own, and the rest under its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from slaflow.language import _
from slaflow.workflow.model.flow import Transition
from slaflow.workflow.model.workflow import Workflow

APART = frozenset(
    "parties fields activities described scoring checks states transitions targets teams routing calendars"
    " commitments".split()
)
"""Fields of the whole that are parts with names, or rows in order."""
REST = tuple(each.name for each in fields(Workflow) if each.init and each.name not in APART)


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of part: what it is called in JSON and before a name in a sentence.

    ``reordered`` says that they stand in another order; empty: their order counts for nothing.
    """

    part: str
    spoken: str
    things: Mapping[str, Any]
    reordered: str = ""

    @property
    def is_ordered(self) -> bool:
        return bool(self.reordered)


def kinds(agreement: Workflow) -> list[Kind]:
    """All parts by sort and name, first what people argue about."""
    targets = {each.name: each for each in agreement.targets if not each.is_timer}
    timers = {each.name: each for each in agreement.targets if each.is_timer}
    calendars = {name: each for name, each in agreement.calendars.items() if not each.is_always}
    return [
        Kind("target", "", targets, _("the order of targets is another: {names} stand elsewhere")),
        Kind(
            "commitment",
            _("the commitment"),
            agreement.commitments,
            _("the order of commitments is another: {names} stand elsewhere"),
        ),
        Kind(
            "transition",
            "",
            transitions(agreement),
            _("the order of transitions is another: {names} stand elsewhere"),
        ),
        Kind("timer", _("the timer"), timers, _("the order of timers is another: {names} stand elsewhere")),
        Kind("check", _("the check"), agreement.checks),
        Kind("calendar", "", calendars),
        Kind("state", _("the state"), agreement.states),
        Kind("party", _("the party"), agreement.parties),
        Kind("activity", _("the activity"), agreement.activities),
        Kind("stage", _("the stage"), {each.name: each for each in agreement.described}),
        Kind("field", _("the field"), agreement.fields),
        Kind("team", _("the team"), agreement.teams),
    ]


def transitions(agreement: Workflow) -> dict[str, Transition]:
    """Rows by trigger, state and, of several alike, number: ``promote to mql``, ``promote to mql (2)``."""
    found: dict[str, Transition] = {}
    seen: Counter[str] = Counter()
    for row in agreement.transitions:
        name = f"{row.trigger} to {row.to}" if row.to else row.trigger
        seen[name] += 1
        found[name if seen[name] == 1 else f"{name} ({seen[name]})"] = row
    return found
