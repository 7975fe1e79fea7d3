"""The log, read and verified."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from heapq import merge

from slaflow.engine.context import Context
from slaflow.engine.log import chains
from slaflow.engine.log.archives import ArchivedEntries
from slaflow.engine.log.archives import findings as archive_findings
from slaflow.engine.log.checkpoints import Trusted, check_origin, finding
from slaflow.engine.log.progress import Progress, Told
from slaflow.engine.log.workers import Workers, reading
from slaflow.log.entry import Entry
from slaflow.log.raw_entry import SEQ, STREAM, RawEntry
from slaflow.log.verify import Verification, joined
from slaflow.log.verify import verify as verify_entries
from slaflow.store.database import Connection
from slaflow.store.log import entries as store
from slaflow.store.log.archives import begins
from slaflow.store.log.entries import Order
from slaflow.store.log.filter import LogFilter
from slaflow.store.log.part import parts
from slaflow.store.log.raw_rows import decode_anything
from slaflow.store.rows.spellings import spellings

__all__ = ["LogFilter", "Order", "entries", "verify"]

PART = 20_000
"""Entries that a worker checks at a time."""
PAYS_FROM = 400_000
"""With more entries several processes are sooner done, though they must be started first."""


def entries(app: Context, filters: LogFilter, order: Order = "id") -> Iterator[Entry]:
    """Entries that pass every filter, streamed; oldest first unless *order* says otherwise.

    An actor's are all of that person, whatever the spelling.
    """
    with app.database.read() as conn:
        if filters.actor is not None:
            filters = replace(filters, actors=tuple(spellings(conn, "entry.actor", [filters.actor])))
        yield from store.entries(conn, filters, order)


def verify(
    app: Context,
    progress: Progress | None = None,
    signed: Trusted | None = None,
    archived: ArchivedEntries | None = None,
    jobs: int | None = 1,
) -> Verification:
    """Recomputes every hash from raw values; *progress* hears the number of entries read.

    With *signed* also the root over all entries that its checkpoint counts; with *archived* also what was
    moved into files, else the streams are taken up where those end. *jobs* processes do it (None: as many
    as pay), where nothing archived is to be read; what they find is the same.

    Raises:
        VerificationImpossible: that checkpoint is of another log, or counts entries that are archived; or
            a process died.
    """
    with reading(app.database, jobs if archived is None else 1, PAYS_FROM) as (conn, workers):
        if signed is not None:
            check_origin(conn, signed.head)
        found = _in_parts(conn, workers, progress) if workers else _chains(conn, progress, archived)
        others = [*archive_findings(conn), *(() if archived is None else archived.changed)]
        if signed is not None and not (archived is not None and archived.changed):
            broken = finding(conn, signed, progress, archived)
            others += [] if broken is None else [broken]
    return replace(found, findings=(*found.findings, *others)) if others else found


def _in_parts(conn: Connection, workers: Workers, progress: Progress | None) -> Verification:
    decode_anything(conn)
    return joined(_told(workers.each(chains.checker, parts(conn, PART)), progress))


def _told(found: Iterator[Verification], progress: Progress | None) -> Iterator[Verification]:
    told = Told(progress)
    for part in found:
        told.add(part.entries)
        yield part


def _chains(conn: Connection, progress: Progress | None, archived: ArchivedEntries | None) -> Verification:
    rows, heads = store.raw_entries(conn), store.heads(conn)
    if archived is None or archived.changed:
        return verify_entries(_counted(rows, progress), heads, begins(conn))
    both = merge(archived.entries(store.heads(conn)), rows, key=_place)
    return verify_entries(_counted(both, progress), heads)


def _place(raw: RawEntry) -> tuple[int, str, int]:
    """Where a row stands in the order of (stream, seq), also one that holds something else."""
    stream, seq = raw[STREAM], raw[SEQ]
    name = stream if isinstance(stream, str) else ""
    kind = 1 if isinstance(stream, str) else 2 if isinstance(stream, bytes) else 0
    return kind, name, seq if isinstance(seq, int) else 0


def _counted(rows: Iterator[RawEntry], progress: Progress | None) -> Iterator[RawEntry]:
    for number, row in enumerate(rows, 1):
        if progress is not None and number % 1000 == 0:
            progress(number)
        yield row
