"""What is wrong with an agreement although every line of it can be read: one small function each.

Only those that need every state and transition wait until all of them are sound.
"""

from __future__ import annotations

from collections.abc import Iterator

from slaflow.workflow.checks import (
    allowances,
    autos,
    calendars,
    clauses,
    identity,
    journey,
    keeping,
    receivers,
    spans,
    states,
    steps,
    targets,
    transitions,
    zones,
)
from slaflow.workflow.checks.remark import Check, Remark
from slaflow.workflow.compile.findings import Findings
from slaflow.workflow.document.top import WorkflowDoc
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

CHECKS_OF_NEW: tuple[Check, ...] = (spans.check_spans, clauses.check_pauses_end)
"""What a version that was activated before they were made keeps."""
CHECKS_OF_NEW_WHOLE: tuple[Check, ...] = (journey.check_passable,)

ADVICE: tuple[Check, ...] = (
    identity.check_identity,
    zones.check_zones,
    journey.check_signalled,
    clauses.check_score_stands,
    autos.check_reads_scores,
    keeping.check_debtor,
    keeping.check_let_go,
    transitions.check_clicked,
    receivers.check_rules,
    receivers.check_teams,
    receivers.check_dealing,
    receivers.check_owners_calendar,
    steps.check_rounds,
)
"""What is warned of in a new text without an error."""


def check_workflow(workflow: Workflow, document: WorkflowDoc, findings: Findings, *, sound: bool) -> None:
    """Run every check that can be; *sound*: all states, transitions and activities were compiled."""
    checks = (*CHECKS, *(CHECKS_OF_THE_WHOLE if sound else ()))
    if not findings.stored:
        checks = (*checks, *CHECKS_OF_NEW, *(CHECKS_OF_NEW_WHOLE if sound else ()))
    if sound and not findings.count:
        checks = (*checks, states.check_owed)
    for check in checks:
        _tell(check(workflow), findings)
    if sound and not findings.count and not findings.stored:
        _tell(allowances.check_calendar_named(workflow, document), findings)
        for check in ADVICE:
            _tell(check(workflow), findings)


def _tell(remarks: Iterator[Remark], findings: Findings) -> None:
    for remark in remarks:
        tell = findings.warn if remark.warning else findings.error
        tell(remark.path, remark.message, key=remark.key)
