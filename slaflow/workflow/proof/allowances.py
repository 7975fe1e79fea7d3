"""The least time that an allowance leaves, by the hours of an ordinary week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from slaflow.hours.calendar import Calendar
from slaflow.workflow.model.clocks import Allowance, Days, LocalTime, Months, OpenTime

DAY = timedelta(days=1)
_WEEK = 7 * 24 * 60
_LONGEST_MONTH = 31
Window = tuple[int, int]


def least_time(allowance: Allowance, calendar: Calendar) -> timedelta | None:
    """The least time between start and due, for some lead; None where that cannot be said of the file.

    Of months, and of a time of day, which may be any while away, it is what no lead has more than.
    """
    if isinstance(allowance, OpenTime):
        return allowance.duration if calendar.is_always else _open_time(allowance.duration, calendar)
    if isinstance(allowance, Days):
        return allowance.days * DAY if calendar.is_always else _days(allowance.days, calendar)
    if isinstance(allowance, Months):
        return allowance.months * _LONGEST_MONTH * DAY
    return DAY if isinstance(allowance, LocalTime) else None


def _windows(calendar: Calendar) -> list[Window]:
    """Of a week the open stretches, in minutes from Monday on; those that touch are one."""
    found: list[Window] = []
    for day, windows in enumerate(calendar.rules.week):
        for each in windows:
            start, end = day * 1440 + each.start, day * 1440 + each.end
            if found and found[-1][1] == start:
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
    return found


def _open_time(duration: timedelta, calendar: Calendar) -> timedelta | None:
    """From the opening on: whoever starts later comes to as many closings, or more."""
    windows = _windows(calendar)
    if not windows or windows == [(0, _WEEK)]:
        return duration
    weekly = timedelta(minutes=sum(end - start for start, end in windows))
    weeks, rest = divmod(duration, weekly)
    if not rest:
        weeks, rest = weeks - 1, weekly
    return weeks * 7 * DAY + min(_from(windows, index, rest) for index in range(len(windows)))


def _from(windows: Sequence[Window], index: int, left: timedelta) -> timedelta:
    opened = windows[index][0]
    for turn in range(2 * len(windows)):
        weeks, place = divmod(index + turn, len(windows))
        start, end = (weeks * _WEEK + each for each in windows[place])
        length = timedelta(minutes=end - start)
        if left <= length:
            return timedelta(minutes=start - opened) + left
        left -= length
    return left  # not come to: a week holds what is left


def _days(days: int, calendar: Calendar) -> timedelta | None:
    """From the end of a day on, to the close of the last of *days* open ones after it."""
    closes = [max((each.end for each in windows), default=None) for windows in calendar.rules.week]
    open_days = sum(close is not None for close in closes)
    if not open_days:
        return None
    weeks, rest = divmod(days - 1, open_days)
    return weeks * 7 * DAY + min(_to_close(closes, day, rest + 1) for day in range(7))


def _to_close(closes: Sequence[int | None], day: int, days: int) -> timedelta:
    """From the end of *day* to the close of the open day number *days* after it."""
    passed = 0
    while True:
        close = closes[(day + 1 + passed) % 7]
        days -= close is not None
        if close is not None and not days:
            return passed * DAY + timedelta(minutes=close)
        passed += 1
