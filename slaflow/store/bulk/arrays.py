"""Array literals for PostgreSQL, written in few passes over a whole column.

The driver's own writer goes through every value in Python; a batch of leads would spend most of its
time there. The format: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import orjson
from sqlalchemy import LargeBinary, Text
from sqlalchemy.types import TypeEngine

from slaflow.store.types import JsonText

ArrayWriter = Callable[[Sequence[Any]], str]

# Neither is in a value that a person typed; where one is, the slower way is taken.
_BETWEEN = "\x1f"
_NOTHING = "\x1e"


def array_writer(column_type: TypeEngine[Any]) -> ArrayWriter:
    """What writes a list of such a column's values as the text of a PostgreSQL array."""
    if isinstance(column_type, LargeBinary):
        return blobs
    return texts if isinstance(column_type, JsonText | Text) else plain_values


def texts(values: Sequence[str | None]) -> str:
    """An array of text; None is NULL."""
    joined = _BETWEEN.join([_NOTHING if value is None else value for value in values])
    if joined.count(_BETWEEN) != len(values) - 1 or joined.count(_NOTHING) != values.count(None):
        return "{" + ",".join(["NULL" if value is None else _quoted(value) for value in values]) + "}"
    quoted = '"' + _escaped(joined).replace(_BETWEEN, '","') + '"'
    return "{" + quoted.replace(f'"{_NOTHING}"', "NULL") + "}"


def _quoted(value: str) -> str:
    return f'"{_escaped(value)}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def plain_values(values: Sequence[Any]) -> str:
    """An array of numbers, booleans or aware instants, whose JSON is also how PostgreSQL writes them."""
    return "{" + orjson.dumps(values).decode()[1:-1] + "}"


def blobs(values: Sequence[bytes | None]) -> str:
    """An array of bytes; None is NULL."""
    return "{" + ",".join("NULL" if value is None else f'"\\\\x{value.hex()}"' for value in values) + "}"
