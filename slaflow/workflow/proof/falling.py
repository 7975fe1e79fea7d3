"""Which of two steps falls first for certain: what falls at one instant is carried out as a whole."""

from __future__ import annotations

from datetime import timedelta

from slaflow.hours.calendar import Calendar
from slaflow.workflow.checks.spans import calendars_named
from slaflow.workflow.checks.steps import instant, open_times, phase
from slaflow.workflow.model.clocks import Step, Target, UntilField
from slaflow.workflow.model.workflow import Workflow

SECOND = timedelta(seconds=1)
_CLOCKS_TURNED = timedelta(hours=1)
_ENOUGH_PERCENT = 2
"""That share of a minute is more than the second to which instants are rounded."""


def falls_before(workflow: Workflow, clock: Target, first: Step, second: Step) -> bool:
    """Whether *first*, which stands before *second*, falls at an earlier instant for every lead."""
    moves = any(isinstance(case.allowance, UntilField) for case in clock.cases)
    if moves and not second.falls_after_due:
        return False  # what lies before a due instant that is moved to now falls at once
    if phase(first) != phase(second):
        return True
    if first.kind == second.kind and first.kind != "percent":
        return True
    if second.kind == "after_days":
        return first.kind == "after" and first.offset < second.days * _shortest_day(workflow, clock)
    if {first.kind, second.kind} & {"after_days", "after_months"}:
        return False
    if spans := open_times(clock):
        return all(instant(second, span) - instant(first, span) >= SECOND for span in spans)
    return first.kind == second.kind and second.percent - first.percent >= _ENOUGH_PERCENT


def _shortest_day(workflow: Workflow, clock: Target) -> timedelta:
    """The least that a day is open on which one of the clock's calendars opens at all."""
    days = [_shortest(calendar) for calendar in calendars_named(workflow, clock.calendars)]
    return max(min(days, default=timedelta(0)) - _CLOCKS_TURNED, timedelta(0))


def _shortest(calendar: Calendar) -> timedelta:
    if calendar.rules.closed_instants:
        return timedelta(0)
    days = [*calendar.rules.week, *(windows for _, windows in calendar.rules.open_days)]
    return min(
        (timedelta(minutes=sum(each.end - each.start for each in windows)) for windows in days if windows),
        default=timedelta(0),
    )
