"""Array literals: what PostgreSQL reads is what was written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.rows import scalar_row

from slaflow.store.bulk.arrays import blobs, plain_values, texts

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
TROUBLE = [
    "",
    "NULL",
    "null",
    '"',
    "\\",
    '\\"',
    "{}",
    "a,b",
    " a ",
    "\n\t",
    "\x1e",
    "\x1f",
    '"\x1e"',
    "é\U0001f600",
]
INSTANTS = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.fixture(scope="module")
def server(postgresql_server: str) -> Any:
    with psycopg.connect(postgresql_server, row_factory=scalar_row, autocommit=True) as connection:
        connection.execute("SET timezone = 'UTC'")
        yield connection


def read_back(server: Any, literal: str, kind: str) -> list[Any]:
    found: list[Any] = server.execute(f"SELECT unnest(%s::{kind}[])", [literal]).fetchall()
    return found


@pytest.mark.parametrize("value", TROUBLE)
def test_any_text_is_read_back(server: Any, value: str) -> None:
    for values in ([value], [value, None], [None, value, "plain"], [value] * 3):
        assert read_back(server, texts(values), "text") == values


@given(values=st.lists(st.none() | TEXT | st.sampled_from(TROUBLE), min_size=1, max_size=8))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_texts_together_are_read_back(server: Any, values: list[str | None]) -> None:
    assert read_back(server, texts(values), "text") == values


@given(values=st.lists(st.none() | st.binary(max_size=20), min_size=1, max_size=5))
@settings(max_examples=50, deadline=None)
def test_any_bytes_are_read_back(server: Any, values: list[bytes | None]) -> None:
    assert read_back(server, blobs(values), "bytea") == values


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("bigint", st.integers(-(2**63), 2**63 - 1)),
        ("boolean", st.booleans()),
        ("float8", st.floats(allow_nan=False, allow_infinity=False)),
        ("timestamptz", INSTANTS),
    ],
)
def test_any_plain_values_are_read_back(server: Any, kind: str, values: st.SearchStrategy[Any]) -> None:
    @given(values=st.lists(st.none() | values, min_size=1, max_size=5))
    @settings(max_examples=50, deadline=None)
    def read_back_what_was_written(values: list[Any]) -> None:
        assert read_back(server, plain_values(values), kind) == values

    read_back_what_was_written()
