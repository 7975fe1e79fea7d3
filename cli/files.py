"""Files that a command is given: read whole, but never more than the contract allows."""

from __future__ import annotations

from pathlib import Path

from slaflow.errors import ENVIRONMENT, REFUSED, SlaflowError

MAX_BYTES = 1_000_000
"""Source: WORKFLOW.md, "The file"."""


class FileUnreadable(SlaflowError):
    """A file that is not there, or that may not be read."""

    code = "file_unreadable"
    exit_code = ENVIRONMENT

    def __init__(self, path: Path | str, reason: str) -> None:
        self.path = path
        super().__init__(f"{path}: cannot be read: {reason}")


class FileTooLarge(SlaflowError):
    """A workflow or scenario file of more than 1 MB."""

    code = "file_too_large"
    exit_code = REFUSED

    def __init__(self, path: Path | str, size: int | None = None) -> None:
        self.path = path
        known = f"has {size:,} bytes" if size is not None else f"has more than {MAX_BYTES:,} bytes"
        super().__init__(f"{path}: {known}; an agreement has at most 1 MB")


def read_bounded(path: Path) -> bytes:
    """The bytes of *path*; a larger file is refused before it is read.

    Raises:
        FileTooLarge: more than 1 MB, as the file system says or, for what has no size, as read.
        FileUnreadable: absent, a folder, or closed to us.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise FileTooLarge(path, size)
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileUnreadable(path, (error.strerror or str(error)).lower()) from error
    if len(data) > MAX_BYTES:
        raise FileTooLarge(path)
    return data
