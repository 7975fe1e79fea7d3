"""Open periods of a calendar in UTC, prepared once per year: the one stream that everything else reads.

Due instants, elapsed open time and explanations all come from here, so they cannot disagree. An
instant is open if and only if its local wall time lies in a window of its local date and no closed
range of instants covers it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from slaflow.hours.public_holidays import public_holidays
from slaflow.hours.rules import WEEKDAYS, Rules, Windows
from slaflow.hours.zones import DAY, MINUTE, date_of, day_number, local_days, micros_at

FIRST_YEAR, LAST_YEAR = 2, 9998
"""Years in which every local day of every zone is an instant that datetime can hold."""

_YEARS_KEPT = 64

Cached = TypeVar("Cached")
Piece = tuple[int, int, int]
"""(from, to, day number): an open piece of one local day, in microseconds."""


@dataclass(frozen=True, slots=True)
class DayPlan:
    """The windows of a local day, and the words for the rest of it."""

    windows: Windows
    why: str
    usual: bool = True
    """As the week has it: no holiday, closure or exception."""
    holiday: str | None = None
    """The code that makes the day a holiday; empty where the calendar itself names the date."""


@dataclass(frozen=True, slots=True)
class Year:
    """Open periods of one UTC year and open days of one local year; the lists run in parallel, in order."""

    starts: list[int]
    ends: list[int]
    opened: list[int]
    """Open time before each period, and at the end the year's total: one longer than ``starts``."""
    days: list[int]
    """Numbers of the local days that open at all."""
    closes: list[int]
    """The closing instant of each of these days."""

    @property
    def total(self) -> int:
        return self.opened[-1]

    def open_before(self, micros: int) -> int:
        """Open time from the start of the year to *micros*, which may lie outside the year."""
        at = bisect_right(self.ends, micros)
        if at == len(self.starts):
            return self.opened[at]
        return self.opened[at] + max(0, micros - self.starts[at])

    def earliest(self, opened: int) -> int:
        """The first instant before which *opened*, more than 0 and at most the total, has been open."""
        at = bisect_left(self.opened, opened) - 1
        return self.starts[at] + opened - self.opened[at]

    def latest(self, opened: int) -> int:
        """The last instant before which *opened*, less than the total, has been open."""
        at = bisect_right(self.opened, opened) - 1
        return self.starts[at] + opened - self.opened[at]


class Periods:
    """The prepared form of rules in a zone. Years are built when first asked for, the latest 64 kept.

    The caches are replaced, never changed in place: threads may share one, at worst a year is built twice.
    """

    __slots__ = ("_closed_instants", "_exceptions", "_holidays", "_years", "rules", "years", "zone")

    def __init__(self, rules: Rules, timezone: str) -> None:
        self.rules = rules
        self.zone = ZoneInfo(timezone)
        self.years = _years_that_may_open(rules)
        self._exceptions = dict(rules.open_days)
        self._closed_instants = [(micros_at(start), micros_at(end)) for start, end in rules.closed_instants]
        self._holidays: dict[int, dict[date, str]] = {}
        self._years: dict[int, Year] = {}

    def year(self, number: int) -> Year:
        """The open periods of that year; a few milliseconds the first time."""
        found = self._years.get(number)
        if found is None:
            found = self._build(number)
            self._years = _with(self._years, number, found)
        return found

    def onward(self, number: int) -> Iterator[Year]:
        """That year and those after it, as far as anything can open."""
        return map(self.year, range(max(number, self.years.start), self.years.stop))

    def backward(self, number: int) -> Iterator[Year]:
        """That year and those before it, as far as anything can open."""
        return map(self.year, range(min(number, self.years.stop - 1), self.years.start - 1, -1))

    def between(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The open periods in ``[start, end)``, cut to it; a period is also cut at the turn of a UTC year."""
        for year in self.onward(_utc_year(start)):
            at = bisect_right(year.ends, start)
            while at < len(year.starts):
                if year.starts[at] >= end:
                    return
                yield max(year.starts[at], start), min(year.ends[at], end)
                at += 1
            if year.ends and year.ends[-1] >= end:
                return

    def plan(self, day: date) -> DayPlan:
        """The windows of *day* before closed ranges of instants, and why it has no others."""
        special = self._exceptions.get(day)
        if special is not None:
            return DayPlan(special, f"outside the hours of {day}", usual=False)
        for first, last in self.rules.closed_days:
            if first <= day <= last:
                return DayPlan((), str(first) if first == last else f"{first}..{last}", usual=False)
        windows = self.rules.week[day.weekday()]
        if not windows:
            return DayPlan((), f"no hours on {WEEKDAYS[day.weekday()]}")
        code = self._holidays_of(day.year).get(day)
        if code is not None:
            return DayPlan((), "holiday", usual=False, holiday=code)
        return DayPlan(windows, "outside hours")

    def _holidays_of(self, year: int) -> dict[date, str]:
        """Date to the code that makes it a holiday, empty for a date named in the calendar itself."""
        found = self._holidays.get(year)
        if found is None:
            resolved = None if self.rules.resolved is None else dict(self.rules.resolved)
            found = {}
            for code in self.rules.holiday_codes:
                for day in public_holidays(code, year) if resolved is None else resolved[code]:
                    found.setdefault(day, code)
            for day in self.rules.holiday_dates:
                found.setdefault(day, "")
            self._holidays = _with(self._holidays, year, found)
        return found

    def _build(self, number: int) -> Year:
        begin, end = (micros_at(datetime(year, 1, 1, tzinfo=UTC)) for year in (number, number + 1))
        pieces = _without(self._pieces(begin - DAY, end + DAY), self._closed_instants)
        inside = [
            (max(start, begin), min(stop, end)) for start, stop, _ in pieces if start < end and stop > begin
        ]
        opened = [0]
        for start, stop in inside:
            opened.append(opened[-1] + stop - start)
        first, last = day_number(date(number, 1, 1)), day_number(date(number, 12, 31))
        closes = {day: stop for _, stop, day in pieces if first <= day <= last}
        days = sorted(closes)
        return Year(
            [start for start, _ in inside],
            [stop for _, stop in inside],
            opened,
            days,
            [closes[day] for day in days],
        )

    def _pieces(self, begin: int, end: int) -> list[Piece]:
        """What the windows open in ``[begin, end)``, in order; pieces of one day that touch are one."""
        days = range(begin // DAY - 1, end // DAY + 2)
        if self._is_shut(begin, end, date_of(days[0]), date_of(days[-1])):
            return []
        plans = {day: self.plan(date_of(day)).windows for day in days}
        pieces: list[Piece] = []
        if not any(plans.values()):
            return pieces
        for start, stop, offset, day in local_days(self.zone, begin, end):
            midnight = day * DAY - offset
            for window in plans[day]:
                opens = max(start, midnight + window.start * MINUTE)
                closes = min(stop, midnight + window.end * MINUTE)
                if opens < closes and pieces and pieces[-1][1:] == (opens, day):
                    pieces[-1] = (pieces[-1][0], closes, day)
                elif opens < closes:
                    pieces.append((opens, closes, day))
        return pieces

    def _is_shut(self, begin: int, end: int, first: date, last: date) -> bool:
        """Whether one closure covers all of it: then no day of it has to be looked at."""
        if any(start <= begin and end <= stop for start, stop in self._closed_instants):
            return True
        covered = any(start <= first and last <= stop for start, stop in self.rules.closed_days)
        return covered and not any(first <= day <= last for day in self._exceptions)


def _without(pieces: list[Piece], closed: list[tuple[int, int]]) -> list[Piece]:
    """*pieces* less the *closed* ranges, which may overlap."""
    for start, end in closed:
        left: list[Piece] = []
        for opens, closes, day in pieces:
            if closes <= start or opens >= end:
                left.append((opens, closes, day))
                continue
            if opens < start:
                left.append((opens, start, day))
            if end < closes:
                left.append((end, closes, day))
        pieces = left
    return pieces


def _years_that_may_open(rules: Rules) -> range:
    """Years to look at: all where the week has hours, else those around the dates in ``open_days``."""
    if any(rules.week):
        return range(FIRST_YEAR, LAST_YEAR + 1)
    opening = [day.year for day, windows in rules.open_days if windows]
    if not opening:
        return range(FIRST_YEAR, FIRST_YEAR)
    return range(max(min(opening) - 1, FIRST_YEAR), min(max(opening) + 1, LAST_YEAR) + 1)


def _utc_year(micros: int) -> int:
    return date_of(micros // DAY).year


def _with(cache: dict[int, Cached], key: int, value: Cached) -> dict[int, Cached]:
    """A new cache with one more entry, and the oldest left out where there were enough."""
    kept = list(cache.items())[-(_YEARS_KEPT - 1) :]
    return {**dict(kept), key: value}
