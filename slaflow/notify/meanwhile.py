"""What happened to a lead since somebody was told of it, in sentences: who did what, no value of the lead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from slaflow.agreement.words.naming import Naming
from slaflow.engine.ask import Expected
from slaflow.lifecycle.decision import Draft
from slaflow.lifecycle.people import Directory
from slaflow.log.entry import Entry
from slaflow.workflow.model.parties import SYSTEM
from slaflow.workflow.model.workflow import Workflow

MOST = 8
"""The latest of them that are told."""
Told = Entry | Draft
_OF_PROMISES = {
    "breached": "was broken",
    "breach_lifted": "had been broken, which was excused",
    "clock_met": "was kept",
    "met_late": "was kept late",
}


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing and when; ``sentence`` has neither capital nor full stop."""

    at: datetime
    sentence: str


def meanwhile(
    workflow: Workflow, people: Directory, told: Sequence[Told], since: int | None, place: Expected
) -> list[Happened]:
    """What of *told*, a lead's whole log, came after the entry *since*; newest first.

    Where nobody knows that entry any more, after the lead came to *place*.
    """
    start = _arrival(told, place) if since is None else since
    speaker = _Speaker(Naming(workflow), people)
    found = [Happened(each.at, words) for each in told if each.seq > start for words in speaker.said(each)]
    return found[: -MOST - 1 : -1]


def _arrival(told: Sequence[Told], place: Expected) -> int:
    """The last entry of the instant at which it came there; what came of that at once is no news."""
    return max((each.seq for each in told if each.at <= place.entered_at), default=0)


def name_of(people: Directory, email: str) -> str:
    """What a person is called; their address where they have no other name."""
    rows = people.rows(email)
    return (rows[-1].name if rows else None) or email


class _Speaker:
    def __init__(self, naming: Naming, people: Directory) -> None:
        self.naming = naming
        self.people = people

    def said(self, told: Told) -> Iterator[str]:
        """What there is to say of an entry; most are nobody's news."""
        data = told.data or {}
        match told.kind:
            case "transition":
                yield f"{self.naming.trigger(told.trigger or '')} by {self._who(told)}{self._way(told)}"
            case "assigned":
                to = data.get("to")
                yield (
                    f"given to {name_of(self.people, to)} by {self._who(told)}"
                    if to
                    else "left without an owner"
                )
            case "migrated":
                yield "moved to another version of the agreement"
            case "erased":
                yield "what was known of the person was erased"
            case kind if kind in _OF_PROMISES and self._is_promise(told.target):
                yield f"{self._promise(told.target or '')} {_OF_PROMISES[kind]}"

    def _way(self, told: Told) -> str:
        if told.from_state == told.to_state or told.from_state is None or told.to_state is None:
            return ""
        return f", from {self.naming.state(told.from_state)} to {self.naming.state(told.to_state)}"

    def _who(self, told: Told) -> str:
        if told.actor == SYSTEM:
            return "the agreement itself"
        return (
            name_of(self.people, told.actor)
            if self.people.rows(told.actor)
            else self.naming.party(told.actor)
        )

    def _is_promise(self, target: str | None) -> bool:
        agreement = self.naming.agreement
        return target is not None and agreement.has_target(target) and not agreement.target(target).is_timer

    def _promise(self, target: str) -> str:
        return promise_of(self.naming.agreement, target)


def promise_of(agreement: Workflow, target: str) -> str:
    """A promise inside a sentence: its title in quotes, else its name."""
    title = agreement.target(target).title
    return f"“{title}”" if title else Naming(agreement).clock(target)
