"""Everything that is proved of an agreement."""

from __future__ import annotations

from collections.abc import Iterator

from slaflow.workflow.checks.remark import Remark
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.proof import guards, steps, targets
from slaflow.workflow.proof.claim import Proof
from slaflow.workflow.proof.judged import Judge, Judged
from slaflow.workflow.proof.truths import Truths

CLAIMS: tuple[Judge, ...] = (guards.judge, targets.judge, steps.judge)


def judged(workflow: Workflow) -> Iterator[Judged]:
    """Each claim with its warnings; what one asked of the guards the next need not ask again."""
    truths = Truths(workflow)
    for judge in CLAIMS:
        yield judge(workflow, truths)


def proofs(workflow: Workflow) -> Iterator[Proof]:
    """Each claim, and whether it holds."""
    return (each.proof for each in judged(workflow))


def advice(workflow: Workflow) -> Iterator[Remark]:
    """Where a claim does not hold, as warnings."""
    return (remark for each in judged(workflow) for remark in each.remarks)
