"""Rewriting the database's files, so that they hold nothing but what can be read from the tables.

A database that changes or deletes a value leaves the old bytes where they were: in room that is free, in
copies made when a page was full, in the write-ahead log, in the planner's statistics. SQLite's
``secure_delete`` and PostgreSQL's plain ``VACUUM`` do not promise to reach all of these; writing the files
anew from what is alive does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from slaflow.store.database import WAIT_SECONDS, Database
from slaflow.store.driver_errors import translated
from slaflow.store.errors import StoreError

if TYPE_CHECKING:
    import psycopg

REWRITTEN = (
    "lead", "entry", "message", "delivery", "imported", "passage", "job", "job_part", "figure",
    "lead_word", "once", "pg_catalog.pg_statistic",
)  # fmt: skip
"""PostgreSQL's tables in which values of a lead stood; the planner keeps samples of every column."""

# Rows that died after a transaction began are copied along while it lasts. Source:
# https://www.postgresql.org/docs/current/view-pg-replication-slots.html (xmin), monitoring-stats.html.
_HOLDER = """
SELECT what FROM (
    SELECT 'the transaction of process ' || pid AS what, held FROM pg_stat_activity
        CROSS JOIN LATERAL (VALUES (backend_xid), (backend_xmin)) AS each (held)
        WHERE pid <> pg_backend_pid() AND (datname = current_database() OR datname IS NULL)
    UNION ALL SELECT 'the prepared transaction ' || gid, transaction FROM pg_prepared_xacts
        WHERE database = current_database()
    UNION ALL SELECT 'the replication slot ' || slot_name, held FROM pg_replication_slots
        CROSS JOIN LATERAL (VALUES (xmin), (catalog_xmin)) AS each (held)
) AS holders WHERE held IS NOT NULL AND age(held) > age(%s::text::xid) LIMIT 1
"""
_SAMPLED = """
SELECT attname, format_type(atttypid, atttypmod)
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid JOIN pg_stats USING (attname)
WHERE attrelid = %s::regclass AND tablename = relname AND attnum > 0
"""


class TracesRemain(StoreError):
    """The files could not be rewritten now: values that were erased may still stand in them."""

    code = "traces_remain"

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(
            f"database {url}: its files may still hold what was erased: {reason}; "
            "run 'slaflow db scrub' when that has changed"
        )


def scrub(database: Database, patience_seconds: int = WAIT_SECONDS) -> None:
    """Writes every file anew in which values of a lead stood.

    SQLite: the whole file, while others may read and not write; it needs up to twice its room.
    PostgreSQL: the tables of :data:`REWRITTEN`, each closed to others meanwhile; what the server's own
    write-ahead log, its archive, backups and replicas hold is not touched.

    Args:
        patience_seconds: how long to wait for others who use the database.

    Raises:
        TracesRemain: others used it for longer, or this user may not rewrite a table.
        DatabaseLocked, NoRoom, StoreError: it could not be done at all.
    """
    rewrite = _rewrite_file if database.dialect == "sqlite" else _rewrite_tables
    with translated(database.shown, patience_seconds), closing(database.detached()) as driver:
        reason = rewrite(driver, patience_seconds)
    if reason is not None:
        raise TracesRemain(database.shown, reason)


def _rewrite_file(driver: Any, patience_seconds: int) -> str | None:
    driver.execute("PRAGMA query_only = OFF")
    driver.execute(f"PRAGMA busy_timeout = {patience_seconds * 1000}")
    driver.execute("VACUUM")
    # Until here the new pages stand in the write-ahead log, and the file is as it was.
    (is_busy, _, _) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return "another connection reads it as it was" if is_busy else None


def _rewrite_tables(driver: psycopg.Connection[Any], patience_seconds: int) -> str | None:
    from psycopg.errors import LockNotAvailable

    driver.rollback()
    driver.autocommit = True
    holder = _holder(driver, patience_seconds)
    if holder is not None:
        return f"{holder} may still read the rows as they were"
    before = _files(driver)
    driver.execute(f"SET lock_timeout = '{patience_seconds}s'")
    try:
        driver.execute(
            "VACUUM (FULL, ANALYZE) lead, entry, message, delivery, imported, passage, job, job_part, "
            "figure, lead_word, once"
        )
        _forget_samples(driver, _rewritten(driver, before))
        driver.execute("VACUUM (FULL) pg_catalog.pg_statistic")
    except LockNotAvailable:
        return "others use its tables without a pause"
    # Who may not rewrite a table is only warned.
    kept = [name for name, file in _files(driver).items() if file is not None and file == before[name]]
    return f"this user may not rewrite {', '.join(kept)}, which the database's owner may" if kept else None


def _rewritten(driver: psycopg.Connection[Any], before: Mapping[str, int | None]) -> list[str]:
    """The tables, but for the server's own, that have another file than before."""
    return [name for name, file in _files(driver).items() if file != before[name] and "." not in name]


def _forget_samples(driver: psycopg.Connection[Any], tables: Sequence[str]) -> None:
    """Drops what the planner knew of tables that are empty now: there ANALYZE leaves it as it was."""
    from psycopg.sql import SQL, Identifier

    for name in tables:
        if _scalar(driver, SQL("SELECT 1 FROM {} LIMIT 1").format(Identifier(name))) is None:
            for column, type_ in driver.execute(_SAMPLED, (name,)).fetchall():
                # To the type that it has: nothing is rewritten, and its samples go.
                change = SQL("ALTER TABLE {} ALTER COLUMN {} TYPE {}")
                driver.execute(change.format(Identifier(name), Identifier(column), SQL(type_)))


def _holder(driver: psycopg.Connection[Any], patience_seconds: int) -> str | None:
    """Who still keeps rows alive that were dead when this was called; None once nobody does."""
    now = _scalar(driver, "SELECT pg_current_xact_id()::text")
    for _ in range(max(patience_seconds * 10, 1)):
        if (holder := _scalar(driver, _HOLDER, now)) is None:
            return None
        driver.execute("SELECT pg_sleep(0.1)")
    return str(holder)


def _files(driver: psycopg.Connection[Any]) -> Mapping[str, int | None]:
    """The file of each table; None where it has none of its own, being in partitions."""
    return {name: _scalar(driver, "SELECT pg_relation_filenode(%s::regclass)", name) for name in REWRITTEN}


def _scalar(driver: psycopg.Connection[Any], query: Any, *values: Any) -> Any:
    row = driver.execute(query, values).fetchone()
    return None if row is None else row[0]
