"""How instants of the record are written: in the reader's zone, with the year."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from slaflow.engine.desk.consequences import local
from slaflow.engine.figures.readers import Reader
from slaflow.language import month_of


def spelt_in(reads: Reader) -> Callable[[str], str]:
    """Writes an instant of figures as the reader reads it."""
    zone = ZoneInfo(reads.zone)
    return lambda text: local(datetime.fromisoformat(text), zone, reads.at)


def days_words(reads: Reader, start: str, end: str) -> str:
    """The first and the last day of a period that ends where the next begins."""
    first = datetime.fromisoformat(start).astimezone(reads.dates_in)
    last = datetime.fromisoformat(end).astimezone(reads.dates_in) - timedelta(seconds=1)
    if first.date() == last.date():
        return f"{first.day} {month_of(first)} {first.year}"
    began = (
        f"{first.day} {month_of(first)}"
        if first.year == last.year
        else f"{first.day} {month_of(first)} {first.year}"
    )
    return f"{began} \N{EN DASH} {last.day} {month_of(last)} {last.year}"
