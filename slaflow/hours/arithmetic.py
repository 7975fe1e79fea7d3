"""Adding, subtracting and measuring open time, and the closes of open days. Instants come back in UTC.

Days are counted here, hours are measured: `add` takes elapsed open seconds, `close_of_open_day` local dates.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from slaflow.hours import zones
from slaflow.hours.errors import CalendarNeverOpens, InvalidDuration
from slaflow.hours.periods import FIRST_YEAR
from slaflow.hours.zones import in_utc, instant_at, micros_at, micros_of

if TYPE_CHECKING:
    from slaflow.hours.calendar import Calendar


def add(calendar: Calendar, start: datetime, duration: timedelta) -> datetime:
    """The earliest instant t with *duration* of open time in ``[start, t]``.

    Args:
        start: aware instant, any zone, inside or outside opening hours.
        duration: open time, zero or more; zero returns the start.

    Returns:
        Aware UTC instant, inside an open window or on its closing edge;
        ``open_time(calendar, start, result) == duration``.

    Raises:
        CalendarNeverOpens: less than *duration* of open time is left.
        InvalidDuration: *duration* is negative.

    Source: INTERFACE.md, "From Python". Cost: two bisections per year touched.
    """
    begin, left = in_utc(start), _positive(duration)
    if not left:
        return begin
    if calendar.is_always:
        return _shifted(calendar, begin, duration)
    micros = micros_at(begin)
    for year in calendar.periods.onward(begin.year):
        opened = left + year.open_before(micros)
        if opened <= year.total:
            return instant_at(year.earliest(opened))
        left = opened - year.total
    raise CalendarNeverOpens(calendar.name, begin, f"{duration} of open time")


def subtract(calendar: Calendar, end: datetime, duration: timedelta) -> datetime:
    """The latest instant t with *duration* of open time in ``[t, end]``; zero returns the end.

    Raises:
        CalendarNeverOpens: there was less than *duration* of open time before.
        InvalidDuration: *duration* is negative.
    """
    finish, left = in_utc(end), _positive(duration)
    if not left:
        return finish
    if calendar.is_always:
        return _shifted(calendar, finish, -duration)
    micros = micros_at(finish)
    for year in calendar.periods.backward(finish.year):
        opened = year.open_before(micros) - left
        if opened >= 0:
            return instant_at(year.latest(opened))
        left = -opened
    raise CalendarNeverOpens(calendar.name, finish, f"{duration} of open time", "before")


def open_time(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Open time in ``[start, end)``; negative when *end* is before *start*. Cost: as `add`."""
    begin, finish = in_utc(start), in_utc(end)
    if calendar.is_always:
        return finish - begin
    if finish < begin:
        return -open_time(calendar, finish, begin)
    first, last = micros_at(begin), micros_at(finish)
    opened = 0
    for number in range(max(begin.year, calendar.periods.years.start), finish.year + 1):
        if number not in calendar.periods.years:
            break
        year = calendar.periods.year(number)
        opened += year.open_before(last) - year.open_before(first)
    return timedelta(microseconds=opened)


def next_open(calendar: Calendar, instant: datetime) -> datetime | None:
    """The first open instant at or after *instant*; None where the calendar never opens again."""
    begin = in_utc(instant)
    if calendar.is_always:
        return begin
    micros = micros_at(begin)
    for year in calendar.periods.onward(begin.year):
        at = bisect_right(year.ends, micros)
        if at < len(year.starts):
            return instant_at(max(year.starts[at], micros))
    return None


def is_open(calendar: Calendar, instant: datetime) -> bool:
    """Whether the calendar is open at *instant*; windows are half-open, so at closing time it is not."""
    begin = in_utc(instant)
    if calendar.is_always:
        return True
    if begin.year not in calendar.periods.years:
        return False
    year, micros = calendar.periods.year(begin.year), micros_at(begin)
    at = bisect_right(year.ends, micros)
    return at < len(year.starts) and year.starts[at] <= micros


def close_of_open_day(calendar: Calendar, start: datetime, days: int) -> datetime:
    """The close of the open day number *days* after the local date of *start*, which itself never counts.

    On the built-in 24x7 calendar a day is 24 hours, so this is *days* times 24 hours after *start*.

    Raises:
        CalendarNeverOpens: fewer open days are left.
        InvalidDuration: *days* is less than one.

    Source: WORKFLOW.md, "Durations".
    """
    begin = in_utc(start)
    if days < 1:
        raise InvalidDuration(f"cannot count {days} open days; ask for one or more")
    if calendar.is_always:
        return _shifted(calendar, begin, timedelta(days=days))
    after = begin.astimezone(calendar.periods.zone).date()
    number, left = zones.day_number(after), days
    for year in calendar.periods.onward(after.year):
        at = bisect_right(year.days, number) + left - 1
        if at < len(year.days):
            return instant_at(year.closes[at])
        left = at + 1 - len(year.days)
    raise CalendarNeverOpens(calendar.name, begin, f"{days} open days")


def close_of_day(calendar: Calendar, day: date) -> datetime:
    """The close of that local day, or of the first open day after it where it never opens.

    The close is the end of the day's last open window after all closures; on the built-in 24x7
    calendar it is the day's end in the calendar's zone.

    Raises:
        CalendarNeverOpens: nothing opens on that day or later.
    """
    number = zones.day_number(day)
    for year in calendar.periods.onward(day.year):
        at = bisect_left(year.days, number)
        if at < len(year.days):
            return instant_at(year.closes[at])
    raise CalendarNeverOpens(calendar.name, start_of_day(calendar, day), "an open day")


def start_of_day(calendar: Calendar, day: date) -> datetime:
    """The first instant of that local day, open or not; of the next one where the zone skips the day."""
    return instant_at(zones.start_of_day(calendar.periods.zone, day))


def open_days(calendar: Calendar, first: date, end: date) -> int:
    """How many local days from *first* to the one before *end* open at all; 0 where *end* is not later."""
    counted = 0
    for number in range(first.year, end.year + 1):
        if number in calendar.periods.years:
            days = calendar.periods.year(number).days
            counted += bisect_left(days, zones.day_number(end)) - bisect_left(days, zones.day_number(first))
    return max(counted, 0)


def never_opens(calendar: Calendar) -> bool:
    """Whether no instant is open, in any year."""
    return next_open(calendar, datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)) is None


def _positive(duration: timedelta) -> int:
    if duration < timedelta(0):
        raise InvalidDuration(f"cannot count {duration} of open time; ask for zero or more")
    return micros_of(duration)


def _shifted(calendar: Calendar, instant: datetime, duration: timedelta) -> datetime:
    try:
        return instant + duration
    except OverflowError:
        direction = "after" if duration > timedelta(0) else "before"
        raise CalendarNeverOpens(calendar.name, instant, f"{abs(duration)}", direction) from None
