"""Checks of steps: in order of time, as far as their order can be told from the file; and with an end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from slaflow.workflow.checks.remark import Remark, path_of
from slaflow.workflow.model.clocks import OpenTime, Step, Target
from slaflow.workflow.model.flow import Assign
from slaflow.workflow.model.workflow import Workflow


def check_order(workflow: Workflow) -> Iterator[Remark]:
    """Steps stand in the order in which they fall."""
    for clock in workflow.targets:
        for before, step in zip(clock.steps, clock.steps[1:], strict=False):
            if _falls_later(clock, before, step):
                words = f"steps out of order: {before.label} falls after {step.label} and stands before it"
                yield Remark((*path_of(clock), "steps", step.label), words, key=True)


def check_within_reach(workflow: Workflow) -> Iterator[Remark]:
    """A step before due falls after the start in some case."""
    for clock in workflow.targets:
        spans = open_times(clock)
        for step in clock.steps:
            if step.kind == "before" and spans and step.offset >= max(spans):
                words = f"{step.label} before due is not after the start, so it is always left out"
                yield Remark((*path_of(clock), "steps", step.label), words, warning=True, key=True)


def check_rounds(workflow: Workflow) -> Iterator[Remark]:
    """No step of a promise of each owner gives the lead to a team: it would begin anew for ever."""
    own = ((clock, step) for clock in workflow.targets if clock.per_owner for step in clock.steps)
    for clock, step in own:
        for team in _given_to(step) & set(workflow.teams):
            words = (
                f"{clock.name} begins anew for whom of {team} the lead is given to, and so goes round the "
                "team without end; 'assign: next' goes round it once"
            )
            yield Remark((*path_of(clock), "steps", step.label), words, warning=True, key=True)


def _given_to(step: Step) -> set[str]:
    return {each.to for each in step.actions if isinstance(each, Assign) and each.kind == "name"}


def _falls_later(clock: Target, first: Step, second: Step) -> bool:
    """Whether *first* falls after *second*, or at its instant, for sure."""
    if first.kind == second.kind:
        sign = -1 if first.kind == "before" else 1
        same = (first.percent, first.offset * sign, first.days, first.months)
        return same >= (second.percent, second.offset * sign, second.days, second.months)
    if phase(first) != phase(second):
        return phase(first) > phase(second)
    if {first.kind, second.kind} & {"after_days", "after_months"}:
        return False  # 4h and the close of the 2nd open day: the calendar decides
    spans = [span for span in open_times(clock) if instant(first, span) and instant(second, span)]
    return bool(spans) and all(instant(first, span) > instant(second, span) for span in spans)


def phase(step: Step) -> int:
    return 2 if step.falls_after_due else 1 if step.is_due else 0


def open_times(clock: Target) -> list[timedelta]:
    """The allowances; none unless all are plain open time."""
    spans = [case.allowance.duration for case in clock.cases if isinstance(case.allowance, OpenTime)]
    return spans if len(spans) == len(clock.cases) else []


def instant(step: Step, span: timedelta) -> timedelta:
    """Open time from the start to a step; nothing where it is left out."""
    if step.kind == "percent":
        return span * step.percent / 100
    return max(span + step.offset if step.kind == "after" else span - step.offset, timedelta(0))
