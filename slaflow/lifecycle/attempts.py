"""Attempts at reaching a lead: how many count, over how many channels, and when there were enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from slaflow.lifecycle.lead import Attempt


def counted(attempts: Iterable[Attempt], spacing: timedelta) -> tuple[int, int]:
    """How many of *attempts* count, and over how many channels.

    From the earliest on, one counts if *spacing* has passed since the last that counted; channels
    are those of all attempts, counted or not (rules.md, 10).
    """
    counting = list(_counting(attempts, spacing))
    return counting[-1][1:] if counting else (0, 0)


def reached_at(attempts: Iterable[Attempt], spacing: timedelta, times: int, channels: int) -> datetime | None:
    """The instant at which *attempts* came to as many that count, over as many channels; None: not yet."""
    counting = _counting(attempts, spacing)
    return next((at for at, total, over in counting if total >= times and over >= channels), None)


def _counting(attempts: Iterable[Attempt], spacing: timedelta) -> Iterator[tuple[datetime, int, int]]:
    """After each attempt its instant, how many count so far, and over how many channels."""
    total = 0
    last: datetime | None = None
    channels: set[str] = set()
    for attempt in attempts:
        channels.add(attempt.channel)
        if last is None or attempt.at - last >= spacing:
            total += 1
            last = attempt.at
        yield attempt.at, total, len(channels)
