"""A cell's text as an instant: ISO 8601, a date alone, or a format of one's own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from slaflow.exchange.errors import RowRefused
from slaflow.exchange.imports.formats import EPOCHS, from_epoch, read_format
from slaflow.hours.errors import InstantUnsupported
from slaflow.hours.zones import SUPPORTED_YEARS, instant_at, start_of_day, supported

ISO = "iso"
"""The format that is meant where a cell has none, by its name among others."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_instant(text: str, timezone: str, *formats: str | None) -> datetime:
    """The aware UTC instant that *text* names.

    Args:
        text: by the first of *formats* that reads it; by ``iso``, by None and where there are none, a date
            (that local day's start) or an ISO 8601 instant. Without an offset it is local time of
            *timezone*. Of a repeated hour the first is meant, a skipped one counts on from before the
            change.
        timezone: a zone's name.
        formats: such that ``format_problem`` finds nothing wrong with.

    Raises:
        RowRefused: the text is no such instant.
    """
    why = ""
    for format in formats or (ISO,):
        try:
            return supported(_read(text, timezone, format or ISO))
        except (InstantUnsupported, OverflowError):
            why = f"; it lies beyond the years {SUPPORTED_YEARS[0]} to {SUPPORTED_YEARS[-1]}"
        except ValueError:
            continue
    raise RowRefused(f'"{text[:60]}" is not an instant as in {_wanted(formats or (ISO,))}{why}')


def _wanted(formats: Sequence[str | None]) -> str:
    iso = "2026-03-06 or 2026-03-06T14:30:00+01:00"
    return " or ".join(iso if format in (None, ISO) else str(format) for format in formats)


def _read(text: str, timezone: str, format: str) -> datetime:
    if format != ISO:
        return _by_format(text, timezone, format)
    if _DATE.fullmatch(text):
        return day_start(text, timezone)
    return _in_utc(datetime.fromisoformat(text), timezone)


def read_date(text: str, timezone: str, *formats: str) -> str:
    """The date that *text* names by the first of *formats* that reads it, as ``YYYY-MM-DD``.

    Of an instant, as a number since 1970 is one, it is the local date of *timezone*. Raises ``RowRefused``.
    """
    for format in formats:
        try:
            if format in EPOCHS:
                return _local_date(from_epoch(text, format), timezone)
            if format == ISO:
                return text if _DATE.fullmatch(text) else _local_date(_read(text, timezone, ISO), timezone)
            return read_format(format).read(text).day.isoformat()
        except (ValueError, OverflowError):
            continue
    raise RowRefused(f'"{text[:60]}" is not a date as in {_wanted(formats)}')


def _local_date(at: datetime, timezone: str) -> str:
    return at.astimezone(ZoneInfo(timezone)).date().isoformat()


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
