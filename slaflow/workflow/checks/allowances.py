"""Checks of allowances: in which hours they count, and that every lead has one."""

from __future__ import annotations

from collections.abc import Iterator

from slaflow.workflow.checks.remark import Remark, path_of
from slaflow.workflow.document.top import WorkflowDoc
from slaflow.workflow.model.clocks import Case, UntilField
from slaflow.workflow.model.workflow import Workflow


def check_calendar_named(workflow: Workflow, document: WorkflowDoc) -> Iterator[Remark]:
    """Where there are calendars, a promise says in which it counts; ``always`` is one."""
    for name, target in document.targets.items() if document.calendars else ():
        cases = workflow.target(name).cases
        is_named = "calendar" in target.model_fields_set or any(case.calendar for case in cases)
        if is_named or all(_is_an_instant(case) for case in cases):
            continue
        listed = ", ".join((*document.calendars, "always")[-4:])
        words = f"no calendar is named, so nights and days off count; write calendar: and one of {listed}"
        yield Remark(("targets", name, "within"), words, warning=True, key=True)


def _is_an_instant(case: Case) -> bool:
    """Whether the case is due at an instant, which no calendar moves."""
    return isinstance(case.allowance, UntilField) and not case.allowance.is_date and not case.allowance.before


def check_last_case(workflow: Workflow) -> Iterator[Remark]:
    """The cases end with one that always holds, so that no lead is left without a clock."""
    for clock in workflow.targets:
        last = clock.cases[-1].when
        if last is not None and last.evaluate({}) is not True:
            words = f"a lead for which no case holds has no {clock.name}: end with a case without when"
            aside = "; where that is meant, say when in start"
            where = "after" if clock.is_timer else "within"
            yield Remark((*path_of(clock), where), words + aside, warning=True)
