"""Files that are there whole or not at all: written under another name beside, synced, then renamed.

What they may take the place of is for :mod:`slaflow.engine.files.own` to say, which is always asked.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import IO

from slaflow.engine.files.own import Protected
from slaflow.errors import ENVIRONMENT, SlaflowError


class FileUnwritable(SlaflowError):
    """A file or folder that cannot be written; what stood there before still stands."""

    code = "file_unwritable"
    exit_code = ENVIRONMENT

    def __init__(self, file: Path, reason: str) -> None:
        self.file = file
        self.reason = reason
        super().__init__(f"{file}: {reason}")


@contextmanager
def new_path(file: Path, protected: Protected | None = None, *, exclusive: bool = False) -> Iterator[Path]:
    """A path beside *file* to write to, which becomes *file* once all went well.

    Args:
        protected: what it must not take the place of; None: what can be told without a database.
        exclusive: nor of anything else that stands there by then.

    Raises:
        FileProtected: *file* is something of one's own.
        FileUnwritable: no room, no right, no folder, or *file* is no regular file.
    """
    (protected or Protected()).check(file)
    target = _target(file)
    with _faults(file):
        folder = Path(mkdtemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part"))
    try:
        with _faults(file):
            part = folder / target.name
            yield part
            _sync(part)
            _put_anew(part, target) if exclusive else os.replace(part, target)
            _sync(target.parent)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def new_file(file: Path, protected: Protected | None = None) -> Iterator[IO[bytes]]:
    """As :func:`new_path`, opened for writing."""
    with new_path(file, protected) as part, part.open("wb") as opened:
        yield opened


def save(file: Path, data: bytes, protected: Protected | None = None) -> None:
    """Puts *data* into *file* at once; errors as of :func:`new_path`."""
    if not file.absolute().parent.is_dir():
        raise FileUnwritable(file, f"it cannot be written: there is no folder {file.parent}; make it first")
    with new_file(file, protected) as opened:
        opened.write(data)


@contextmanager
def new_folder(folder: Path, protected: Protected | None = None) -> Iterator[Path]:
    """An empty folder beside *folder* to fill, which becomes *folder* once all went well.

    Raises:
        FileProtected, FileUnwritable: as :func:`new_path`; also where *folder* already holds anything.
    """
    (protected or Protected()).check(folder)
    if folder.exists() and not folder.is_dir():
        raise FileUnwritable(folder, "there is a file of that name; name a folder that is empty or not there")
    if folder.is_dir() and any(folder.iterdir()):
        raise FileUnwritable(folder, "the folder is not empty; name one that is empty or not there")
    target = folder.absolute()
    _check_parent(folder, target)
    with _faults(folder):
        part = Path(mkdtemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part"))
    try:
        with _faults(folder):
            part.chmod(0o777 & ~_umask())
            yield part
            for path in (*part.rglob("*"), part):
                _sync(path)
            os.replace(part, target)
            _sync(target.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _put_anew(part: Path, target: Path) -> None:
    """Gives *part* its name unless something has it already."""
    try:
        # Unlike a rename a link never takes the place of what is there.
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError:
        # A file system without links, where a moment between asking and renaming is all there is.
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        os.rename(part, target)


def _target(file: Path) -> Path:
    target = Path(os.path.realpath(file))
    if target.is_dir():
        raise FileUnwritable(file, "there is a folder of that name; name a file")
    if target.exists() and not target.is_file():
        # A rename would put a plain file in the place of a device or a pipe.
        raise FileUnwritable(file, "this is no regular file; name another, or - for standard output")
    _check_parent(file, target)
    return target


def _check_parent(file: Path, target: Path) -> None:
    if not target.parent.is_dir():
        raise FileUnwritable(file, f"there is no folder {target.parent}; make it first")


@contextmanager
def _faults(file: Path) -> Iterator[None]:
    """What the system says about writing, as our error; a reader of a pipe that went away is no fault."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise FileUnwritable(file, f"it cannot be written: {reason}") from error
    except sqlite3.Error as error:
        raise FileUnwritable(file, f"it cannot be written: {error}") from error


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
