"""Why the time between two instants counted or not, span by span: what ``slaflow lead explain`` shows.

The open spans are the prepared periods that due instants are computed from; only the words come from
elsewhere, and those for holidays from the installed library, whatever dates a version stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from slaflow.hours.periods import DayPlan
from slaflow.hours.public_holidays import public_holidays
from slaflow.hours.zones import DAY, MINUTE, SECOND, date_of, in_utc, instant_at, local_days, micros_at

if TYPE_CHECKING:
    from slaflow.hours.calendar import Calendar

DETAIL_DAYS = 14
"""Longer ranges show ordinary days together as usual hours, and only what departs from them apart."""

USUAL = "open in the usual hours"

Piece = tuple[int, int, int, str]
"""(from, to, open time, what), in microseconds."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time that is open or closed for one reason."""

    from_at: datetime
    to_at: datetime
    seconds: int
    """Open time in whole seconds; usual hours hold closed time too. The sum is `open_time`, rounded down."""
    what: str


def spans(calendar: Calendar, start: datetime, end: datetime) -> tuple[Span, ...]:
    """The spans that cover ``[start, end)`` in order, without gaps; none where *end* is not later.

    Two neighbours never have the same reason. Ranges of more than 14 days are told in usual hours,
    holidays, closures and exceptions, so their length follows what is special, not the days.
    """
    begin, finish = micros_at(in_utc(start)), micros_at(in_utc(end))
    found: list[Span] = []
    opened = 0
    for opens, closes, counted, what in _merged(_pieces(calendar, begin, finish)):
        seconds = (opened + counted) // SECOND - opened // SECOND
        opened += counted
        found.append(Span(instant_at(opens), instant_at(closes), seconds, what))
    return tuple(found)


def _pieces(calendar: Calendar, begin: int, end: int) -> Iterator[Piece]:
    """Open and closed pieces, each inside one local day, with their reasons."""
    if calendar.is_always and begin < end:
        yield begin, end, end - begin, "open always"
        return
    periods = calendar.periods
    detailed = end - begin <= DETAIL_DAYS * DAY
    for start, stop, offset, number in local_days(periods.zone, begin, end):
        day = date_of(number)
        plan = periods.plan(day)
        cursor = start
        for opens, closes in periods.between(start, stop):
            yield from _closed(calendar, cursor, opens, day, plan, detailed)
            minute = (opens + offset - number * DAY) // MINUTE
            yield opens, closes, closes - opens, _open_words(plan, minute, detailed)
            cursor = closes
        yield from _closed(calendar, cursor, stop, day, plan, detailed)


def _closed(
    calendar: Calendar, begin: int, end: int, day: date, plan: DayPlan, detailed: bool
) -> Iterator[Piece]:
    """A closed stretch of one day: ranges of instants that were closed on purpose, and the rest."""
    cursor = begin
    for first, last in calendar.rules.closed_instants:
        start, stop = max(micros_at(first), cursor), min(micros_at(last), end)
        if start < stop:
            if cursor < start:
                yield cursor, start, 0, _closed_words(calendar, day, plan, detailed)
            yield start, stop, 0, f"closed: {first.isoformat()}..{last.isoformat()}".replace("+00:00", "Z")
            cursor = stop
    if cursor < end:
        yield cursor, end, 0, _closed_words(calendar, day, plan, detailed)


def _open_words(plan: DayPlan, minute: int, detailed: bool) -> str:
    if plan.usual and not detailed:
        return USUAL
    return next(f"open {window}" for window in plan.windows if window.start <= minute < window.end)


def _closed_words(calendar: Calendar, day: date, plan: DayPlan, detailed: bool) -> str:
    if plan.usual and not detailed:
        return USUAL
    if plan.holiday is None:
        return f"closed: {plan.why}"
    name = public_holidays(plan.holiday, day.year).get(day) if plan.holiday else None
    words = name or plan.holiday
    return f"closed: holiday ({words})" if words else "closed: holiday"


def _merged(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Neighbours with one reason made one piece."""
    last: Piece | None = None
    for piece in pieces:
        if last is None or last[3] != piece[3]:
            if last is not None:
                yield last
            last = piece
        else:
            last = (last[0], piece[1], last[2] + piece[2], piece[3])
    if last is not None:
        yield last
