"""Fit, engagement, score and attempts: what a lead's history adds up to at an instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from slaflow.lifecycle.lead import Attempt, Lead

DECIMALS = 4


def decayed(lead: Lead, half_life: timedelta | None, at: datetime) -> float:
    """Engagement at *at*, unrounded: the based value halved once per *half_life* since then."""
    if half_life is None or lead.engagement_at is None or lead.engagement == 0.0:
        return lead.engagement
    return halved(lead.engagement, half_life, at - lead.engagement_at)


def halved(points: float, half_life: timedelta | None, elapsed: timedelta) -> float:
    """What is left of *points* after *elapsed* time."""
    if half_life is None:
        return points
    return float(points * 0.5 ** max(elapsed / half_life, 0.0))


def rounded(number: float) -> float:
    """*number* as guards and entries see it: four decimals, no negative zero (SEMANTICS 4)."""
    return round(number, DECIMALS) + 0.0


def number_text(number: float) -> str:
    """*number* as entries carry it: at most four decimals, no trailing zeros."""
    text = f"{rounded(number):.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def counted(attempts: Iterable[Attempt], spacing: timedelta) -> tuple[int, int]:
    """How many of *attempts* count, and over how many channels.

    From the earliest on, one counts if *spacing* has passed since the last that counted; channels
    are those of all attempts, counted or not (SEMANTICS 10).
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
