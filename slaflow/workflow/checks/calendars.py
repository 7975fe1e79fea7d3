"""Checks of calendars: each opens in every year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from slaflow.hours.calendar import Calendar
from slaflow.workflow.checks.remark import Remark
from slaflow.workflow.model.workflow import Workflow

ALWAYS_SOME_DAYS = 3
"""So many days of a week are never all public holidays: Sundays may be, in some country."""
MAX_YEARS = 10
"""Years of one closure that are looked at, from its first."""


def check_opens(workflow: Workflow) -> Iterator[Remark]:
    """A deadline counted in a calendar that stays shut would never come."""
    for name, calendar in workflow.calendars.items():
        if calendar.is_always:
            continue
        if not any(calendar.rules.week) or (not _opens_anyhow(calendar) and calendar.never_opens):
            words = f"{name} has no open hour in a year: give it weekly hours"
            yield Remark(("calendars", name), words, key=True)
        elif (year := _shut_year(calendar)) is not None:
            yield Remark(("calendars", name), f"{name} has no open hour in {year}", key=True)


def _opens_anyhow(calendar: Calendar) -> bool:
    """Whether no public holidays could keep it shut; to ask for them takes as long as all other checks."""
    days = sum(bool(windows) for windows in calendar.rules.week)
    return days >= ALWAYS_SOME_DAYS and not _is_long(calendar)


def _is_long(calendar: Calendar) -> bool:
    """Whether its closures could take a year."""
    return sum((last - first).days for first, last in _closures(calendar)) >= 364


def _closures(calendar: Calendar) -> list[tuple[date, date]]:
    """First and last day of each; an instant is a date too."""
    return [*calendar.rules.closed_days, *calendar.rules.closed_instants]


def _shut_year(calendar: Calendar) -> int | None:
    """A year that the closures take as a whole."""
    if not _is_long(calendar):
        return None
    ranges = _closures(calendar)
    years = {
        year
        for first, last in ranges
        for year in range(first.year, min(last.year, first.year + MAX_YEARS) + 1)
    }
    return next((year for year in sorted(years) if not calendar.opens_in_year(year)), None)
