"""What can go wrong with a file that comes in: the map, the file itself, an import that was stopped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from slaflow.errors import ENVIRONMENT, SlaflowError
from slaflow.workflow.errors import Finding


class MapInvalid(SlaflowError):
    """The map does not fit the workflow or the file; ``findings`` holds everything, a line each."""

    code = "map_invalid"

    def __init__(self, findings: Sequence[Finding], filename: str) -> None:
        self.findings = tuple(sorted(findings))
        self.filename = filename
        super().__init__("\n".join(f"{filename}:{f.line}:{f.column}: {f.message}" for f in self.findings))


class FileUnreadable(SlaflowError):
    """A file that is not there, cannot be opened, or is not what its name says."""

    code = "file_unreadable"
    exit_code = ENVIRONMENT

    def __init__(self, file: Path, reason: str) -> None:
        self.file = file
        self.reason = reason
        super().__init__(f"{file}: {reason}")


class RowRefused(SlaflowError):
    """One row, or one event of it, that cannot be used; the message is its reason."""

    code = "row_refused"
