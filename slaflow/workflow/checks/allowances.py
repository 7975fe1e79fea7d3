"""Checks of allowances: in which hours they count."""

from __future__ import annotations

from collections.abc import Iterator

from slaflow.workflow.checks.remark import Remark
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
