"""Engagement and score: what a lead's history adds up to at an instant."""

from __future__ import annotations

from datetime import datetime, timedelta

from slaflow.lifecycle.lead import Lead

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
    """*number* as guards and entries see it: four decimals, no negative zero (rules.md, 4)."""
    return round(number, DECIMALS) + 0.0


def number_text(number: float) -> str:
    """*number* as entries carry it: at most four decimals, no trailing zeros."""
    text = f"{rounded(number):.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
