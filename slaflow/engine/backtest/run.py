"""A draft told everything that was recorded under its name. It reads, and writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from functools import partial

from slaflow.backtest.commitments import Measures
from slaflow.backtest.tally import Tally
from slaflow.engine.backtest.archived import Lines, Spool, archived_teller
from slaflow.engine.backtest.question import Question, asked_of
from slaflow.engine.backtest.shards import PAGE, Answer, Shard, shard_teller
from slaflow.engine.context import Context
from slaflow.engine.log.archives import ArchivedEntries
from slaflow.engine.log.progress import Progress, Told
from slaflow.engine.log.workers import reading
from slaflow.store.database import Connection
from slaflow.store.log import history
from slaflow.store.rows import imported as import_store
from slaflow.workflow.model.workflow import Workflow

PART = 5 * PAGE
"""Leads in a shard."""
PAYS_FROM = 20_000
"""With more entries several processes are sooner done, though they must be started first."""


class Found:
    """What a backtest came to: the question as it was asked, the counts, the measurements."""

    def __init__(self, question: Question, progress: Progress | None = None) -> None:
        self.question = question
        self._told = Told(progress)
        self.tally = Tally()
        self.measures = Measures([])
        self.not_recorded = 0

    def take(self, answers: Iterable[Answer], lines: Lines) -> None:
        """Adds what came of leads, in their order."""
        for tally, measures in answers:
            self._told.add(tally.entries)
            lines(tally.lines)
            self.tally.merge(tally)
            self.measures.merge(measures.found)


def backtest(
    app: Context, draft: Workflow, filename: str, *, name: str | None = None, at: datetime | None = None,
    start: datetime | None = None, end: datetime | None = None,
    given: Mapping[str, Mapping[str, str]] | None = None, jobs: int | None = 1, dask: str | None = None,
    archived: ArchivedEntries | None = None, lines: Lines = lambda _: None,
    progress: Progress | None = None,
) -> Found:  # fmt: skip
    """What *draft* would have made of the leads of *name* (None: its own), as of *at*.

    Args:
        start, end: promises count that began in this period, half-open; None is unbounded.
        given: values for inputs that the record lacks, by trigger and input.
        dask: the address of a scheduler whose workers do it instead.
        archived: the files of what was archived, to be told too.
        jobs: so many processes do it (None: as many as pay); what they find is the same.
        lines: is given the promises that differ, some leads at a time, by lead.
        progress: hears the number of entries read.

    Raises:
        NothingRecorded, UnknownName, InvalidValue: as ``asked_of``.
        VerificationImpossible: a process died.
        DaskUnreachable, WorkerWithoutDatabase, OtherDatabase: of *dask*.

    Memory is bounded by a page of leads in each process, and what the agreements name.
    """
    with app.database.read() as conn:
        question = asked_of(app, conn, draft, filename, name, at, (start, end), given or {})
    question = replace(question, reads_archive=archived is not None)
    found = Found(question, progress)
    with ExitStack() as stack:
        spool = stack.enter_context(Spool(lines))
        conn, tell = _tellers(app, jobs, dask, stack)
        if archived is not None:
            found.take(archived_teller(app, conn, question, archived), spool.keep)
        spool.sort()
        found.take(tell(shards(conn, question)), spool.tell)
        spool.end()
        found.not_recorded = import_store.refused(conn)
    return found


def _tellers(
    app: Context, jobs: int | None, dask: str | None, stack: ExitStack
) -> tuple[Connection, Callable[[Iterable[Shard]], Iterator[Answer]]]:
    """A read transaction, and what has shards told that sees what it sees."""
    if dask is not None:
        from slaflow.engine.backtest import dask as cluster

        client = stack.enter_context(cluster.cluster(dask))
        conn, name = stack.enter_context(cluster.shared(app.database))
        return conn, lambda shards: cluster.each(client, shards, name)
    conn, workers = stack.enter_context(reading(app.database, jobs, PAYS_FROM))
    if workers is None:
        return conn, partial(map, shard_teller(app.database, conn))
    return conn, partial(workers.each, shard_teller)


def shards(conn: Connection, question: Question) -> Iterator[Shard]:
    """Every shard of a question."""
    return (Shard(question, after, up_to) for after, up_to in history.lead_ranges(conn, PART))
