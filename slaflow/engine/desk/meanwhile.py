"""What happened to a lead since somebody was told of it, in sentences: who did what, no value of the lead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from slaflow.agreement.words.naming import Naming
from slaflow.engine.ask import Expected
from slaflow.language import _
from slaflow.lifecycle.decision import Draft
from slaflow.lifecycle.people import Directory
from slaflow.log.entry import Entry
from slaflow.workflow.model.parties import SYSTEM
from slaflow.workflow.model.workflow import Workflow

MOST = 8
"""The latest of them that are told."""
Told = Entry | Draft
_OF_PROMISES: Mapping[str, Callable[[], str]] = {
    "breached": lambda: _("{promise} was broken"),
    "breach_lifted": lambda: _("{promise} had been broken, which was excused"),
    "clock_met": lambda: _("{promise} was kept"),
    "met_late": lambda: _("{promise} was kept late"),
}


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing and when; ``sentence`` has neither capital nor full stop.

    ``what`` and ``parts`` are the same for who words it in another language: ``what`` is the entry's kind,
    and nobody did by hand what is ``by`` None.
    """

    at: datetime
    sentence: str
    what: str = ""
    parts: Mapping[str, str | None] = field(default_factory=dict)


def meanwhile(
    workflow: Workflow, people: Directory, told: Sequence[Told], since: int | None,
    place: Expected | None = None,
) -> list[Happened]:  # fmt: skip
    """What of *told*, a lead's whole log, came after the entry *since*; newest first.

    Where nobody knows that entry any more, after the lead came to *place*.
    """
    start = _arrival(told, place) if since is None else since
    speaker = _Speaker(Naming(workflow), people)
    found = [said for each in told if each.seq > start for said in speaker.said(each)]
    return found[: -MOST - 1 : -1]


def _arrival(told: Sequence[Told], place: Expected | None) -> int:
    """The last entry of the instant at which it came there; what came of that at once is no news."""
    if place is None:
        return 0
    return max((each.seq for each in told if each.at <= place.entered_at), default=0)


def name_of(people: Directory, email: str) -> str:
    """What a person is called; their address where they have no other name."""
    rows = people.rows(email)
    return (rows[-1].name if rows else None) or email


class _Speaker:
    def __init__(self, naming: Naming, people: Directory) -> None:
        self.naming = naming
        self.people = people

    def said(self, told: Told) -> Iterator[Happened]:
        """What there is to say of an entry; most are nobody's news."""
        to: str | None = (told.data or {}).get("to")
        by = self._who(told)
        said_by = None if told.actor == SYSTEM else by
        match told.kind:
            case "transition":
                trigger = self.naming.trigger(told.trigger or "")
                start, end = self._way(told)
                words = _("{trigger} by {by}, from {start} to {end}") if start else _("{trigger} by {by}")
                sentence = words.format(trigger=trigger, by=by, start=start, end=end)
                parts = {"trigger": trigger, "by": said_by, "from": start, "to": end}
                yield self._happened(told, sentence, parts)
            case "assigned" if to:
                name = name_of(self.people, to)
                yield self._happened(
                    told, _("given to {name} by {by}").format(name=name, by=by), {"to": name, "by": said_by}
                )
            case "assigned":
                yield self._happened(told, _("left without an owner"), {"to": None, "by": said_by})
            case "migrated":
                yield self._happened(told, _("moved to another version of the agreement"), {})
            case "erased":
                yield self._happened(told, _("what was known of the person was erased"), {})
            case kind if kind in _OF_PROMISES and self._is_promise(told.target):
                promise = self._promise(told.target or "")
                sentence = _OF_PROMISES[kind]().format(promise=promise)
                yield self._happened(told, sentence, {"promise": promise})

    def _happened(self, told: Told, sentence: str, parts: Mapping[str, str | None]) -> Happened:
        return Happened(told.at, sentence, told.kind, parts)

    def _way(self, told: Told) -> tuple[str | None, str | None]:
        if told.from_state == told.to_state or told.from_state is None or told.to_state is None:
            return None, None
        return self.naming.state(told.from_state), self.naming.state(told.to_state)

    def _who(self, told: Told) -> str:
        if told.actor == SYSTEM:
            return _("the agreement itself")
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
