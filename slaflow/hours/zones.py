"""Instants as whole microseconds since 1970 in UTC, and time zones as stretches of constant offset.

Inside a stretch local time is UTC plus a number, so whatever is asked of wall-clock windows is
answered by adding and comparing integers. Nothing here knows what is open.
"""

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

from slaflow.errors import did_you_mean
from slaflow.hours.errors import InstantUnsupported, NaiveInstant
from slaflow.language import _

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

SUPPORTED_YEARS = range(1900, 2200)
"""Of the instants that anybody may name, in UTC: further off a slip of the keyboard costs minutes of counting
or closes thousands of periods for ever."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_PROBE = DAY
"""How far apart offsets are compared; in the zone database no two changes lie within three days."""


_MACHINES_OWN = frozenset(("localtime", "Factory", "posixrules"))
"""Names that the zone database keeps for the settings of the machine it is on."""


@cache
def known_zones() -> frozenset[str]:
    """The name of every time zone that is the same everywhere; looking for them reads hundreds of files."""
    return frozenset(available_timezones()) - _MACHINES_OWN


@cache
def _listed() -> frozenset[str]:
    """Those of them that come with the package tzdata, whose names stand in one file."""
    try:
        names = files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    except (ImportError, OSError):
        return frozenset()
    return frozenset(names.split()) - _MACHINES_OWN


def _is_known(name: str) -> bool:
    return name in _listed() or name in known_zones()


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of that very name; None where there is none that is the same on every machine."""
    return ZoneInfo(name) if _is_known(name) else None


def zone_problem(name: str, *, guessing: bool = True) -> str | None:
    """Why *name* cannot be anybody's time zone; None if it can. *guessing*: which is perhaps meant."""
    if _is_known(name):
        return None
    head, _slash, rest = name.partition("/")
    if name in _MACHINES_OWN:
        words = _('time zone "{name}" is another one on each machine; write one like Europe/Stockholm')
        return words.format(name=name)
    if head in ("posix", "right") and rest in known_zones():
        words = _('time zone "{name}" is not the same on every machine; write {rest}')
        return words.format(name=name, rest=rest)
    near = did_you_mean(name[:60], known_zones()) if guessing else ""
    words = (
        _('unknown time zone "{name}"{near}')
        if near
        else _('unknown time zone "{name}"; write one like Europe/Stockholm')
    )
    return words.format(name=name[:60], near=near)


def is_zone(name: str) -> bool:
    """Whether this machine has a zone of that name, be it another one elsewhere."""
    try:
        return bool(ZoneInfo(name).key)
    except (KeyError, ValueError, OSError):  # unknown, not a name, or a folder of zones
        return False


def with_offset(local: datetime, zone: str) -> str:
    """*local*, which has no offset, as somebody in *zone* writes it: ``2026-03-06T14:30:00+01:00``."""
    return local.replace(tzinfo=ZoneInfo(zone)).isoformat().replace("+00:00", "Z")


def in_utc(instant: datetime) -> datetime:
    """*instant* in UTC; raises NaiveInstant if it has no zone."""
    if instant.tzinfo is UTC:
        return instant
    if instant.utcoffset() is None:
        raise NaiveInstant(instant)
    return instant.astimezone(UTC)


def supported(instant: datetime) -> datetime:
    """*instant* in UTC. Raises NaiveInstant, or InstantUnsupported for one of no `SUPPORTED_YEARS`."""
    found = in_utc(instant)
    if found.year not in SUPPORTED_YEARS:
        raise InstantUnsupported(found, SUPPORTED_YEARS)
    return found


def micros_of(duration: timedelta) -> int:
    """*duration* in whole microseconds; exact."""
    return (duration.days * 86_400 + duration.seconds) * SECOND + duration.microseconds


def micros_at(instant: datetime) -> int:
    """Microseconds from 1970 in UTC to *instant*, which is aware; exact."""
    return (instant - EPOCH) // _MICROSECOND


def instant_at(micros: int) -> datetime:
    """The aware UTC instant *micros* after 1970."""
    return EPOCH + timedelta(microseconds=micros)


def day_number(day: date) -> int:
    """Days from 1970-01-01 to *day*."""
    return day.toordinal() - _EPOCH_ORDINAL


def date_of(number: int) -> date:
    """The date *number* days after 1970-01-01."""
    return date.fromordinal(number + _EPOCH_ORDINAL)


def offset_at(zone: tzinfo, micros: int) -> int:
    """How far local time is ahead of UTC at that instant, in microseconds."""
    offset = instant_at(micros).astimezone(zone).utcoffset()
    assert offset is not None  # an aware datetime has one
    return micros_of(offset)


def stretches(zone: tzinfo, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(from, to, offset) covering ``[start, end)`` in order; the offset is constant in each. Microseconds."""
    begin, offset = start, offset_at(zone, start)
    probe = start
    while probe < end:
        following = min(probe + _PROBE, end)
        if offset_at(zone, following) != offset:
            following = _change(zone, probe, following, offset)
            if following < end:
                yield begin, following, offset
                begin, offset = following, offset_at(zone, following)
        probe = following
    if begin < end:
        yield begin, end, offset


def _change(zone: tzinfo, before: int, after: int, offset: int) -> int:
    """The first instant in ``(before, after]`` whose offset is not *offset*; zones change on seconds."""
    seconds = range(before // SECOND + 1, -(-after // SECOND) + 1)
    found = bisect_left(seconds, True, key=lambda second: offset_at(zone, second * SECOND) != offset)
    return seconds[found] * SECOND


def local_days(zone: tzinfo, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """(from, to, offset, day number) covering ``[start, end)``, cut at local midnights and offset changes.

    A day whose clock is turned has several pieces; one that a zone skips has none.
    """
    for begin, finish, offset in stretches(zone, start, end):
        for day in range((begin + offset) // DAY, (finish + offset - 1) // DAY + 1):
            midnight = day * DAY - offset
            yield max(begin, midnight), min(finish, midnight + DAY), offset, day


def local_instant(zone: ZoneInfo, day: date, minutes: int) -> datetime:
    """The UTC instant at which clocks there show *minutes* after midnight of *day*.

    Of a time that they show twice the first; of one that they skip the instant after the gap.
    """
    local = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=zone)
    found = local.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return found
    early = local.replace(fold=1).astimezone(UTC)
    before = micros_at(early) - SECOND
    return instant_at(_change(zone, before, micros_at(found), offset_at(zone, before)))


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def start_of_day(zone: tzinfo, day: date) -> int:
    """The first instant whose local date is *day* or, where the zone skips that day, a later one."""
    number = day_number(day)
    around = local_days(zone, (number - 2) * DAY, (number + 3) * DAY)
    return next(begin for begin, _, _, local in around if local >= number)
