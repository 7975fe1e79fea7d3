"""Compiled agreements kept in a folder of one user, so that commands need not read and compile texts again.

As with the modules that Python keeps compiled, whoever may write there decides what is run as that user.
So nothing is read, or written, in a folder that anybody else may write to, nor through a link. Nobody hears
of a fault: whatever stands there, or cannot, the text in the database says the same.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import slaflow.hours
import slaflow.workflow
from slaflow.hours.zones import is_zone
from slaflow.workflow.encoding import decoded, encoded
from slaflow.workflow.model.workflow import Workflow

MOST_KEPT = 100
LARGEST = 16_000_000
"""Bytes; some ten times the largest text's."""
ENDING = ".agreement"
COMPILER = (slaflow.workflow, slaflow.hours)
LIBRARIES = ("cel_expr_python", "pydantic", "yaml")
"""What else a compiled agreement comes from."""
_HASH_BYTES = 32
_PRIVATE = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class KeptAgreements:
    """The folder, by its path; made when something is first kept. Each agreement is a file.

    Its name is a hash of text and holidays; a hash of what read and compiled them comes first in it, then
    one of all the rest.
    """

    folder: Path

    def found(self, source: str, holidays: str) -> Workflow | None:
        """The compiled workflow of that text with those holidays, if it was kept by this very program."""
        try:
            with self._opened() as folder:
                content = _content(folder, _name(source, holidays))
            return _workflow(content, source)
        except (OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError):
            return None

    def put(self, made: Workflow, holidays: str) -> None:
        """Keeps *made*, or does nothing where that cannot be."""
        with suppress(OSError, TypeError):
            data = encoded(made)
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._opened() as folder:
                _write(folder, _name(made.source, holidays), compiler() + sha256(data).digest() + data)
                _forget_oldest(folder)

    @contextmanager
    def _opened(self) -> Iterator[int]:
        """The folder itself, which nobody else can put another in the place of from then on."""
        if os.open not in os.supports_dir_fd:
            raise PermissionError  # and no rights to go by either
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            _check_own(os.fstat(descriptor), _PRIVATE)
            yield descriptor
        finally:
            os.close(descriptor)


@cache
def compiler() -> bytes:
    """What stands for this program: Python, and the modules and libraries an agreement is compiled by.

    Told by size and times of their files, as Python does; the time of a file's last change cannot be set
    back by an installer.
    """
    found = [sys.version]
    for package in COMPILER:
        for folder in package.__path__:
            found += _stamps(Path(folder))
    for library in LIBRARIES:
        spec = find_spec(library)
        found.append(_stamp(Path(spec.origin)) if spec and spec.origin else library)
    return sha256("\n".join(found).encode()).digest()


def _stamps(folder: Path) -> Iterator[str]:
    for each in sorted(os.scandir(folder), key=lambda each: each.name):
        if each.is_dir():
            yield from _stamps(Path(each.path))
        elif each.name.endswith(".py"):
            yield _stamp(Path(each.path))


def _stamp(file: Path) -> str:
    told = os.stat(file)
    return f"{file} {told.st_size} {told.st_mtime_ns} {told.st_ctime_ns}"


def _name(source: str, holidays: str) -> str:
    return sha256(json.dumps([source, holidays]).encode()).hexdigest() + ENDING


def _check_own(told: os.stat_result, others: int) -> None:
    """Raises PermissionError unless it is the user's, and nobody else has the rights *others*."""
    if told.st_uid != os.geteuid() or told.st_mode & others:
        raise PermissionError


def _content(folder: int, name: str) -> bytes:
    # Whoever opens a pipe waits for its writer, unless told not to.
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    with os.fdopen(descriptor, "rb") as opened:
        told = os.fstat(descriptor)
        _check_own(told, _OTHERS_WRITE)
        if not stat.S_ISREG(told.st_mode) or told.st_size > LARGEST:
            raise PermissionError
        return opened.read(LARGEST)


def _workflow(content: bytes, source: str) -> Workflow | None:
    by, whole = content[:_HASH_BYTES], content[_HASH_BYTES : 2 * _HASH_BYTES]
    data = content[2 * _HASH_BYTES :]
    if by != compiler() or whole != sha256(data).digest():
        return None
    found = decoded(data, source)
    # As with the text, a zone that this machine lacks is told before anything is decided.
    return found if all(is_zone(each.timezone) for each in found.calendars.values()) else None


def _write(folder: int, name: str, content: bytes) -> None:
    """Puts it there whole or not at all, whoever else writes the same."""
    part = f".{os.getpid()}-{os.urandom(8).hex()}{ENDING}"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(content)
        os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        os.unlink(part, dir_fd=folder)
        raise


def _forget_oldest(folder: int) -> None:
    """Leaves the newest; those that a killed process left in part grow old like others."""
    names = [name for name in os.listdir(folder) if name.endswith(ENDING)]
    if len(names) > MOST_KEPT:
        names.sort(key=lambda name: os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime_ns)
        for name in names[:-MOST_KEPT]:
            os.unlink(name, dir_fd=folder)
