"""A cell's text as an instant: ISO 8601, a date alone, or a format of one's own."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from slaflow.exchange.errors import RowRefused
from slaflow.exchange.imports.formats import EPOCHS, from_epoch, read_format
from slaflow.hours.errors import InstantUnsupported
from slaflow.hours.zones import SUPPORTED_YEARS, instant_at, start_of_day, supported

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_instant(text: str, timezone: str, format: str | None) -> datetime:
    """The aware UTC instant that *text* names.

    Args:
        text: with *format* whatever that says, else a date (that local day's start) or an ISO 8601
            instant; without an offset it is local time of *timezone*. Of a repeated hour the first is
            meant, a skipped one counts on from before the change.
        timezone: a zone's name.
        format: one that ``format_problem`` finds nothing wrong with, or None.

    Raises:
        RowRefused: the text is no such instant.
    """
    try:
        return supported(_read(text, timezone, format))
    except (InstantUnsupported, OverflowError):
        why = f"; it lies beyond the years {SUPPORTED_YEARS[0]} to {SUPPORTED_YEARS[-1]}"
    except ValueError:
        why = ""
    wanted = format if format is not None else "2026-03-06 or 2026-03-06T14:30:00+01:00"
    raise RowRefused(f'"{text[:60]}" is not an instant as in {wanted}{why}')


def _read(text: str, timezone: str, format: str | None) -> datetime:
    if format is not None:
        return _by_format(text, timezone, format)
    if _DATE.fullmatch(text):
        return day_start(text, timezone)
    return _in_utc(datetime.fromisoformat(text), timezone)


def read_date(text: str, timezone: str, format: str) -> str:
    """The date that *text* names, as ``YYYY-MM-DD``; of a number since 1970 the local date of *timezone*.

    Raises ``RowRefused``.
    """
    try:
        if format in EPOCHS:
            return from_epoch(text, format).astimezone(ZoneInfo(timezone)).date().isoformat()
        return read_format(format).read(text).day.isoformat()
    except (ValueError, OverflowError):
        raise RowRefused(f'"{text[:60]}" is not a date as in {format}') from None


def _by_format(text: str, timezone: str, format: str) -> datetime:
    if format in EPOCHS:
        return from_epoch(text, format)
    parts = read_format(format).read(text)
    if parts.time is None and parts.zone is None:
        return day_start(parts.day.isoformat(), timezone)
    return _in_utc(datetime.combine(parts.day, parts.time or datetime.min.time(), parts.zone), timezone)


def _in_utc(read: datetime, timezone: str) -> datetime:
    return (read if read.tzinfo is not None else read.replace(tzinfo=ZoneInfo(timezone))).astimezone(UTC)


@lru_cache(maxsize=4096)
def day_start(day: str, timezone: str) -> datetime:
    """The first instant of the local day *day* (``YYYY-MM-DD``), also where midnight is skipped."""
    return instant_at(start_of_day(ZoneInfo(timezone), date.fromisoformat(day)))
