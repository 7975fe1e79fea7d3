"""A field that is written again and again: two sides that take turns at correcting each other are stopped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from slaflow.lifecycle.decision import instant_text

MOST = 20
"""Writes of one field of one lead within :data:`WITHIN`."""
WITHIN = timedelta(hours=1)


def overdone(writes: Mapping[str, Collection[str]], fields: Iterable[str], now: datetime) -> str | None:
    """The first of *fields* that has been written as often as may be; *writes* are instants by field."""
    return next((name for name in fields if len(_lately(writes.get(name, ()), now)) >= MOST), None)


def noted(
    writes: Mapping[str, Collection[str]], fields: Collection[str], now: datetime
) -> dict[str, list[str]]:
    """*writes* with one more of each of *fields*, and without what is long ago; the last one stays.

    It tells of what is heard later whether it was done there before.
    """
    recent = {name: _lately(each, now) or list(each)[-1:] for name, each in writes.items()}
    for name in fields:
        recent[name] = [*recent.get(name, ()), instant_text(now)]
    return recent


def _lately(writes: Collection[str], now: datetime) -> list[str]:
    return [text for text in writes if now - WITHIN < datetime.fromisoformat(text)]
