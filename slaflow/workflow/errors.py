"""What is wrong with a workflow file, and where: findings with line and column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slaflow.errors import ENVIRONMENT, SlaflowError


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing ``slaflow workflow check`` says: 1-based place, path of keys, words."""

    line: int
    column: int
    path: str
    """As in ``targets.respond.within[0].is``; empty for the file as a whole."""
    message: str


class WorkflowError(SlaflowError):
    """The file is no agreement; ``findings`` holds every error, one line of the message each."""

    code = "workflow_invalid"

    def __init__(self, findings: Sequence[Finding], filename: str = "workflow.yaml") -> None:
        self.findings = tuple(findings)
        self.filename = filename
        super().__init__("\n".join(f"{filename}:{f.line}:{f.column}: {f.message}" for f in self.findings))


class WorkflowUnreadable(SlaflowError):
    """The file could not be opened."""

    code = "workflow_unreadable"
    exit_code = ENVIRONMENT

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        super().__init__(f"{path}: cannot be read: {reason}")
