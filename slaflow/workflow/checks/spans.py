"""Checks of spans: what a calendar would need a lifetime for was never meant, and is minutes of counting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from slaflow.hours.calendar import Calendar
from slaflow.workflow.checks.remark import Remark, path_of
from slaflow.workflow.model.clocks import Days, LocalTime, Months, OpenTime, Span, Target, UntilField
from slaflow.workflow.model.workflow import Workflow

MOST_YEARS = 100
_DAYS_A_YEAR = 365.2425


def check_spans(workflow: Workflow) -> Iterator[Remark]:
    """No span of a clock takes more than a hundred years of its calendar."""
    for clock in workflow.targets:
        for where, text, span, names in _spans(clock):
            for calendar in calendars_named(workflow, names):
                years = _years(span, calendar)
                if years > MOST_YEARS:
                    words = f'"{text}" is {years:,.0f} years of {calendar.name}; at most {MOST_YEARS} will do'
                    yield Remark((*path_of(clock), *where), words)
                    break


def _spans(clock: Target) -> Iterator[tuple[tuple[str, ...], str, Span, Sequence[str]]]:
    """Each with its place, its words, and the names of the calendars that may count it."""
    names = clock.calendars
    for case, name in zip(clock.cases, names, strict=True):
        if not isinstance(case.allowance, UntilField | LocalTime):
            yield ("after" if clock.is_timer else "within",), case.allowance.text, case.allowance, [name]
    for step in clock.steps:
        if step.offset:
            yield ("steps", step.label), step.label, OpenTime(step.offset, step.label), names
        if step.days:
            yield ("steps", step.label), step.label, Days(step.days, step.label), names
    if clock.pause is not None and clock.pause.at_most is not None:
        yield ("pause", "at_most"), clock.pause.at_most.text, clock.pause.at_most, names


def calendars_named(workflow: Workflow, names: Iterable[str]) -> Iterator[Calendar]:
    """The calendars that count; of ``owner`` all that may be an owner's."""
    found = set(names)
    if "owner" in found:
        found |= {team.calendar for team in workflow.teams.values() if team.calendar is not None}
    yield from (workflow.calendars[name] for name in sorted(found) if name in workflow.calendars)


def _years(span: Span, calendar: Calendar) -> float:
    """How long *span* takes by the week's hours alone; 0 where there are none, which is told elsewhere."""
    if isinstance(span, Months):
        return span.months / 12
    if calendar.is_always:
        open_days, open_time = 7, timedelta(days=7)
    else:
        week = calendar.rules.week
        open_days = sum(bool(windows) for windows in week)
        open_time = timedelta(minutes=sum(each.end - each.start for windows in week for each in windows))
    if not open_time:
        return 0
    weeks = span.days / open_days if isinstance(span, Days) else span.duration / open_time
    return weeks * 7 / _DAYS_A_YEAR
