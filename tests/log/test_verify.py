"""Verification as a function: rows and heads in, findings out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import MONDAY, SALT, a_breach, a_draft, sealed

from slaflow.errors import ENVIRONMENT, REFUSED
from slaflow.log.entry import KEYS, Entry
from slaflow.log.errors import LogTampered, VerificationImpossible
from slaflow.log.verify import StreamHead, Verification, verify

MOMENTS = [KEYS.index(name) for name in ("at", "arrived_at", "occurred_at", "recorded_at")]


def raw(entry: Entry, entry_id: int) -> list[Any]:
    """The stored values of *entry*, as the store hands them over."""
    values: list[Any] = list(entry)
    values[0] = entry_id
    return [_stored(value) for value in values]


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    return value


def a_log() -> tuple[list[list[Any]], list[StreamHead]]:
    """Two streams of three entries."""
    rows: list[list[Any]] = []
    heads = []
    for lead in (1, 2):
        drafts = [a_draft(1, "created"), a_draft(2, at=MONDAY + timedelta(microseconds=250)), a_breach(3)]
        entries = sealed(drafts, lead)
        rows += [raw(entry, len(rows) + place + 1) for place, entry in enumerate(entries)]
        heads.append(StreamHead(f"lead:{lead}", 3, entries[-1].hash, SALT))
    return rows, heads


def checked(rows: list[list[Any]], heads: list[StreamHead] | None = None) -> Verification:
    return verify(rows, a_log()[1] if heads is None else heads)


def test_an_honest_log_verifies() -> None:
    assert checked(a_log()[0]) == Verification(6, 2)


def test_an_empty_log_verifies() -> None:
    assert checked([], []).as_json() == {"ok": True, "entries": 0, "streams": 0, "bad": None}


def test_a_stream_without_entries_needs_none() -> None:
    assert checked([], [StreamHead("lead:1", 0, "0" * 64)]).ok


@given(row=st.integers(0, 5), column=st.integers(1, 27), data=st.data())
@settings(max_examples=100)
def test_a_changed_character_anywhere_is_found(row: int, column: int, data: st.DataObject) -> None:
    rows, _ = a_log()
    value = rows[row][column]
    if isinstance(value, str) and value:
        place = data.draw(st.integers(0, len(value) - 1))
        letter = data.draw(st.characters().filter(lambda one: one != value[place]))
        rows[row][column] = value[:place] + letter + value[place + 1 :]
    elif isinstance(value, bool):
        rows[row][column] = not value
    else:
        rows[row][column] = data.draw(st.integers() | st.text() | st.binary()) if value is None else value + 1
    verdict = checked(rows)
    assert not verdict.ok
    assert verdict.entries == 6


@given(
    row=st.integers(0, 5), column=st.integers(0, 27), value=st.none() | st.binary() | st.floats() | st.text()
)
@settings(max_examples=100)
def test_a_value_of_any_type_never_ends_in_a_traceback(row: int, column: int, value: Any) -> None:
    rows, _ = a_log()
    same = rows[row][column] == value and type(rows[row][column]) is type(value)
    rows[row][column] = value
    assert checked(rows).ok == same


def test_every_single_bit_of_an_entry_counts() -> None:
    honest, _ = a_log()
    assert sum(len(value) for value in honest[1] if isinstance(value, str)) > 200
    for column, value in enumerate(honest[1]):
        if not isinstance(value, str):
            continue
        for place in range(len(value)):
            rows, _ = a_log()
            rows[1][column] = value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1 :]
            assert checked(rows).bad is not None, (KEYS[column], place)


@pytest.mark.parametrize("missing", range(6))
def test_a_missing_entry_is_found(missing: int) -> None:
    rows, _ = a_log()
    del rows[missing]
    bad = checked(rows).bad
    assert bad is not None
    assert bad.stream == ("lead:1" if missing < 3 else "lead:2")
    assert bad.id == (None if missing in (2, 5) else missing + 2)


@pytest.mark.parametrize("first", [0, 1, 3, 4])
def test_entries_that_changed_places_are_found(first: int) -> None:
    rows, _ = a_log()
    rows[first], rows[first + 1] = rows[first + 1], rows[first]
    assert not checked(rows).ok


def test_a_repeated_entry_is_found() -> None:
    rows, _ = a_log()
    rows.insert(2, [9, *rows[1][1:]])
    bad = checked(rows).bad
    assert bad is not None
    assert (bad.id, bad.reason) == (9, "it should be entry 3 of its stream")


@pytest.mark.parametrize("column", MOMENTS)
@pytest.mark.parametrize(
    "text", ["2026-03-02T09:00:00Z", "infinity", "", "2026-03-02 09:00:00.000000Z", "9" * 27]
)
def test_an_instant_in_another_form_is_a_change(column: int, text: str) -> None:
    rows, _ = a_log()
    rows[0][column] = text
    bad = checked(rows).bad
    assert bad is not None
    assert bad.id == 1


def test_a_finding_stands_alone_as_an_error() -> None:
    rows, _ = a_log()
    honest = rows[1][KEYS.index("hash")]
    rows[1][KEYS.index("actor")] = "bo@example.com"
    bad = checked(rows).bad
    assert bad is not None
    error = bad.as_error()
    assert isinstance(error, LogTampered)
    assert (error.entry_id, error.stream, error.seq, error.exit_code) == (2, "lead:1", 2, REFUSED)
    assert f"stream lead:1, entry 2: it was changed: its hash is another (expected {error.expected}" in str(
        error
    )
    assert error.found == honest != error.expected


def test_heads_out_of_order_prove_nothing_about_the_log() -> None:
    rows, heads = a_log()
    with pytest.raises(VerificationImpossible, match="could not be verified") as error:
        verify(rows, reversed(heads))
    assert error.value.exit_code == ENVIRONMENT
    assert not isinstance(error.value, LogTampered)
