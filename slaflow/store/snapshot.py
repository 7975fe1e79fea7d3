"""One state of the database, read by several processes at once.

PostgreSQL gives a snapshot a name that other transactions may take. SQLite has no such name: whoever begins
to read sees what is there. Where ``PRAGMA data_version`` stands still on one connection, nobody committed in
the meantime, and all who began then see the same (https://www.sqlite.org/pragma.html#pragma_data_version).
Neither keeps a writer waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from sqlalchemy import Connection, func, select

from slaflow.store.database import Database
from slaflow.store.tables.log import entry

_TRIES = 20


class NeverStill(Exception):
    """Somebody committed whenever all were about to read; whoever shares reads alone then."""


@contextmanager
def shared(database: Database, begin: Callable[[str | None], None]) -> Iterator[Connection]:
    """A read transaction of this process that sees what others see.

    Args:
        begin: has every other process begin to :func:`read`, anew if it does already, from the snapshot of
            that name; it returns once all of them do.

    Raises:
        NeverStill: on SQLite, somebody committed each time.
    """
    if database.dialect == "postgresql":
        with database.read() as connection:
            begin(connection.execute(select(func.pg_export_snapshot())).scalar_one())
            yield connection
        return
    with closing(database.detached()) as watching:
        for _ in range(_TRIES):
            before = watching.execute("PRAGMA data_version").fetchone()
            with read(database) as connection:
                begin(None)
                if watching.execute("PRAGMA data_version").fetchone() == before:
                    yield connection
                    return
    raise NeverStill


@contextmanager
def read(database: Database, snapshot: str | None = None) -> Iterator[Connection]:
    """A read transaction that has its snapshot from the start, not only from what it reads first."""
    with database.read(snapshot) as connection:
        connection.execute(select(entry.c.id).limit(1)).all()
        yield connection


def is_shareable(database: Database) -> bool:
    """Whether other processes find the same database under its URL: not one in memory."""
    return database.dialect == "postgresql" or (database.file is not None and database.file.is_file())
