"""What all tables stand in, and what their migrations make beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Index, MetaData, Table, TextClause

TRIGGERS = {
    "sqlite": ("entry_no_delete", "entry_no_update"),
    "postgresql": ("entry_kept", "entry_not_emptied", "entry_stays"),
}
"""What keeps the log append-only; the migrations make them."""

REVISIONS = (
    "0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012",
    "0013", "0014", "0015", "0016", "0017", "0018", "0019", "0020", "0021", "0022", "0023", "0024", "0025",
    "0026",
)  # fmt: skip
"""Every revision this slaflow knows; the last is the one its tables need."""

metadata = MetaData()

# What only one database understands is noted, and told to SQLAlchemy by ``all``: it would load PostgreSQL's
# whole dialect to take it, and statements need none of it.

ROOM_TO_UPDATE: dict[str, Any] = {"postgresql_with": {"fillfactor": 80}}
"""Rows that change with every event leave room on their page, so that most updates touch no index."""


def partial(name: str, *columns: str, where: TextClause, unique: bool = False) -> Index:
    """An index, on both databases, of those rows of a table for which *where* holds."""
    told = {"sqlite_where": where, "postgresql_where": where}
    return Index(name, *columns, unique=unique, info=told)


def tell_dialects() -> None:
    """Has the tables and indexes that are known by now say what each database makes of them."""
    tables = metadata.tables.values()
    things: list[Table | Index] = [*tables, *(index for table in tables for index in table.indexes)]
    for thing in things:
        thing.dialect_kwargs.update({name: it for name, it in thing.info.items() if name != "only"})


def belongs_to(dialect: str) -> Callable[..., bool]:
    """What tells alembic which of the tables and indexes exist on *dialect*."""

    def include(thing: Any, name: str | None, kind: str, reflected: bool, compared_to: Any) -> bool:
        return bool(thing.info.get("only", dialect) == dialect)

    return include
