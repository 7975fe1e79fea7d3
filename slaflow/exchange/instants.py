"""A cell's text as an instant: ISO 8601, a date alone, or a format of one's own."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from slaflow.exchange.errors import RowRefused
from slaflow.hours.zones import instant_at, start_of_day

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME_OF_DAY = re.compile(r"%[-#]?[HIMSfpcXTRs]")
_DAY_OR_MONTH = re.compile(r"%[-#]?[dejmbB]")
_YEAR = re.compile(r"%[-#]?[YyGcx]")
_FAULTY_FORMAT = ("bad directive", "stray %")


def read_instant(text: str, timezone: str, format: str | None) -> datetime:
    """The aware UTC instant that *text* names.

    Args:
        text: with *format* whatever that says, else a date (that local day's start) or an ISO 8601
            instant; without an offset it is local time of *timezone*. Of a repeated hour the first is
            meant, a skipped one counts on from before the change.
        timezone: a zone's name.
        format: as ``datetime.strptime`` takes it, or None.

    Raises:
        RowRefused: the text is no such instant.
    """
    try:
        if format is not None:
            return _by_format(text, timezone, format)
        if _DATE.fullmatch(text):
            return day_start(text, timezone)
        return _in_utc(datetime.fromisoformat(text), timezone)
    except (ValueError, OverflowError):
        wanted = f"{format}" if format is not None else "2026-03-06 or 2026-03-06T14:30:00+01:00"
        raise RowRefused(f'"{text[:60]}" is not an instant as in {wanted}') from None


def read_date(text: str, format: str) -> str:
    """The date that *text* names, as ``YYYY-MM-DD``. Raises ``RowRefused``."""
    try:
        return datetime.strptime(text, format).date().isoformat()  # noqa: DTZ007  a date has no zone
    except ValueError:
        raise RowRefused(f'"{text[:60]}" is not a date as in {format}') from None


def _by_format(text: str, timezone: str, format: str) -> datetime:
    read = datetime.strptime(text, format)  # noqa: DTZ007  the zone is given in the next lines
    if read.tzinfo is None and not _TIME_OF_DAY.search(format):
        return day_start(read.date().isoformat(), timezone)
    return _in_utc(read, timezone)


def _in_utc(read: datetime, timezone: str) -> datetime:
    return (read if read.tzinfo is not None else read.replace(tzinfo=ZoneInfo(timezone))).astimezone(UTC)


@lru_cache(maxsize=4096)
def day_start(day: str, timezone: str) -> datetime:
    """The first instant of the local day *day* (``YYYY-MM-DD``), also where midnight is skipped."""
    return instant_at(start_of_day(ZoneInfo(timezone), date.fromisoformat(day)))


def format_problem(format: str) -> str | None:
    """Why ``strptime`` can never read an instant by *format*; None if it can."""
    if _DAY_OR_MONTH.search(format) and not _YEAR.search(format):
        return "it names no year; add %Y"
    try:
        datetime.strptime("", format)  # noqa: DTZ007  only the format is looked at
    except ValueError as error:
        return str(error) if any(words in str(error) for words in _FAULTY_FORMAT) else None
    except re.error:
        return "a directive stands twice"
    return None
