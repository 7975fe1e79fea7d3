"""Adding, subtracting and measuring open time, and the closes of open days. Instants come back in UTC.

Days are counted here, hours are measured: `add` takes elapsed open seconds, `close_of_open_day` local dates.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from slaflow.hours import zones
from slaflow.hours.errors import CalendarNeverOpens, InvalidDuration
from slaflow.hours.periods import FIRST_YEAR, Periods
from slaflow.hours.zones import in_utc, instant_at, micros_at, micros_of


@dataclass(frozen=True, slots=True)
class OpenHours:
    """The open time of a calendar, counted by its periods; ``name`` is what errors call it."""

    name: str
    periods: Periods

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The earliest instant t with *duration* of open time in ``[start, t]``.

        Args:
            start: aware instant, any zone, inside or outside opening hours.
            duration: open time, zero or more; zero returns the start.

        Returns:
            Aware UTC instant, inside an open window or on its closing edge;
            ``open_time(start, result) == duration``.

        Raises:
            CalendarNeverOpens: less than *duration* of open time is left.
            InvalidDuration: *duration* is negative.

        Source: python.md, "Calendars". Cost: two bisections per year touched.
        """
        begin, left = in_utc(start), _positive(duration)
        if not left:
            return begin
        micros = micros_at(begin)
        for year in self.periods.onward(begin.year):
            opened = left + year.open_before(micros)
            if opened <= year.total:
                return instant_at(year.earliest(opened))
            left = opened - year.total
        raise CalendarNeverOpens(self.name, begin, f"{duration} of open time")

    def subtract(self, end: datetime, duration: timedelta) -> datetime:
        """The latest instant t with *duration* of open time in ``[t, end]``; zero returns the end.

        Raises:
            CalendarNeverOpens: there was less than *duration* of open time before.
            InvalidDuration: *duration* is negative.
        """
        finish, left = in_utc(end), _positive(duration)
        if not left:
            return finish
        micros = micros_at(finish)
        for year in self.periods.backward(finish.year):
            opened = year.open_before(micros) - left
            if opened >= 0:
                return instant_at(year.latest(opened))
            left = -opened
        raise CalendarNeverOpens(self.name, finish, f"{duration} of open time", "before")

    def open_time(self, start: datetime, end: datetime) -> timedelta:
        """Open time in ``[start, end)``; negative when *end* is before *start*. Cost: as `add`."""
        begin, finish = in_utc(start), in_utc(end)
        if finish < begin:
            return -self.open_time(finish, begin)
        first, last = micros_at(begin), micros_at(finish)
        opened = 0
        for number in range(max(begin.year, self.periods.years.start), finish.year + 1):
            if number not in self.periods.years:
                break
            year = self.periods.year(number)
            opened += year.open_before(last) - year.open_before(first)
        return timedelta(microseconds=opened)

    def next_open(self, instant: datetime) -> datetime | None:
        """The first open instant at or after *instant*; None where the calendar never opens again."""
        begin = in_utc(instant)
        micros = micros_at(begin)
        for year in self.periods.onward(begin.year):
            at = bisect_right(year.ends, micros)
            if at < len(year.starts):
                return instant_at(max(year.starts[at], micros))
        return None

    def next_edge(self, instant: datetime) -> datetime | None:
        """When the calendar, after *instant*, next opens or closes; None where it does neither for a year."""
        if not self.is_open(instant):
            return self.next_open(instant)
        begin = in_utc(instant)
        closes = micros_at(begin)
        for year in islice(self.periods.onward(begin.year), 2):
            at = bisect_right(year.ends, closes)
            while at < len(year.starts) and year.starts[at] <= closes:
                closes = year.ends[at]
                at += 1
            if at < len(year.starts):
                return instant_at(closes)
        return None

    def is_open(self, instant: datetime) -> bool:
        """Whether the calendar is open at *instant*; windows are half-open, so at closing time it is not."""
        begin = in_utc(instant)
        if begin.year not in self.periods.years:
            return False
        year, micros = self.periods.year(begin.year), micros_at(begin)
        at = bisect_right(year.ends, micros)
        return at < len(year.starts) and year.starts[at] <= micros

    def close_of_open_day(self, start: datetime, days: int) -> datetime:
        """The close of the open day number *days* after the local date of *start*, which itself never counts.

        Raises:
            CalendarNeverOpens: fewer open days are left.
            InvalidDuration: *days* is less than one.

        Source: workflow-file.md, "Durations".
        """
        begin = in_utc(start)
        after = begin.astimezone(self.periods.zone).date()
        number, left = zones.day_number(after), _counted(days)
        for year in self.periods.onward(after.year):
            at = bisect_right(year.days, number) + left - 1
            if at < len(year.days):
                return instant_at(year.closes[at])
            left = at + 1 - len(year.days)
        raise CalendarNeverOpens(self.name, begin, f"{days} open days")

    def close_months_after(self, start: datetime, months: int) -> datetime:
        """The close of the same day of the month, *months* after the local date of *start*: ``6mo``.

        The month's last day where it has no such day; the next day that opens where that one does not.

        Raises:
            CalendarNeverOpens: nothing opens from that day on.
            InvalidDuration: *months* is less than one.

        Source: workflow-file.md, "Durations".
        """
        begun = in_utc(start).astimezone(self.periods.zone).date()
        return self.close_of_day(zones.months_later(begun, _counted(months, "months")))

    def next_local_time(self, start: datetime, minutes: int) -> datetime:
        """The first instant after *start* at which clocks show *minutes* after midnight, open or not.

        A time that is skipped is the instant after the gap; one that is repeated counts once, the first time.
        """
        begin, zone = in_utc(start), self.periods.zone
        day = begin.astimezone(zone).date()
        while (found := zones.local_instant(zone, day, minutes)) <= begin:
            day += timedelta(days=1)
        return found

    def close_of_day(self, day: date) -> datetime:
        """The close of that local day, or of the first open day after it where it never opens.

        The close is the end of the day's last open window after all closures; on the built-in 24x7
        calendar it is the day's end in the calendar's zone.

        Raises:
            CalendarNeverOpens: nothing opens on that day or later.
        """
        number = zones.day_number(day)
        for year in self.periods.onward(day.year):
            at = bisect_left(year.days, number)
            if at < len(year.days):
                return instant_at(year.closes[at])
        raise CalendarNeverOpens(self.name, self.start_of_day(day), "an open day")

    def start_of_day(self, day: date) -> datetime:
        """The first instant of that local day, open or not; of the next one where the zone skips the day."""
        return instant_at(zones.start_of_day(self.periods.zone, day))

    def open_days(self, first: date, end: date) -> int:
        """How many local days from *first* to the one before *end* open at all; 0 where that is none."""
        counted = 0
        for number in range(first.year, end.year + 1):
            if number in self.periods.years:
                days = self.periods.year(number).days
                counted += bisect_left(days, zones.day_number(end)) - bisect_left(
                    days, zones.day_number(first)
                )
        return max(counted, 0)

    def never_opens(self) -> bool:
        """Whether no instant is open, in any year."""
        return self.next_open(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)) is None


@dataclass(frozen=True, slots=True)
class RoundTheClock(OpenHours):
    """Time that is always open, and on which a day is 24 hours; its periods only say where local days end."""

    def add(self, start: datetime, duration: timedelta) -> datetime:
        _positive(duration)
        return self._shifted(in_utc(start), duration)

    def subtract(self, end: datetime, duration: timedelta) -> datetime:
        _positive(duration)
        return self._shifted(in_utc(end), -duration)

    def open_time(self, start: datetime, end: datetime) -> timedelta:
        return in_utc(end) - in_utc(start)

    def next_open(self, instant: datetime) -> datetime:
        return in_utc(instant)

    def next_edge(self, instant: datetime) -> None:
        in_utc(instant)

    def is_open(self, instant: datetime) -> bool:
        in_utc(instant)
        return True

    def close_of_open_day(self, start: datetime, days: int) -> datetime:
        """*days* times 24 hours after *start*."""
        return self._shifted(in_utc(start), timedelta(days=_counted(days)))

    def close_months_after(self, start: datetime, months: int) -> datetime:
        """The same local time on the same day of the month, *months* later."""
        local = in_utc(start).astimezone(self.periods.zone)
        day = zones.months_later(local.date(), _counted(months, "months"))
        past_the_minute = timedelta(seconds=local.second, microseconds=local.microsecond)
        return zones.local_instant(self.periods.zone, day, local.hour * 60 + local.minute) + past_the_minute

    def _shifted(self, instant: datetime, duration: timedelta) -> datetime:
        try:
            return instant + duration
        except OverflowError:
            direction = "after" if duration > timedelta(0) else "before"
            raise CalendarNeverOpens(self.name, instant, f"{abs(duration)}", direction) from None


def _counted(number: int, what: str = "open days") -> int:
    if number < 1:
        raise InvalidDuration(f"cannot count {number} {what}; ask for one or more")
    return number


def _positive(duration: timedelta) -> int:
    if duration < timedelta(0):
        raise InvalidDuration(f"cannot count {duration} of open time; ask for zero or more")
    return micros_of(duration)
