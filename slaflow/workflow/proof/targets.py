"""Claim: each promise can be met in time, by its own calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from slaflow.workflow.checks.moves import living_states
from slaflow.workflow.checks.remark import Remark, path_of
from slaflow.workflow.checks.spans import calendars_named
from slaflow.workflow.model.clocks import Case, Pattern, Target, UntilField
from slaflow.workflow.model.parties import SYSTEM
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.proof.allowances import least_time
from slaflow.workflow.proof.conditions import condition_of
from slaflow.workflow.proof.judged import Judged, judged
from slaflow.workflow.proof.truths import Truths

CLAIM = "targets can be met"


def judge(workflow: Workflow, truths: Truths) -> Judged:
    """The proof, with a warning for each promise that nobody can keep, or not of every lead."""
    promises = [target for target in workflow.targets if not target.is_timer]
    faults = [remark for each in promises for remark in _faults(workflow, each, truths)]
    free = [f"targets.{each.name}.within: {text}" for each in promises for text in _open_ended(each)]
    return judged(CLAIM, faults, len(promises), free, gave_up=truths.gave_up)


def _faults(workflow: Workflow, target: Target, truths: Truths) -> Iterator[Remark]:
    if not any(_may_meet(workflow, target, pattern, truths) for pattern in target.meet):
        words = f"nothing can meet {target.name}: whatever would can never pass"
        yield Remark((*path_of(target), "meet"), words, warning=True)
    for index, pattern in enumerate(target.meet):
        if (too_many := _too_many(workflow, target, pattern, truths)) is not None:
            yield Remark((*path_of(target), "meet", index), too_many, warning=True)


def _may_meet(workflow: Workflow, target: Target, pattern: Pattern, truths: Truths) -> bool:
    """Whether that can come about, as far as guards say; what no party may do is an error of its own."""
    if truths.together([condition_of(pattern.when)], []) is None:
        return False
    if pattern.kind not in ("trigger", "enter"):
        return True
    states = living_states(workflow, target)
    rows = [
        row
        for row in workflow.transitions
        if states & set(row.from_states) and (row.auto or set(row.by) - {SYSTEM})
        and (row.trigger if pattern.kind == "trigger" else row.to) in pattern.names
    ]  # fmt: skip
    return not rows or any(row.override or truths.may_pass(row.guard) for row in rows)


def _too_many(workflow: Workflow, target: Target, pattern: Pattern, truths: Truths) -> str | None:
    """What to say of attempts that take longer than some case gives."""
    takes = (pattern.times - 1) * workflow.attempt_spacing
    if pattern.kind != "attempts" or not takes:
        return None
    for index, case in enumerate(target.cases):
        given = _given(workflow, target, index)
        if given is not None and given < takes and _may_apply(target, case, truths):
            apart = f"{pattern.times} attempts {_text(workflow.attempt_spacing)} apart take {_text(takes)}"
            return f"{apart}, and {target.name} may leave {_text(given)} from its start to its due instant"
    return None


def _given(workflow: Workflow, target: Target, index: int) -> timedelta | None:
    """The least time that a case gives, in whichever calendar counts it."""
    allowance = target.cases[index].allowance
    calendars = calendars_named(workflow, [target.counts_in(index)])
    found = [least_time(allowance, calendar) for calendar in calendars]
    return min((each for each in found if each is not None), default=None)


def _may_apply(target: Target, case: Case, truths: Truths) -> bool:
    starts = [condition_of(pattern.when) for pattern in target.start]
    return any(truths.together([condition_of(case.when), start], []) is not None for start in starts)


def _open_ended(target: Target) -> Iterator[str]:
    """Allowances that end when a field of the lead says."""
    if any(each.kind == "attempts" and each.times > 1 for each in target.meet):
        for case in target.cases:
            if isinstance(case.allowance, UntilField):
                yield case.allowance.text


def _text(span: timedelta) -> str:
    hours, seconds = divmod(int(span.total_seconds()), 3600)
    minutes, seconds = divmod(seconds, 60)
    parts = ((hours, "h"), (minutes, "m"), (seconds, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0s"
