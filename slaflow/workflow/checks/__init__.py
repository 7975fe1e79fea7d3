"""What is wrong with an agreement although every line of it can be read: one small function each.

Only those that need every state and transition wait until all of them are sound.
"""

from __future__ import annotations

from slaflow.workflow.checks import autos, calendars, clauses, spans, states, steps, targets, transitions
from slaflow.workflow.checks.remark import Check
from slaflow.workflow.compile.findings import Findings
from slaflow.workflow.model.workflow import Workflow

CHECKS: tuple[Check, ...] = (
    calendars.check_opens,
    clauses.check_pauses,
    steps.check_order,
    steps.check_within_reach,
    targets.check_attempts,
)
CHECKS_OF_THE_WHOLE: tuple[Check, ...] = (
    states.check_reachable,
    states.check_leavable,
    transitions.check_shadowed,
    autos.check_cycles,
    autos.check_reads_time,
    autos.check_guarded,
    autos.check_reset,
    targets.check_starts,
    targets.check_meets,
    targets.check_fires,
    targets.check_circles,
)

CHECKS_OF_NEW: tuple[Check, ...] = (spans.check_spans,)
"""What a version that was activated before they were made keeps."""


def check_workflow(workflow: Workflow, findings: Findings, *, sound: bool) -> None:
    """Run every check that can be; *sound*: all states, transitions and activities were compiled."""
    checks = (*CHECKS, *(CHECKS_OF_THE_WHOLE if sound else ()))
    if not findings.stored:
        checks = (*checks, *CHECKS_OF_NEW)
    if sound and not findings.count:
        checks = (*checks, states.check_owed)
    for check in checks:
        for remark in check(workflow):
            if remark.warning:
                findings.warn(remark.path, remark.message, key=remark.key)
            else:
                findings.error(remark.path, remark.message, key=remark.key)
