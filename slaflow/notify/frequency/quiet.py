"""When somebody is not to be disturbed, and when the one letter of a day goes. Pure.

Quiet hours begin and end when clocks there first show their times: of a time that is skipped that is the
instant after the gap, and one that is repeated counts once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from slaflow.hours.calendar import Calendar
from slaflow.hours.zones import local_instant
from slaflow.settings.ways import Hours

PASSING = frozenset(("breached", "escalated"))
"""What is told at any hour: a promise that broke, and what follows from that."""
_DAY = timedelta(days=1)


def quiet_until(hours: Hours, zone: ZoneInfo, at: datetime) -> datetime | None:
    """When the quiet hours end that *at* falls into; None where it falls into none."""
    today = at.astimezone(zone).date()
    overnight = _DAY if hours.end < hours.start else timedelta()
    for day in (today - _DAY, today, today + _DAY):
        if (
            local_instant(zone, day, hours.start)
            <= at
            < (end := local_instant(zone, day + overnight, hours.end))
        ):
            return end
    return None


def closed_until(calendar: Calendar, at: datetime) -> datetime | None:
    """When *calendar* opens, which is closed at *at*; None where it is open, or never opens any more."""
    return None if calendar.is_open(at) else calendar.next_open(at)


def daily_from(minutes: int, zone: ZoneInfo, at: datetime) -> datetime:
    """The first instant from *at* on at which clocks there show *minutes* after midnight."""
    day = at.astimezone(zone).date() - _DAY
    while (found := local_instant(zone, day, minutes)) < at:
        day += _DAY
    return found
