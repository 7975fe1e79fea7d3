"""Shards sent to the workers of a Dask cluster. They read the database that their own SLAFLOW_DB names.

No address of a database travels, and no credential. A lost worker's shard is done again by another.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from slaflow.engine.backtest.question import OtherDatabase
from slaflow.engine.backtest.shards import Answer, Shard, shard_teller
from slaflow.errors import ENVIRONMENT, USAGE, ExtraMissing, SlaflowError
from slaflow.settings.environment import DATABASE_VARIABLE, read_settings
from slaflow.store import snapshot
from slaflow.store.database import Connection, Database
from slaflow.store.log import history

PATIENCE = "10s"
"""How long a scheduler may take to answer."""
AHEAD = 3
"""Shards for each worker that are sent before the first of them is back."""
_one_at_a_time = Lock()


class DaskUnreachable(SlaflowError):
    """No Dask scheduler that could hand out work."""

    code = "dask_unreachable"
    exit_code = ENVIRONMENT


class WorkerWithoutDatabase(SlaflowError):
    """A Dask worker to which nobody said which database to read."""

    code = "worker_without_database"
    exit_code = ENVIRONMENT


class NoDaskAddress(SlaflowError):
    """A text that is no address of a scheduler."""

    code = "no_dask_address"
    exit_code = USAGE


@contextmanager
def cluster(address: str) -> Iterator[Any]:
    """A client of the scheduler at *address*.

    Raises:
        ExtraMissing, NoDaskAddress: before anything is asked.
        DaskUnreachable: nobody listens there, no worker is there, or it went away meanwhile.
    """
    try:
        import distributed
    except ImportError:
        raise ExtraMissing("--dask", "dask") from None
    if "://" not in address:
        raise NoDaskAddress(f'"{address}" is no address of a Dask scheduler; write tcp://HOST:8786')
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        make: Any = distributed.Client
        client: Any = make(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError):
        words = "no Dask scheduler answers at {address}; start 'dask scheduler', or name another with --dask"
        raise DaskUnreachable(words.format(address=address)) from None
    try:
        if not client.scheduler_info(n_workers=-1)["workers"]:
            raise DaskUnreachable(
                f"the Dask scheduler at {address} has no workers; start 'dask worker {address}'"
            )
        yield client
    finally:
        client.close(timeout=2)


@contextmanager
def shared(database: Database) -> Iterator[tuple[Connection, str | None]]:
    """A read transaction, and the name by which workers read the same state; None where it has none."""
    names: list[str | None] = []
    try:
        with snapshot.shared(database, names.append) as conn:
            yield conn, names[-1]
    except snapshot.NeverStill:
        with database.read() as conn:
            yield conn, None


def each(client: Any, shards: Iterable[Shard], name: str | None) -> Iterator[Answer]:
    """What the cluster makes of each shard, in their order; *name* is that of a snapshot to read.

    Raises:
        DaskUnreachable: the cluster went away, or its workers died of a shard again and again.
    """
    from distributed import CancelledError, KilledWorker
    from distributed.comm.core import CommClosedError

    room = AHEAD * len(client.scheduler_info(n_workers=-1)["workers"])
    at_work: deque[Any] = deque()
    try:
        for shard in shards:
            if len(at_work) >= room:
                yield at_work.popleft().result()
            at_work.append(client.submit(told_by_worker, shard, name, pure=False))
        while at_work:
            yield at_work.popleft().result()
    except (CancelledError, KilledWorker, CommClosedError) as error:
        raise DaskUnreachable(
            f"the Dask cluster gave up ({type(error).__name__}); try again, or without --dask"
        ) from None


def told_by_worker(shard: Shard, name: str | None) -> Answer:
    """What runs in a worker: one shard, on a connection of its own."""
    settings = read_settings()
    if settings.source != DATABASE_VARIABLE:
        raise WorkerWithoutDatabase("a Dask worker has no database; set SLAFLOW_DB where it is started")
    database = Database(settings.database)
    try:
        # Its threads share what expressions are evaluated with.
        with _one_at_a_time, snapshot.read(database, name) as conn:
            _check_same(conn, shard)
            return shard_teller(database, conn)(shard)
    finally:
        database.dispose()


def _check_same(conn: Connection, shard: Shard) -> None:
    if all(entry.hash != shard.question.mark for entry in history.activations(conn)):
        raise OtherDatabase(
            f"a Dask worker reads another database, in which {shard.question.name} was not put in force as "
            "here; set SLAFLOW_DB where it is started"
        )
