"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from slaflow.engine.files.own import Protected
from slaflow.errors import ENVIRONMENT, SlaflowError


class FileUnwritable(SlaflowError):
    """A file that cannot be put where it was asked for; what stood there before is untouched."""

    code = "file_unwritable"
    exit_code = ENVIRONMENT

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(f"{path}: cannot be written: {reason}")


def save(path: Path, data: bytes, protected: Protected | None = None) -> None:
    """Puts *data* into *path* at once: written beside it, synced, then renamed over it.

    Raises:
        FileProtected: it would take the place of something of one's own.
        FileUnwritable: no such folder, no right, no room.
    """
    (protected or Protected()).check(path)
    try:
        _write_beside(path, data)
    except OSError as error:
        raise FileUnwritable(path, (error.strerror or str(error)).lower()) from error


def _write_beside(path: Path, data: bytes) -> None:
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp lets nobody else read; what was asked for is as public as any other new file.
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(beside, 0o666 & ~umask)
        os.replace(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise
