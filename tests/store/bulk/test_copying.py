"""Rows for COPY: what PostgreSQL reads is what was written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Boolean, Column, Float, LargeBinary, MetaData, Table, Text

from slaflow.store.bulk.copying import column_writer, copied
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
WRITERS = tuple(column_writer(column.type) for column in TABLE.c)
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
def server(postgresql_server: str) -> Any:
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute("SET timezone = 'UTC'")
        connection.execute(
            "CREATE TEMP TABLE copied (place serial, note text, number bigint, truth boolean, share float8, "
            "at timestamptz, blob bytea, more text)"
        )
        yield connection


def stored(server: Any, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    names = ", ".join(column.name for column in TABLE.c)
    server.execute("TRUNCATE copied")
    with server.cursor() as cursor, cursor.copy(f"COPY copied ({names}) FROM STDIN") as target:
        target.write(copied(WRITERS, rows))
    found: list[tuple[Any, ...]] = server.execute(f"SELECT {names} FROM copied ORDER BY place").fetchall()
    return found


@pytest.mark.parametrize("value", TROUBLE)
def test_any_text_is_read_back_beside_a_plain_one(server: Any, value: str) -> None:
    at = datetime(2026, 3, 6, 15, 30, tzinfo=UTC)
    rows = [(value, 1, True, 0.1, at, b"\0\\", "plain"), ("plain", None, False, None, at, None, value)]
    assert stored(server, rows) == rows


def test_any_rows_are_read_back(server: Any) -> None:
    @given(rows=st.lists(ROWS, min_size=1, max_size=6))
    @settings(max_examples=100, deadline=None)
    def read_back_what_was_written(rows: list[tuple[Any, ...]]) -> None:
        assert stored(server, rows) == rows

    read_back_what_was_written()
