"""Files that nobody wants to lose, told by what is in them, whatever they are called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from slaflow.log.archive import ABOUT
from slaflow.log.checkpoint import parse_checkpoint
from slaflow.log.errors import KeyInvalid, VerificationImpossible
from slaflow.log.keys import PRIVATE, parse_public
from slaflow.log.note import parse_note
from slaflow.store.database_file import is_database

DATABASE = "the database"
KEY = "a key"
SETTINGS = "the settings file"
AGREEMENT = "an agreement"
ARCHIVE = "an archive of the log"
CHECKPOINT = "a signed checkpoint"

MAX_BYTES = 1_000_000
"""No agreement, key or checkpoint is longer."""

_PARQUET = b"PAR1"
_AGREEMENT = re.compile(rb"^workflow[ \t]*:", re.MULTILINE)


def recognized(file: Path) -> Iterator[str]:
    """What *file* is of all this, if anything. A file that cannot be read is nothing."""
    if is_database(file):
        yield DATABASE
    if _is_archive(file):
        yield ARCHIVE
    content = content_of(file)
    if content is None:
        return
    if _is_key(content):
        yield KEY
    if _is_checkpoint(content):
        yield CHECKPOINT
    if file.suffix.lower() in (".yaml", ".yml") and _AGREEMENT.search(content):
        yield AGREEMENT


def content_of(file: Path) -> bytes | None:
    """The bytes of a small file; None for a large one, or one that cannot be read."""
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
    except OSError:
        return None
    return content if len(content) <= MAX_BYTES else None


def _is_archive(file: Path) -> bool:
    """Whether a Parquet file says in its footer that it is an archive; needs no library to read it.

    Source: https://parquet.apache.org/docs/file-format/ (the footer, its length, the magic number).
    """
    try:
        with file.open("rb") as opened:
            if opened.read(len(_PARQUET)) != _PARQUET:
                return False
            opened.seek(-8, 2)
            length, magic = int.from_bytes(opened.read(4), "little"), opened.read(4)
            opened.seek(-8 - length, 2)
            return magic == _PARQUET and ABOUT in opened.read(length)
    except (OSError, ValueError):
        return False


def _is_key(content: bytes) -> bool:
    """A private key, or lines that are all public ones."""
    if content.startswith(PRIVATE.encode()):
        return True
    try:
        lines = [line for line in content.decode().splitlines() if line.strip() and not line.startswith("#")]
        return bool(lines) and all(parse_public(line.strip()) for line in lines)
    except (UnicodeDecodeError, KeyInvalid):
        return False


def _is_checkpoint(content: bytes) -> bool:
    try:
        parse_checkpoint(parse_note(content).text)
    except VerificationImpossible:
        return False
    return True
