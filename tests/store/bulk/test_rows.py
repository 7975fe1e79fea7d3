"""Rows that are inserted at once: what PostgreSQL holds is what was given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Boolean, Column, Float, LargeBinary, MetaData, Table, Text
from support.databases import new_postgresql

from slaflow.store.bulk.rows import insert_rows
from slaflow.store.database import Connection, Database
from slaflow.store.types import Instant

TABLE = Table(
    "copied",
    MetaData(),
    Column("note", Text),
    Column("number", BigInteger),
    Column("truth", Boolean),
    Column("share", Float(53)),
    Column("at", Instant),
    Column("blob", LargeBinary),
    Column("more", Text),
)
COLUMNS = tuple(column.name for column in TABLE.c)
TROUBLE = ["", "\\N", "\\", "\\.", "\t", "\n", "\r\n", "a\\tb", "\x1d", "\x1e", "\x1f", "NULL", "é\U0001f600"]
WORDS = st.none() | st.sampled_from(TROUBLE) | st.text(st.characters(codec="utf-8", exclude_characters="\0"))
ROWS = st.tuples(
    WORDS,
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.booleans(),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.none() | st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.none() | st.binary(max_size=20),
    WORDS,
)


@pytest.fixture(scope="module")
def connection(postgresql_server: str, postgresql_template: str) -> Iterator[Connection]:
    with new_postgresql(postgresql_server, postgresql_template) as url:
        database = Database(url)
        with database.write() as connection:
            connection.exec_driver_sql(
                "CREATE TABLE copied (place serial, note text, number bigint, truth boolean, share float8, "
                "at timestamptz, blob bytea, more text)"
            )
            yield connection
        database.dispose()


def stored(connection: Connection, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    connection.exec_driver_sql("TRUNCATE copied")
    insert_rows(connection, TABLE, COLUMNS, rows)
    found = connection.exec_driver_sql(f"SELECT {', '.join(COLUMNS)} FROM copied ORDER BY place")
    return [tuple(row) for row in found]


@pytest.mark.parametrize("value", TROUBLE)
def test_any_text_is_read_back_beside_a_plain_one(connection: Connection, value: str) -> None:
    at = datetime(2026, 3, 6, 15, 30, tzinfo=UTC)
    rows = [(value, 1, True, 0.1, at, b"\0\\", "plain"), ("plain", None, False, None, at, None, value)]
    assert stored(connection, rows) == rows


def test_any_rows_are_read_back(connection: Connection) -> None:
    @given(rows=st.lists(ROWS, min_size=1, max_size=6))
    @settings(max_examples=100, deadline=None)
    def read_back_what_was_written(rows: list[tuple[Any, ...]]) -> None:
        assert stored(connection, rows) == rows

    read_back_what_was_written()
