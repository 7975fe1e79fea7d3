"""The shape the tables are in: indexes and triggers that somebody dropped, room that is taken by nothing.

A log that was cut into partitions (docs/operations/partition-the-log.md) is in order too: what is unique
in it is so in each partition, and by a trigger where that is not enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Index, column, inspect, select, table, text
from sqlalchemy.schema import CreateIndex

from slaflow.store.tables.all import metadata
from slaflow.store.tables.metadata import TRIGGERS

DEAD_SHARE, DEAD_ROWS = 0.2, 10_000
"""PostgreSQL: autovacuum clears at a fifth of a table; far more is a sign that it does not run."""
FREE_SHARE, FREE_PAGES = 0.25, 2_500
"""SQLite: the share of a file, of ten megabytes at least, that its pages no longer need."""

_TRIGGERS = {
    "sqlite": text("SELECT name FROM sqlite_master WHERE type = 'trigger'"),
    # A trigger that was disabled guards nothing.
    "postgresql": text(
        "SELECT tgname FROM pg_trigger "
        "WHERE tgrelid = 'entry'::regclass AND NOT tgisinternal AND tgenabled <> 'D'"
    ),
}
_PARTITIONED = text(
    "SELECT relname FROM pg_class WHERE relkind = 'p' AND relnamespace = current_schema()::regnamespace"
)
_PARTITIONS = text(
    "SELECT nspname, relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid "
    "JOIN pg_namespace ON pg_namespace.oid = relnamespace "
    "WHERE inhparent = 'entry'::regclass ORDER BY relname"
)
ONCE_IN_PARTITIONS = "entry_once"
"""The trigger on a partitioned log by which a step is in it once, whatever the partition."""
_STATISTICS = table(
    "pg_stat_user_tables", column("relname"), column("schemaname"), column("n_live_tup"), column("n_dead_tup")
)


@dataclass(frozen=True, slots=True)
class Bloated:
    """Room taken by nothing: rows of a table on PostgreSQL, pages of the file (``table`` None) on SQLite."""

    table: str | None
    unused: int
    total: int


def partitioned(connection: Connection) -> frozenset[str]:
    """The tables that somebody cut into partitions; none on SQLite."""
    if connection.dialect.name == "sqlite":
        return frozenset()
    return frozenset(connection.execute(_PARTITIONED).scalars())


def missing_indexes(connection: Connection) -> list[tuple[str, str]]:
    """Name of each index the migrations made that is gone, and the statement that makes it again."""
    inspector, found, in_parts = inspect(connection), [], partitioned(connection)
    for each in metadata.sorted_tables:
        if each.info.get("only", connection.dialect.name) != connection.dialect.name:
            continue
        there = {index["name"] for index in inspector.get_indexes(each.name)}
        wanted = (index for index in each.indexes if not (index.unique and each.name in in_parts))
        gone = (index for index in wanted if index.name not in there)
        found += [(str(index.name), _made_again(connection, index)) for index in gone]
    if "entry" in in_parts:
        found += _keys_gone(connection)
    return sorted(found)


def _keys_gone(connection: Connection) -> Iterator[tuple[str, str]]:
    """Partitions of the log that may hold two entries at one place of a stream."""
    inspector = inspect(connection)
    for schema, name in connection.execute(_PARTITIONS):
        unique = (index for index in inspector.get_indexes(name, schema) if index["unique"])
        if not any(index["column_names"] == ["stream", "seq"] for index in unique):
            place = f"{schema}.{name}"
            yield f"of (stream, seq) on {place}", f"CREATE UNIQUE INDEX ON {place} (stream, seq)"


def missing_triggers(connection: Connection) -> list[str]:
    """Triggers that keep the log append-only and are gone, or switched off."""
    there = set(connection.execute(_TRIGGERS[connection.dialect.name]).scalars())
    in_parts = (ONCE_IN_PARTITIONS,) if "entry" in partitioned(connection) else ()
    return [name for name in (*TRIGGERS[connection.dialect.name], *in_parts) if name not in there]


def keeps_readers_apart(connection: Connection) -> bool:
    """Whether readers and a writer do without each other: always on PostgreSQL; on SQLite with a write-ahead
    log, which ``VACUUM INTO`` does not copy."""
    if connection.dialect.name != "sqlite":
        return True
    return str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()) == "wal"


def bloated(connection: Connection) -> list[Bloated]:
    """Where room is wasted; empty while it is worth nobody's time."""
    if connection.dialect.name == "sqlite":
        free, pages = (
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("freelist_count", "page_count")
        )
        return [Bloated(None, free, pages)] if free >= FREE_PAGES and free > pages * FREE_SHARE else []
    names = [each.name for each in metadata.sorted_tables]
    live, dead = _STATISTICS.c.n_live_tup, _STATISTICS.c.n_dead_tup
    query = select(_STATISTICS.c.relname, dead, live + dead).where(
        _STATISTICS.c.relname.in_(names), dead >= DEAD_ROWS, dead > (live + dead) * DEAD_SHARE
    )
    return [Bloated(*row) for row in connection.execute(query.order_by(_STATISTICS.c.relname))]


def _made_again(connection: Connection, index: Index) -> str:
    return " ".join(str(CreateIndex(index).compile(dialect=connection.dialect)).split())
