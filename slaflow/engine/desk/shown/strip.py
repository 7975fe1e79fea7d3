"""A lead's clocks side by side along time: when each ran, stood still, was warned of, broke, was kept.

What is drawn is bounded, however long a lead has been there: so many clocks, marks and days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from slaflow.clock.state import Clock
from slaflow.engine.desk.clock_bar import Tone
from slaflow.engine.desk.meanwhile import Told
from slaflow.engine.desk.seen import Seen
from slaflow.engine.desk.told import Speaker
from slaflow.hours.calendar import Calendar
from slaflow.hours.zones import instant_at, micros_at

LANES = 10
MARKS = 40
"""So many of the latest are marked in a lane."""
RECENT = timedelta(days=30)
"""Of clocks that are over those that ended so long before the last at most."""
LONGEST = timedelta(days=400)
"""So far back and ahead at most."""
SpanKind = Literal["ran", "late", "paused", "ahead"]
MarkKind = Literal["warned", "breached", "escalated", "excused", "disputed", "kept", "due", "handoff", "move",
                   "touch"]  # fmt: skip
_OF_CLOCKS: dict[str, MarkKind] = {
    "warned": "warned", "breached": "breached", "escalated": "escalated", "breach_lifted": "excused",
    "disputed": "disputed", "clock_met": "kept", "met_late": "kept",
}  # fmt: skip
Period = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Span:
    kind: SpanKind
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened, in words."""

    kind: MarkKind
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A clock, since when it runs and when it is due; without ``target`` what was done with the lead."""

    target: str | None
    number: int
    title: str | None
    party: str | None
    tone: Tone
    began: datetime | None
    due: datetime | None
    spans: tuple[Span, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """``periods`` are the open time that is drawn, all else is cut out; empty: none is, time is wall time.

    ``left_out`` clocks are not drawn, since there are too many.
    """

    lanes: tuple[Lane, ...]
    start: datetime
    end: datetime
    at: datetime
    periods: tuple[Period, ...]
    calendars: tuple[str, ...]
    left_out: int


def strip(seen: Seen, told: Sequence[Told]) -> Strip | None:
    """None where no clock ever ran. *told* is the end of the lead's log, from which pauses and marks are."""
    clocks, left_out = _chosen(seen)
    if not clocks:
        return None
    # What nobody owes stretches no axis: a timer of months would leave no room for promises of hours.
    owed = [each for each in clocks if each.owed_by is not None] or clocks
    start = max(min(each.started_at for each in owed), seen.at - LONGEST)
    end = min(max(seen.at, *(_until(seen, each) for each in owed)), seen.at + LONGEST)
    calendars = {clock.calendar: seen.calendar(clock) for clock in owed}
    speaker = Speaker(seen.naming, seen.people)
    lanes = [_of_lead(speaker, told, start, end)]
    lanes += [_lane(seen, speaker, clock, told) for clock in clocks]
    periods = tuple(_open(calendars.values(), start, end))
    return Strip(tuple(lanes), start, end, seen.at, periods, tuple(calendars), left_out)


def _chosen(seen: Seen) -> tuple[list[Clock], int]:
    """The open clocks, the most urgent first, then those that ended last; and how many of these are not."""
    running = [clock for _, clock in seen.open]
    ended = [each for each in seen.clocks if each.ended_at is not None and each.owed_by is not None]
    ended.sort(key=_ended_at, reverse=True)
    since = _ended_at(ended[0]) - RECENT if ended else seen.at
    recent = [each for each in ended if _ended_at(each) >= since]
    chosen = [*running, *recent][:LANES]
    return chosen, len(running) + len(ended) - len(chosen)


def _ended_at(clock: Clock) -> datetime:
    assert clock.ended_at is not None
    return clock.ended_at


def _until(seen: Seen, clock: Clock) -> datetime:
    if clock.ended_at is not None:
        return clock.ended_at
    return clock.due_at if clock.due_at is not None and clock.paused_at is None else seen.at


def _open(calendars: Iterable[Calendar], start: datetime, end: datetime) -> Iterator[Period]:
    """When any of them is open; nothing where one always is, or none is in all that time."""
    known = list(calendars)
    if any(each.is_always for each in known):
        return
    first, last = micros_at(start), micros_at(end)
    opened = sorted(piece for each in known for piece in each.periods.between(first, last))
    begun: int | None = None
    until = 0
    for opens, closes in opened:
        if begun is None or opens > until:
            if begun is not None:
                yield instant_at(begun), instant_at(until)
            begun, until = opens, closes
        until = max(until, closes)
    if begun is not None:
        yield instant_at(begun), instant_at(until)


def _of_lead(speaker: Speaker, told: Sequence[Told], start: datetime, end: datetime) -> Lane:
    marks = [mark for each in told for mark in _deeds(speaker, each) if start <= mark.at <= end]
    return Lane(None, 0, None, None, "over", None, None, (), tuple(marks[-MARKS:]))


def _deeds(speaker: Speaker, told: Told) -> Iterator[Mark]:
    at = told.occurred_at or told.at
    if told.handoff:
        yield Mark("handoff", told.at, speaker.event(told).sentence)
    elif told.kind == "activity":
        yield Mark("touch", at, speaker.event(told).sentence)
    elif told.kind == "transition":
        yield Mark("move", told.at, speaker.event(told).sentence)


def _lane(seen: Seen, speaker: Speaker, clock: Clock, told: Sequence[Told]) -> Lane:
    bar, own = seen.bar(clock), _own(clock, told)
    marks = [
        Mark(_OF_CLOCKS[each.kind], _marked_at(clock, each), speaker.event(each).sentence)
        for each in own if each.kind in _OF_CLOCKS
    ]  # fmt: skip
    return Lane(
        clock.target, clock.number, bar.title, bar.party, bar.tone, clock.started_at, clock.due_at,
        tuple(_spans(seen, clock, own)), tuple(marks[-MARKS:]),
    )  # fmt: skip


def _own(clock: Clock, told: Sequence[Told]) -> list[Told]:
    return [each for each in told if (each.target, each.clock) == (clock.target, clock.number)]


def _marked_at(clock: Clock, told: Told) -> datetime:
    """A promise is marked as kept when it was, however late that was told."""
    if _OF_CLOCKS[told.kind] == "kept" and clock.ended_at is not None:
        return clock.ended_at
    return told.at


def _spans(seen: Seen, clock: Clock, own: Sequence[Told]) -> Iterator[Span]:
    until = clock.ended_at or seen.at
    due = clock.due_at if clock.due_at is not None and clock.paused_at is None else None
    kept_till = min(until, due) if due is not None else until
    if kept_till > clock.started_at:
        yield Span("ran", clock.started_at, kept_till)
    if due is not None and until > due:
        yield Span("late", max(due, clock.started_at), until)
    if due is not None and clock.ended_at is None and due > seen.at:
        yield Span("ahead", seen.at, due)
    yield from _pauses(clock, own, until)


def _pauses(clock: Clock, own: Sequence[Told], until: datetime) -> Iterator[Span]:
    since: datetime | None = None
    for each in own:
        if each.kind == "clock_paused":
            since = each.at
        elif each.kind == "clock_resumed" and since is not None:
            yield Span("paused", since, each.at)
            since = None
    if clock.paused_at is not None and clock.paused_at < until:
        since = since or clock.paused_at
    if since is not None and since < until:
        yield Span("paused", since, until)
