"""A calendar of business time: a frozen value that says when it is open and counts the time in between.

The mapping is read in `parse.py`, the arithmetic stands in `arithmetic.py`; this file is what callers hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Self

from slaflow.hours.arithmetic import OpenHours, RoundTheClock
from slaflow.hours.errors import CalendarInvalid, CalendarProblem
from slaflow.hours.parse import parse_rules
from slaflow.hours.periods import Periods
from slaflow.hours.rules import ROUND_THE_CLOCK, Rules


@dataclass(frozen=True, slots=True)
class Calendar:
    """When somebody is at work. Equal and hashed by what it says; pickled without what it has prepared."""

    name: str
    timezone: str
    rules: Rules
    is_always: bool = False
    """The built-in 24x7 calendar, on which a day is 24 hours; hours that never close do not make one."""
    _prepared: list[OpenHours] = field(default_factory=list, init=False, repr=False, compare=False)

    @classmethod
    def parse(
        cls,
        mapping: Mapping[Any, Any],
        timezone: str,
        name: str = "calendar",
        resolved: Mapping[str, Sequence[date]] | None = None,
    ) -> Calendar:
        """The calendar that a workflow's mapping describes.

        Args:
            mapping: ``hours``, ``holidays``, ``closed``, ``open`` (workflow-file.md); its ``timezone`` wins.
            timezone: IANA name, such as Europe/Stockholm.
            name: what messages call it.
            resolved: dates of each holiday code, as `resolve_holidays` gives them; used instead of the
                installed library, which is asked year by year where this is None.

        Raises:
            CalendarInvalid: with every problem of the mapping.

        A calendar that never opens is accepted.

        >>> office = Calendar.parse({"hours": {"mon-fri": "09:00-17:00"}}, timezone="Europe/Stockholm")
        >>> office.add(datetime.fromisoformat("2026-03-06T16:30+01:00"), timedelta(hours=4)).isoformat()
        '2026-03-09T11:30:00+00:00'
        """
        calendar, problems = parse_calendar(mapping, timezone, name, resolved)
        if calendar is None:
            raise CalendarInvalid(problems, name)
        return calendar

    @classmethod
    def always(cls, timezone: str = "UTC") -> Self:
        """The built-in calendar that never closes; the zone only says where a day ends."""
        return cls("always", timezone, ROUND_THE_CLOCK, is_always=True)

    @property
    def hours(self) -> OpenHours:
        """The open time, its periods prepared on first use."""
        if not self._prepared:
            kind = RoundTheClock if self.is_always else OpenHours
            self._prepared.append(kind(self.name, Periods(self.rules, self.timezone)))
        return self._prepared[0]

    @property
    def periods(self) -> Periods:
        """The open periods."""
        return self.hours.periods

    @property
    def holiday_codes(self) -> tuple[str, ...]:
        """The ISO codes whose public holidays close it; what `resolve_holidays` is to be asked for."""
        return self.rules.holiday_codes

    @property
    def never_opens(self) -> bool:
        """Whether no instant of any year is open."""
        return self.hours.never_opens()

    def opens_in_year(self, year: int) -> bool:
        """Whether any local day of that year opens."""
        return self.open_days(date(year, 1, 1), date(year + 1, 1, 1)) > 0

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The earliest instant t with *duration* of open time in ``[start, t]``; see `OpenHours.add`."""
        return self.hours.add(start, duration)

    def subtract(self, end: datetime, duration: timedelta) -> datetime:
        """The latest instant t with *duration* of open time in ``[t, end]``; see `OpenHours.subtract`."""
        return self.hours.subtract(end, duration)

    def open_time(self, start: datetime, end: datetime) -> timedelta:
        """Open time in ``[start, end)``; negative when *end* is before *start*."""
        return self.hours.open_time(start, end)

    def is_open(self, instant: datetime) -> bool:
        """Whether it is open at *instant*; at closing time it is not."""
        return self.hours.is_open(instant)

    def next_open(self, instant: datetime) -> datetime | None:
        """The first open instant at or after *instant*; None where it never opens again."""
        return self.hours.next_open(instant)

    def next_edge(self, instant: datetime) -> datetime | None:
        """When it next opens or closes after *instant*; None where it does neither for a year."""
        return self.hours.next_edge(instant)

    def close_of_open_day(self, start: datetime, days: int) -> datetime:
        """The close of the open day number *days* after the local date of *start*: what ``2d`` means."""
        return self.hours.close_of_open_day(start, days)

    def close_months_after(self, start: datetime, months: int) -> datetime:
        """The close of the same day of the month, *months* later: what ``6mo`` means."""
        return self.hours.close_months_after(start, months)

    def next_local_time(self, start: datetime, minutes: int) -> datetime:
        """The next instant at which clocks there show *minutes* after midnight; see `OpenHours`."""
        return self.hours.next_local_time(start, minutes)

    def close_of_day(self, day: date) -> datetime:
        """The close of that local day, or of the first open day after it: what ``until`` means."""
        return self.hours.close_of_day(day)

    def start_of_day(self, day: date) -> datetime:
        """The first instant of that local day, open or not."""
        return self.hours.start_of_day(day)

    def open_days(self, first: date, end: date) -> int:
        """How many local days from *first* to the one before *end* open at all."""
        return self.hours.open_days(first, end)

    def __reduce__(self) -> tuple[type[Calendar], tuple[str, str, Rules, bool]]:
        return Calendar, (self.name, self.timezone, self.rules, self.is_always)


ALWAYS = Calendar.always()
"""The built-in 24x7 calendar, in UTC."""


def parse_calendar(
    mapping: object,
    timezone: str,
    name: str = "calendar",
    resolved: Mapping[str, Sequence[date]] | None = None,
) -> tuple[Calendar | None, tuple[CalendarProblem, ...]]:
    """The calendar, or None and every problem of the mapping; arguments as in `Calendar.parse`."""
    rules, zone, problems = parse_rules(mapping, timezone, resolved)
    return (None if problems else Calendar(name, zone, rules)), problems
