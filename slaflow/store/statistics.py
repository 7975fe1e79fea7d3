"""The statistics that PostgreSQL plans by, brought up to date where much was written at once.

Autovacuum does it too, but a minute or more later, and never for a log that was cut into partitions. SQLite
gets none: its statements are worded to need none, and samples it may keep would outlive an erasure.
"""

from __future__ import annotations

import logging

from sqlalchemy import text

from slaflow.errors import SlaflowError
from slaflow.store.database import Database
from slaflow.store.tables.all import metadata

MANY = 1000
"""Rows that may be new without: whatever is planned for so few does."""
# A tenth of the table is new: autovacuum's own measure. What is written into a partition counts there.
_OUTDATED = text(
    """
    SELECT relname FROM pg_class
    WHERE oid IN (SELECT to_regclass(name) FROM unnest(CAST(:tables AS text[])) AS name)
    AND pg_stat_get_mod_since_analyze(oid) + coalesce((
        SELECT sum(pg_stat_get_mod_since_analyze(inhrelid)) FROM pg_inherits WHERE inhparent = pg_class.oid
    ), 0) >= greatest(:many, reltuples / 10)
    ORDER BY relname
    """
)
log = logging.getLogger("slaflow.store")


def refresh(database: Database) -> None:
    """Has PostgreSQL look at those tables anew of which much was changed since it did.

    To be called once that is committed. Never fails, and waits for nobody: a table that somebody else works
    on, or that this role may not analyze, stays as it is. Cost: a sample of a table, whatever its size.
    """
    if database.dialect != "postgresql":
        return
    try:
        for name in _outdated(database):
            # A transaction each, so that none is held while the next is looked at.
            with database.write() as connection:
                connection.execute(text(f"ANALYZE (SKIP_LOCKED) {name}"))
    except SlaflowError as error:
        log.info("statistics are left to autovacuum: %s", error)


def _outdated(database: Database) -> list[str]:
    with database.write() as connection:
        # The server hears of what a session changed up to a second later, or when it is told to.
        connection.execute(text("SELECT pg_stat_force_next_flush()"))
    with database.read() as connection:
        found = connection.execute(_OUTDATED, {"tables": list(metadata.tables), "many": MANY})
        return list(found.scalars())
