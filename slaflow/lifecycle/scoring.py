"""Fit, engagement, score and attempts: what a lead's history adds up to at an instant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from slaflow.lifecycle.lead import Attempt, Lead

DECIMALS = 4


def decayed(lead: Lead, half_life: timedelta | None, at: datetime) -> float:
    """Engagement at *at*, unrounded: the based value halved once per *half_life* since then."""
    if half_life is None or lead.engagement_at is None or lead.engagement == 0.0:
        return lead.engagement
    halvings = (at - lead.engagement_at) / half_life
    return float(lead.engagement * 0.5 ** max(halvings, 0.0))


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
    total = 0
    last: datetime | None = None
    channels: set[str] = set()
    for attempt in attempts:
        channels.add(attempt.channel)
        if last is None or attempt.at - last >= spacing:
            total += 1
            last = attempt.at
    return total, len(channels)
