"""Everything that ``workflow check`` proves of an agreement, and the warnings where a claim does not hold."""

from __future__ import annotations

from collections.abc import Iterator

from slaflow.trial.limbo.proof import no_limbo, state_of
from slaflow.workflow.checks.remark import Remark
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.proof import claims
from slaflow.workflow.proof.claim import Proof
from slaflow.workflow.proof.truths import Truths


def proofs(workflow: Workflow, filename: str = "workflow.yaml") -> Iterator[Proof]:
    """Each claim, with what speaks against it. *filename* is what scenarios call the agreement's file."""
    truths = Truths(workflow)
    yield from no_limbo(workflow, filename, truths)
    yield from claims.proofs(workflow)


def remarks(proof: Proof) -> Iterator[Remark]:
    """What is warned of where *proof* does not hold; nothing where it does."""
    state = state_of(proof)
    if state is None or proof.holds:
        return
    found = proof.counterexample
    if found is None:
        words = f"whether a lead may be left lying in {state} is not proved: there is too much to search"
    else:
        how = "" if found.confirmed else " (not played)"
        words = (
            f"a lead may be left lying in {state}, where nobody owes anything and no timer runs{how}: "
            f"{'; '.join(found.path)}"
        )
    yield Remark(("states", state), words, warning=True, key=True)
