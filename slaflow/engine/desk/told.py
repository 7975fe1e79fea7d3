"""What happened to a lead in sentences, newest first, what came of a thing at once under it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from slaflow.agreement.words.naming import Naming, plain, unquoted
from slaflow.engine.desk.asked import title_of, words_of
from slaflow.engine.desk.meanwhile import name_of, promise_of
from slaflow.hours.words import ALWAYS, time_on
from slaflow.language import _
from slaflow.lifecycle.decision import Draft
from slaflow.lifecycle.people import Directory
from slaflow.log.entry import Entry
from slaflow.workflow.model.lead import Field
from slaflow.workflow.model.parties import SYSTEM

Told = Entry | Draft
MOST = 50


@dataclass(frozen=True, slots=True)
class Event:
    """One entry: what happened, by whom (None: the agreement itself), and what was said with it.

    ``kind`` is the log's; ``is_handoff``: the lead went to the other party. ``told_at`` is when slaflow was
    told of it, where that was later. ``entry`` is the entry's number in the whole log, None: it is not saved.
    """

    seq: int
    entry: int | None
    kind: str
    at: datetime
    sentence: str
    by: str | None
    party: str | None
    said: tuple[tuple[str, str], ...] = ()
    is_handoff: bool = False
    told_at: datetime | None = None
    consequences: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """Events newest first; ``before`` is the entry before which the next ones are, None: there are none."""

    events: tuple[Event, ...]
    before: int | None


def timeline(naming: Naming, people: Directory, told: Sequence[Told], *, goes_on: bool) -> Timeline:
    """The latest :data:`MOST` causes among *told*, in their order, each with its consequences.

    *goes_on* says that the lead's log holds others before these.
    """
    by_seq = {each.seq: each for each in told}
    below: dict[int, list[Told]] = {}
    causes: list[Told] = []
    for each in told:
        cause = _cause(each, by_seq)
        if cause is None:
            causes.append(each)
        elif cause in by_seq:
            below.setdefault(cause, []).append(each)
    shown = causes[-MOST:]
    speaks = Speaker(naming, people)
    events = [
        replace(speaks.event(each), consequences=tuple(map(speaks.event, below.get(each.seq, ()))))
        for each in reversed(shown)
    ]
    is_more = goes_on or len(causes) > len(shown)
    return Timeline(tuple(events), shown[0].seq if is_more and shown else None)


def event(naming: Naming, people: Directory, told: Told) -> Event:
    """One entry by itself."""
    return Speaker(naming, people).event(told)


def _cause(told: Told, by_seq: Mapping[int, Told]) -> int | None:
    """The entry under which it stands: the first of the chain that led to it; None: itself."""
    cause, at = told.caused_by, told.caused_by
    while at is not None and at in by_seq:
        cause, at = at, by_seq[at].caused_by
    return cause if at is None else at


class Speaker:
    """Says entries of a lead in the words of its agreement."""

    def __init__(self, naming: Naming, people: Directory) -> None:
        self.naming = naming
        self.people = people

    def event(self, told: Told) -> Event:
        data = told.data or {}
        say = _SAYINGS.get(told.kind)
        sentence = told.kind.replace("_", " ") if say is None else say(self, told, data)
        happened = told.occurred_at or told.at
        arrived = told.arrived_at or told.at
        return Event(
            seq=told.seq,
            entry=getattr(told, "id", None),
            kind=told.kind,
            at=happened,
            sentence=sentence,
            by=None if told.actor == SYSTEM else self.who(told.actor),
            party=told.party,
            said=tuple(self._said(told, data)),
            is_handoff=told.handoff,
            told_at=arrived if arrived > happened else None,
        )

    def who(self, name: str) -> str:
        return name_of(self.people, name) if self.people.rows(name) else self.naming.party(name)

    def promise(self, told: Told) -> str:
        agreement = self.naming.agreement
        target = told.target or ""
        if not target and "about" in (told.data or {}):
            return _("that it came back")
        return promise_of(agreement, target) if agreement.has_target(target) else self.naming.clock(target)

    def time(self, told: Told, seconds: float) -> str:
        """*seconds* of the promise of *told*: in days where its time never stands still."""
        agreement, target = self.naming.agreement, told.target or ""
        counted = set(agreement.target(target).calendars) if agreement.has_target(target) else set()
        return time_on(ALWAYS if counted == {ALWAYS} else None, seconds)

    def _said(self, told: Told, data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """What was given with it by hand, under the names of the agreement."""
        for part in ("fields", "inputs", "answer"):
            values = data.get(part)
            for name, value in (values if isinstance(values, Mapping) else {}).items():
                if value is not None:
                    yield self._called(told, data, name, value)
        if told.kind in ("refused", "disputed", "granted", "upheld", "breach_lifted") and told.reason:
            yield _("because"), told.reason
        for reason in data.get("because", ()) if told.kind == "checked" else ():
            yield _("because"), str(reason)

    def _called(self, told: Told, data: Mapping[str, Any], name: str, value: object) -> tuple[str, str]:
        """What an input, an answer or an activity's own field is called, else the lead's; and its value."""
        agreement = self.naming.agreement
        asked: Iterable[Mapping[str, Field]] = ()
        if told.trigger is not None:
            asked = (row.requires for row in agreement.transitions if row.trigger == told.trigger)
        elif (kind := agreement.activities.get(str(data.get("activity")))) is not None:
            asked = (kind.fields,)
        elif (check := agreement.checks.get(str(data.get("check")))) is not None:
            asked = (check.fields,)
        own = next((fields[name] for fields in asked if name in fields), agreement.fields.get(name))
        return (plain(name) if own is None else title_of(own)), words_of(value, own)

    def transition(self, told: Told, data: Mapping[str, Any]) -> str:
        deed = unquoted(self.naming.trigger(told.trigger or ""))
        if told.from_state == told.to_state or told.from_state is None or told.to_state is None:
            return deed
        start, end = self.naming.state(told.from_state), self.naming.state(told.to_state)
        return _("{deed}: from {start} to {end}").format(deed=deed, start=start, end=end)

    def activity(self, told: Told, data: Mapping[str, Any]) -> str:
        words = unquoted(self.naming.activity(str(data.get("activity") or told.kind)))
        if not data.get("points"):
            return words
        return _("{touch}, worth {points} points").format(touch=words, points=data["points"])

    def checked(self, told: Told, data: Mapping[str, Any]) -> str:
        words = (
            _("{check} answered: it passed") if data.get("passed") else _("{check} answered: it did not pass")
        )
        return words.format(check=self.naming.check(str(data.get("check") or "")))

    def refused(self, told: Told, data: Mapping[str, Any]) -> str:
        what = told.trigger or data.get("activity") or data.get("check")
        if told.trigger:
            what = unquoted(self.naming.trigger(told.trigger))
        return _("{what} was refused").format(what=what or _("what was asked"))

    def assigned(self, told: Told, data: Mapping[str, Any]) -> str:
        to = data.get("to")
        return _("given to {who}").format(who=self.who(to)) if to else _("left without an owner")

    def started(self, told: Told, data: Mapping[str, Any]) -> str:
        seconds = data.get("allowance_seconds")
        promise = self.promise(told)
        if not seconds:
            return _("the time for {promise} began").format(promise=promise)
        time = time_on(data.get("calendar"), seconds)
        words = _("the time for {promise} began, {time} on the calendar {calendar}")
        return words.format(promise=promise, time=time, calendar=data.get("calendar"))

    def late(self, told: Told, data: Mapping[str, Any]) -> str:
        by = data.get("late_seconds")
        if not by:
            return _("{promise} was kept late").format(promise=self.promise(told))
        words = _("{promise} was kept {time} late")
        return words.format(promise=self.promise(told), time=self.time(told, by))

    def met(self, told: Told, data: Mapping[str, Any]) -> str:
        left = data.get("left_seconds")
        if not left:
            return _("{promise} was kept").format(promise=self.promise(told))
        words = _("{promise} was kept, with {time} left")
        return words.format(promise=self.promise(told), time=self.time(told, left))

    def cancelled(self, told: Told, data: Mapping[str, Any]) -> str:
        return _("{promise} is no longer owed").format(promise=self.promise(told))


def _about(words: Callable[[], str]) -> Callable[[Speaker, Told, Mapping[str, Any]], str]:
    return lambda speaker, told, data: words().format(promise=speaker.promise(told), step=told.step or "")


_SAYINGS: Mapping[str, Callable[[Speaker, Told, Mapping[str, Any]], str]] = {
    "created": lambda speaker, told, data: _("added"),
    "changed": lambda speaker, told, data: _("fields changed"),
    "activity": Speaker.activity,
    "checked": Speaker.checked,
    "transition": Speaker.transition,
    "refused": Speaker.refused,
    "assigned": Speaker.assigned,
    "clock_started": Speaker.started,
    "clock_paused": _about(lambda: _("{promise} was paused")),
    "clock_resumed": _about(lambda: _("{promise} goes on")),
    "clock_restarted": _about(lambda: _("the time for {promise} began anew")),
    "clock_moved": _about(lambda: _("{promise} is due at another time")),
    "clock_met": Speaker.met,
    "met_late": Speaker.late,
    "clock_cancelled": Speaker.cancelled,
    "clock_passed_on": _about(lambda: _("{promise} went to the next owner")),
    "warned": _about(lambda: _("{step} of the time for {promise} is over")),
    "breached": _about(lambda: _("{promise} was broken")),
    "breach_lifted": _about(lambda: _("the breach of {promise} was excused")),
    "escalated": _about(lambda: _("{step} after {promise} was due")),
    "timer_fired": _about(lambda: _("the time of {promise} is over")),
    "disputed": _about(lambda: _("disputed: {promise}")),
    "granted": _about(lambda: _("dispute granted: {promise}")),
    "upheld": _about(lambda: _("dispute turned down: {promise}")),
    "migrated": lambda speaker, told, data: _("moved to another version of the agreement"),
    "merged": lambda speaker, told, data: _("merged with another lead"),
    "erased": lambda speaker, told, data: _("what was known of the person was erased"),
}
