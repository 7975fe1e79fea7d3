"""What can go wrong with a file that comes in: the map, the file itself, an import that was stopped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from slaflow.errors import ENVIRONMENT, REFUSED, SlaflowError
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


class PresetUnfit(SlaflowError):
    """A preset that fits neither the file nor the agreement; nothing was read."""

    code = "preset_unfit"


class RowsInDoubt(FileUnreadable):
    """A file in which nobody can tell where a row ends, from *line* on; nothing of it was taken."""

    code = "rows_in_doubt"
    exit_code = REFUSED

    def __init__(self, file: Path, line: int, reason: str) -> None:
        self.line = line
        super().__init__(file, f"line {line}: {reason}; nothing was imported")


class RowRefused(SlaflowError):
    """One row, or one event of it, that cannot be used; the message is its reason."""

    code = "row_refused"
