"""Checks of calendars: each opens in every year."""

from __future__ import annotations

from collections.abc import Iterator

from slaflow.hours.calendar import Calendar
from slaflow.workflow.checks.remark import Remark
from slaflow.workflow.model.workflow import Workflow

MAX_YEARS = 10
"""Years of one closure that are looked at, from its first."""


def check_opens(workflow: Workflow) -> Iterator[Remark]:
    """A deadline counted in a calendar that stays shut would never come."""
    for name, calendar in workflow.calendars.items():
        if calendar.is_always:
            continue
        if not any(calendar.rules.week) or calendar.never_opens:
            words = f"{name} has no open hour in a year: give it weekly hours"
            yield Remark(("calendars", name), words, key=True)
        elif (year := _shut_year(calendar)) is not None:
            yield Remark(("calendars", name), f"{name} has no open hour in {year}", key=True)


def _shut_year(calendar: Calendar) -> int | None:
    """A year that the closures take as a whole."""
    ranges = [*calendar.rules.closed_days, *calendar.rules.closed_instants]
    years = {
        year
        for first, last in ranges
        for year in range(first.year, min(last.year, first.year + MAX_YEARS) + 1)
    }
    long = sum((last - first).days for first, last in ranges) >= 364
    return next((year for year in sorted(years) if long and not calendar.opens_in_year(year)), None)
