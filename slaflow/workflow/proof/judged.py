"""What came of a claim: the proof, and what is to be said at which line of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from slaflow.workflow.checks.remark import Remark
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.proof.claim import Counterexample, Proof
from slaflow.workflow.proof.truths import Truths
from slaflow.workflow.yaml.tree import Path


@dataclass(frozen=True, slots=True)
class Judged:
    """A proof, and its warnings."""

    proof: Proof
    remarks: tuple[Remark, ...] = ()


Judge = Callable[[Workflow, Truths], Judged]


def judged(
    claim: str, faults: Iterable[Remark], looked_at: int, free: Iterable[str] = (), *, gave_up: bool = False
) -> Judged:
    """The claim fails where there is a fault, and is open where there is none and the search was given up."""
    remarks = tuple(faults)
    holds = False if remarks else None if gave_up else True
    told = tuple(f"{place(each.path)}: {each.message}" for each in remarks)
    against = Counterexample(False, told) if remarks else None
    return Judged(Proof(claim, holds, looked_at, tuple(dict.fromkeys(free)), against), remarks)


def place(path: Path) -> str:
    """``targets.respond.within[0].when``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)[1:]
