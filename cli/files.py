"""Files that a command is given: read whole, but never more than the contract allows."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from slaflow.errors import ENVIRONMENT, REFUSED, SlaflowError

from .output import tell
from .session import Session
from .words import clean

MAX_BYTES = 1_000_000
"""Source: workflow-file.md, "The file"."""


class Unread(SlaflowError):
    """A file that was not read, and why: one of several, so that what the others say is not lost."""

    code = "file_unreadable"
    exit_code = ENVIRONMENT
    path: Path | str
    reason: str


class FileUnreadable(Unread):
    """A file that is not there, or that may not be read."""

    def __init__(self, path: Path | str, reason: str) -> None:
        self.path = path
        self.reason = f"cannot be read: {reason}"
        super().__init__(f"{path}: {self.reason}")


class FileTooLarge(Unread):
    """A workflow or scenario file of more than 1 MB."""

    code = "file_too_large"
    exit_code = REFUSED

    def __init__(self, path: Path | str, size: int | None = None) -> None:
        self.path = path
        known = f"has {size:,} bytes" if size is not None else f"has more than {MAX_BYTES:,} bytes"
        self.reason = f"{known}; an agreement has at most 1 MB"
        super().__init__(f"{path}: {self.reason}")


def end_unread(session: Session, unread: Sequence[Unread], is_faulty: bool) -> None:
    """Ends a command that judges files, once its findings are printed: 3, 1 or not at all.

    What is in the document already is not said again, but for what is no fault of the file's.
    """
    for error in unread:
        if session.debug:
            traceback.print_exception(error)
        if session.out.for_people or error.exit_code == ENVIRONMENT:
            tell(clean(f"slaflow: {error}"))
    code = max((error.exit_code for error in unread), default=REFUSED if is_faulty else 0)
    if code:
        raise click.exceptions.Exit(code)


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
