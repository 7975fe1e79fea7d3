"""JSON lines as rows: an object a line, nested names joined by a dot, every value as text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from slaflow.exchange.imports.records import Lines
from slaflow.exchange.imports.table import Form, Number, Row, Table, as_bytes, checked


class NamedTwice(ValueError):
    """Two values of one line would stand in one column."""

    def __init__(self, name: str) -> None:
        super().__init__(f'the line names "{name}" twice')


def json_table(text: TextIO, file: Path) -> Table:
    """The rows of *text*; lines with nothing but spaces and tabs are none.

    Raises:
        RowsInDoubt: while the rows are gone through: a line is too long.
    """
    return Table(Form(None, apart=_apart), _rows(Lines(text, file)))


def _rows(lines: Lines) -> Iterator[Row]:
    number = 0
    while line := lines.read():
        content = line.rstrip("\r\n")
        if content.strip(" \t"):
            number += 1
            yield _row(number, lines.number, content)


def _row(number: int, line: int, content: str) -> Row:
    raw = as_bytes(content)
    try:
        named = named_values(content)
    except NamedTwice as error:
        return Row(number, raw, fault=str(error), line=line)
    except (ValueError, RecursionError) as error:
        return Row(number, raw, fault=f"the line is not JSON: {error}", line=line)
    if named is None:
        return Row(number, raw, fault="the line is not a JSON object", line=line)
    cells = {c: text if isinstance(text, Number) else text.strip() for c, text in named.items()}
    return checked(Row(number, raw, cells, line=line))


def _apart(raw: bytes) -> dict[str, str] | None:
    try:
        return named_values(raw.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        return None


def named_values(line: str) -> dict[str, str] | None:
    """The values of an object by column, as text; None: this is no object. Raises ``ValueError``."""
    # Numbers stay the text they are: 10.50 is not 10.5, and a long id is no float.
    value = json.loads(
        line, parse_int=Number, parse_float=Number, parse_constant=str, object_pairs_hook=_object
    )
    return flattened(value) if isinstance(value, dict) else None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) < len(pairs):
        names = [name for name, _ in pairs]
        raise NamedTwice(next(name for name in names if names.count(name) > 1))
    return named


def flattened(value: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested objects as columns with dots, ``{"a": {"b": 1}}`` as ``a.b``; every value as text.

    Raises:
        NamedTwice: ``{"a.b": 1, "a": {"b": 2}}``.
    """
    cells: dict[str, str] = {}
    for name, inner in value.items():
        column = f"{prefix}{name}"
        found = flattened(inner, f"{column}.") if isinstance(inner, dict) else {column: _as_text(inner)}
        if twice := cells.keys() & found.keys():
            raise NamedTwice(min(twice))
        cells.update(found)
    return cells


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
