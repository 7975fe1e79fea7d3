"""Many rows in one statement: COPY or arrays on PostgreSQL, one prepared statement many times on SQLite.

Rows are tuples in the order of the columns, their values as the driver takes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table

from slaflow.store.bulk.arrays import ArrayWriter, array_writer
from slaflow.store.database import driver_connection
from slaflow.store.errors import ConflictingChange

Row = tuple[Any, ...]


def insert_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Row], conflict: str = ""
) -> None:
    """Inserts *rows*; *conflict* is SQL that says what becomes of one whose key is taken."""
    if not rows:
        return
    if connection.dialect.name == "postgresql" and not conflict:
        _copy(connection, table, columns, rows)
        return
    _run(connection, table, columns, _insert_text(table, columns, conflict, connection.dialect.name), rows)


def update_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Row], also: str = ""
) -> None:
    """Writes *rows* over those with the same ``id``, the last of *columns*; *also* is more SQL to set.

    Raises:
        ConflictingChange: a row is not there any more.
    """
    if not rows:
        return
    changed = _run(
        connection, table, columns, _update_text(table, columns, also, connection.dialect.name), rows
    )
    if changed != len(rows):
        raise ConflictingChange(f"{len(rows) - changed} of {len(rows)} rows of {table.name} are gone")


def _run(
    connection: Connection, table: Table, columns: tuple[str, ...], statement: str, rows: Sequence[Row]
) -> int:
    if connection.dialect.name == "sqlite":
        return connection.exec_driver_sql(statement, list(rows)).rowcount
    writers = _array_writers(table, columns)
    arrays = tuple([write(values) for write, values in zip(writers, zip(*rows, strict=True), strict=True)])
    return connection.exec_driver_sql(statement, arrays).rowcount


def _copy(connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Row]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    statement = f"COPY {table.name} ({names}) FROM STDIN"
    with driver_connection(connection).cursor() as cursor:
        for heard in connection.dispatch.before_cursor_execute:
            # SQLAlchemy knows no COPY; who listens to its statements shall hear of this one too.
            heard(connection, cursor, statement, None, None, False)
        with cursor.copy(statement) as target:
            for row in rows:
                target.write_row(row)


@lru_cache
def _array_writers(table: Table, columns: tuple[str, ...]) -> tuple[ArrayWriter, ...]:
    return tuple(array_writer(table.c[column].type) for column in columns)


@lru_cache
def _insert_text(table: Table, columns: tuple[str, ...], conflict: str, dialect: str) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    end = f" ON CONFLICT {conflict}" if conflict else ""
    if dialect == "sqlite":
        return f"INSERT INTO {table.name} ({names}) VALUES ({', '.join('?' * len(columns))}){end}"
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM {_arrays(table, columns)}{end}"


@lru_cache
def _update_text(table: Table, columns: tuple[str, ...], also: str, dialect: str) -> str:
    extra = f", {also}" if also else ""
    if dialect == "sqlite":
        sets = ", ".join(f'"{column}" = ?' for column in columns[:-1])
        return f"UPDATE {table.name} SET {sets}{extra} WHERE id = ?"
    sets = ", ".join(f'"{column}" = new."{column}"' for column in columns[:-1])
    names = ", ".join(f'"{column}"' for column in columns)
    source = f"{_arrays(table, columns)} AS new ({names})"
    return f"UPDATE {table.name} SET {sets}{extra} FROM {source} WHERE {table.name}.id = new.id"


def _arrays(table: Table, columns: tuple[str, ...]) -> str:
    # Imported here, as what is PostgreSQL's alone takes SQLite's commands long to load.
    from sqlalchemy.dialects import postgresql

    # Bounded by the columns, not by the rows: the statement's text, and so its plan, never changes.
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    types = (table.c[column].type.compile(dialect).removesuffix(' COLLATE "C"') for column in columns)
    return "unnest(" + ", ".join(f"%s::{name}[]" for name in types) + ")"
