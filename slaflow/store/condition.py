"""The shape the tables are in: indexes and triggers that somebody dropped, room that is taken by nothing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Index, column, inspect, select, table, text
from sqlalchemy.schema import CreateIndex

from slaflow.store.tables import TRIGGERS, metadata

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
_STATISTICS = table(
    "pg_stat_user_tables", column("relname"), column("schemaname"), column("n_live_tup"), column("n_dead_tup")
)


@dataclass(frozen=True, slots=True)
class Bloated:
    """Room taken by nothing: rows of a table on PostgreSQL, pages of the file (``table`` None) on SQLite."""

    table: str | None
    unused: int
    total: int


def missing_indexes(connection: Connection) -> list[tuple[str, str]]:
    """Name of each index the migrations made that is gone, and the statement that makes it again."""
    inspector, found = inspect(connection), []
    for each in metadata.sorted_tables:
        if each.info.get("only", connection.dialect.name) != connection.dialect.name:
            continue
        there = {index["name"] for index in inspector.get_indexes(each.name)}
        gone = (index for index in each.indexes if index.name not in there)
        found += [(str(index.name), _made_again(connection, index)) for index in gone]
    return sorted(found)


def missing_triggers(connection: Connection) -> list[str]:
    """Triggers that keep the log append-only and are gone, or switched off."""
    there = set(connection.execute(_TRIGGERS[connection.dialect.name]).scalars())
    return [name for name in TRIGGERS[connection.dialect.name] if name not in there]


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
