"""``slaflow log archive``: entries of leads at rest moved to Parquet, and let go only once that is safe.

A file is written beside its name, synced, read back and verified, and renamed; then one transaction records
it in the log and deletes what it holds. Whatever interrupts leaves the log whole, and a file too many at
most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slaflow.engine.commitments.open_periods import unclosed_since
from slaflow.engine.files.atomic import new_path
from slaflow.engine.files.own import Protected
from slaflow.engine.log import archives
from slaflow.engine.log.archives import LiesAhead
from slaflow.engine.log.checkpoints import tree_up_to
from slaflow.exchange.archive.file import WHAT, ArchiveFile, ArchiveWriter, sha256_of, unlocked
from slaflow.exchange.archive.reader import in_pieces
from slaflow.exchange.arrow import libraries
from slaflow.hours.zones import supported
from slaflow.lifecycle.decision import instant_text
from slaflow.log.archive import ArchiveRecord, StreamEnd, ends_digest
from slaflow.log.entry import Entry
from slaflow.log.verify import StreamHead, verify
from slaflow.store import statistics
from slaflow.store.database import Connection
from slaflow.store.log import archives as store
from slaflow.store.log import checkpoints as checkpoint_store

if TYPE_CHECKING:
    from slaflow.engine.app import Engine

MOST = 1_000_000
"""Entries in one file, more or less: a lead's are kept together."""
_STREAMS_AT_ONCE = 500


@dataclass(slots=True)
class ArchiveReport:
    """What was moved. ``stayed`` entries of before that instant are of leads that are not at rest.

    ``unclosed`` names the agreements that still have a period to close or to restate which began before
    that instant, and when: entries of it stay, as they are to be counted.
    """

    before: datetime
    unclosed: dict[str, datetime] = field(default_factory=dict)
    entries: int = 0
    leads: int = 0
    stayed: int = 0
    files: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        counts = {name: getattr(self, name) for name in ("entries", "leads", "stayed", "files")}
        unclosed = {name: instant_text(since) for name, since in self.unclosed.items()}
        return {"before": instant_text(self.before), **counts, "unclosed": unclosed}


def archive(
    app: Engine, before: datetime, folder: Path, *, at: datetime | None = None, most: int = MOST,
    progress: Callable[[int], None] | None = None,
) -> ArchiveReport:  # fmt: skip
    """Moves the log of every lead at rest since *before* to Parquet files in *folder*.

    Raises:
        LiesAhead: *before* is not past.
        LogTampered: an entry that was to go is not as it was written; nothing was moved to that file.
        ExtraMissing, FileUnwritable: the files cannot be written.
    """
    now, before = app.present(at), supported(before)
    if before > now:
        raise LiesAhead(before)
    libraries(WHAT)
    with app.database.read() as conn:
        unclosed = unclosed_since(app, conn, now)
    report = ArchiveReport(before, {name: since for name, since in unclosed.items() if since < before})
    while (made := _one_file(app, report, folder, now, most)) is not None:
        report.entries += made.entries
        report.leads += made.streams
        report.files.append(str(folder / made.file))
        if progress is not None:
            progress(report.entries)
    statistics.refresh(app.database)
    with app.database.read() as conn:
        report.stayed = store.count_before(conn, before)
    return report


def _one_file(
    app: Engine, asked: ArchiveReport, folder: Path, now: datetime, most: int
) -> ArchiveRecord | None:
    with app.database.write() as conn:
        last = checkpoint_store.last_entry(conn)
    with app.database.read() as conn:
        final = archives.final_states(app, conn, asked.before, asked.unclosed)
        chosen = archives.choose(conn, final, most)
        if not chosen:
            return None
        before = max(final.values())
        tree = tree_up_to(conn, last)
        heads = store.stored_heads(conn, chosen)
        file = _free_name(folder, len(store.records(conn)) + 1)
        about = {"before": instant_text(before), "size": tree.size, "root": tree.root().hex()}
        with new_path(file, Protected(app), exclusive=True) as part:
            with ArchiveWriter(part, about) as writer:
                ends = list(_written(conn, heads, writer))
            _check(conn, part, heads)
            made = ArchiveRecord(
                now, before, file.name, sha256_of(part), writer.entries, len(ends),
                ends_digest(ends), writer.first, writer.last, tree.size, tree.root().hex(), last,
                tree.packed(),
            )  # fmt: skip
    archives.moved(app, made, ends)
    return made


def _free_name(folder: Path, number: int) -> Path:
    """The next file's name; one that an interrupted run left behind is passed over."""
    while (file := folder / f"log-archive-{number:04}.parquet").exists():
        number += 1
    return file


def _written(conn: Connection, heads: list[StreamHead], writer: ArchiveWriter) -> Iterator[StreamEnd]:
    """Writes what the log holds of these streams; where each of them ends."""
    salts = {head.stream: head.salt for head in heads}
    for names in in_pieces([head.stream for head in heads], _STREAMS_AT_ONCE):
        entries = list(store.entries_of(conn, names))
        writer.write(entries, salts)
        for _, group in groupby(entries, key=lambda entry: entry.stream):
            yield _end(list(group)[-1])


def _end(entry: Entry) -> StreamEnd:
    return StreamEnd(entry.stream, entry.seq, entry.hash, entry.id or 0)


def _check(conn: Connection, file: Path, heads: list[StreamHead]) -> None:
    """Reads *file* back. Raises ``LogTampered`` where an entry in it is not as it was first written."""
    names = {head.stream for head in heads}
    starts = (start for start in store.begins(conn) if start.stream in names)
    found = verify(unlocked(ArchiveFile(file).rows(), iter(heads)), heads, starts).bad
    if found is not None:
        raise found.as_error()
