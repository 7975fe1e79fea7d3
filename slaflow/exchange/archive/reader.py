"""The archived part of a log, from the files that hold it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from heapq import merge
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from slaflow.engine.log.archives import ArchiveRecord, records
from slaflow.exchange.archive.file import ArchiveFile, sha256_of, unlocked
from slaflow.log.entry import Entry
from slaflow.log.errors import VerificationImpossible
from slaflow.log.prefix import Leaf
from slaflow.log.raw_entry import SEQ, STREAM, RawEntry
from slaflow.log.verify import Finding, StreamHead

if TYPE_CHECKING:
    from slaflow.engine.app import Engine

_AT_ONCE = 10_000


class Archived:
    """Every file that entries were moved into; ``changed`` tells which of them are not as recorded."""

    def __init__(self, files: Sequence[ArchiveFile], changed: tuple[Finding, ...] = ()) -> None:
        self._files = files
        self.changed = changed

    def entries(self, heads: Iterator[StreamHead]) -> Iterator[RawEntry]:
        """Every archived entry in the order of (stream, seq), unlocked; *heads* bring the salts."""
        rows = merge(
            *(file.rows() for file in self._files), key=lambda row: (row.values[STREAM], row.values[SEQ])
        )
        return unlocked(rows, heads)

    def entry(self, entry_id: int, heads: Iterator[StreamHead]) -> Entry | None:
        """The archived entry with that id."""
        found = (file.entry(entry_id, heads) for file in self._files)
        return next((entry for entry in found if entry is not None), None)

    def leaves(self) -> Iterator[Leaf]:
        """(id, hash) of every archived entry, by id; put in order in a file of this alone."""
        with TemporaryDirectory(prefix="slaflow-leaves-") as folder:
            with closing(sqlite3.connect(Path(folder) / "leaves.db", isolation_level=None)) as spool:
                spool.execute("PRAGMA journal_mode = OFF")
                spool.execute("CREATE TABLE leaf (id INTEGER, hash TEXT)")
                spool.execute("BEGIN")
                for file in self._files:
                    spool.executemany("INSERT INTO leaf VALUES (?, ?)", file.leaves())
                rows = spool.execute("SELECT id, hash FROM leaf ORDER BY id")
                while some := rows.fetchmany(_AT_ONCE):
                    yield from some


def at_hand(app: Engine, folders: Iterable[Path]) -> Archived:
    """The files of everything that was archived, found in *folders* by name, or by what is in them.

    Raises:
        VerificationImpossible: one is not there.
    """
    there = [file for folder in folders for file in _files(folder)]
    files: list[ArchiveFile] = []
    changed: list[Finding] = []
    for record in records(app):
        found = _found(record, there)
        if isinstance(found, Finding):
            changed.append(found)
        else:
            files.append(found)
    return Archived(files, tuple(changed))


def _files(folder: Path) -> list[Path]:
    if folder.is_dir():
        return sorted(folder.glob("*.parquet"))
    if folder.is_file():
        return [folder]
    raise VerificationImpossible(f"there is no archive {folder}")


def _found(record: ArchiveRecord, there: Sequence[Path]) -> ArchiveFile | Finding:
    named = [file for file in there if file.name == record.file]
    other = ""
    for file in [*named, *(file for file in there if file not in named)]:
        digest = sha256_of(file)
        if digest == record.sha256:
            return ArchiveFile(file)
        other = other or (digest if file in named else "")
    if not named:
        raise VerificationImpossible(
            f"the archive {record.file} ({record.entries} entries) is not there; "
            "name its folder with --archive"
        )
    reason = f"the archive {named[0]} is not as it was recorded: its SHA-256 is another"
    return Finding(None, None, reason, None, record.sha256, other)


def in_pieces(names: Sequence[str], size: int) -> Iterator[list[str]]:
    """*names* a few at a time."""
    pending = iter(names)
    while piece := list(islice(pending, size)):
        yield piece
