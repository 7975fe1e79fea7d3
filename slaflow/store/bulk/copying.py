"""Rows for PostgreSQL's COPY, written in few passes over the whole batch.

It is the cheapest way in for rows that only need to be stored. The text format:
https://www.postgresql.org/docs/current/sql-copy.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Boolean, LargeBinary, Text
from sqlalchemy.types import TypeEngine

from slaflow.store.types import Instant, JsonText, instant_as_text

ColumnWriter = Callable[[Any], str]

# None of them is in a value that a person typed; where one is, the slower way is taken.
_BETWEEN, _NOTHING, _NEXT_ROW = "\x1f", "\x1e", "\x1d"
_ESCAPED = (("\\", "\\\\"), ("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r"))


def column_writer(column_type: TypeEngine[Any]) -> ColumnWriter | None:
    """What words a value of such a column, None where it is text as it stands."""
    if isinstance(column_type, JsonText | Text):
        return None
    if isinstance(column_type, Instant):
        return instant_as_text
    if isinstance(column_type, Boolean):
        return lambda truth: "t" if truth else "f"
    if isinstance(column_type, LargeBinary):
        return lambda blob: f"\\x{blob.hex()}"
    return str


def copied(writers: Sequence[ColumnWriter | None], rows: Sequence[Sequence[Any]]) -> bytes:
    """*rows* in COPY's text format; None is NULL."""
    columns, nothings = [], 0
    for write, values in zip(writers, zip(*rows, strict=True), strict=True):
        nothings += values.count(None)
        columns.append(_worded(write, values))
    joined = _NEXT_ROW.join([_BETWEEN.join(row) for row in zip(*columns, strict=True)])
    marks = (len(columns) - 1) * len(rows), nothings, len(rows) - 1
    if tuple(map(joined.count, (_BETWEEN, _NOTHING, _NEXT_ROW))) != marks:
        return _one_by_one(writers, rows)
    text = _escaped(joined).replace(_BETWEEN, "\t").replace(_NOTHING, "\\N").replace(_NEXT_ROW, "\n")
    return f"{text}\n".encode()


def _worded(write: ColumnWriter | None, values: tuple[Any, ...]) -> Sequence[str]:
    if write is None:
        return [_NOTHING if value is None else value for value in values]
    return [_NOTHING if value is None else write(value) for value in values]


def _one_by_one(writers: Sequence[ColumnWriter | None], rows: Sequence[Sequence[Any]]) -> bytes:
    def word(write: ColumnWriter | None, value: Any) -> str:
        return "\\N" if value is None else _escaped(value if write is None else write(value))

    lines = ["\t".join(map(word, writers, row)) for row in rows]
    return "".join(f"{line}\n" for line in lines).encode()


def _escaped(text: str) -> str:
    for plain, written in _ESCAPED:
        text = text.replace(plain, written)
    return text
