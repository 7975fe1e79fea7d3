"""Rows as the very values stored, also where a text is none: what verification reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, Select
from sqlalchemy.exc import OperationalError

from slaflow.store.database import driver_connection

_BATCH = 1000


def raw_rows(connection: Connection, query: Select[Any]) -> Iterator[Row[Any]]:
    """The rows of *query*, which has an order; text that cannot be read is passed on marked, not as an error.

    SQLite stores any bytes as text. Its driver reads text a third faster than a function of ours, and
    stops at what is no UTF-8: from there on, each value is read by ours until the transaction ends.
    """
    read = 0
    try:
        for row in _streamed(connection, query):
            yield row
            read += 1
    except OperationalError:
        if connection.dialect.name != "sqlite":
            raise
        decode_anything(connection)
        yield from _streamed(connection, query.offset(read))


def _streamed(connection: Connection, query: Select[Any]) -> Iterator[Row[Any]]:
    with connection.execute(query.execution_options(yield_per=_BATCH)) as rows:
        yield from rows


def decode_anything(connection: Connection) -> None:
    """Has SQLite give text that is no UTF-8 marked, not as an error, until the transaction ends."""
    if connection.dialect.name == "sqlite":
        driver_connection(connection).text_factory = _decoded


def _decoded(stored: bytes) -> str:
    return stored.decode(errors="surrogateescape")
