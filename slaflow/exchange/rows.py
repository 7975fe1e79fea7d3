"""Files as rows of text: CSV and JSON lines, read as a stream; Parquet stands in ``parquet.py``.

A row that cannot be read is a row with a fault, never an error and never dropped.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from slaflow.errors import did_you_mean
from slaflow.exchange.errors import FileUnreadable


class Number(str):
    """The text of a value that the file itself holds as a number: with a point, whatever the map says."""


Raw = list[str] | dict[str, str]
"""A row as it stood: cells in order of the header, or by name where rows name their own columns."""

LINE = "line"
"""The name under which a line stands that could not be taken apart."""
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",;\t"


@dataclass(slots=True)
class Row:
    """One row: its number from 1, the text of its cells without space around, and how it stood.

    ``fault`` says why the row cannot be used, then ``cells`` is empty.
    """

    number: int
    raw: Raw
    cells: dict[str, str] = field(default_factory=dict)
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """An opened file. ``columns`` None: rows name their own. ``rows`` can be gone through once."""

    columns: tuple[str, ...] | None
    rows: Iterator[Row]


@contextmanager
def open_table(file: Path) -> Iterator[Table]:
    """The rows of *file*; how they are read goes by the end of its name.

    Raises:
        FileUnreadable: it is not there, cannot be opened, or has no header.
        ExtraMissing: a Parquet file without the ``export`` extra.
    """
    reader = _READERS.get(file.suffix.lower())
    if reader is None:
        meant = did_you_mean(file.suffix, _READERS) or f"; known: {', '.join(_READERS)}"
        raise FileUnreadable(file, f'cannot tell what "{file.suffix}" holds{meant}')
    if not file.is_file():
        raise FileUnreadable(file, "there is no such file")
    with reader(file) as table:
        yield table


@contextmanager
def _opened(file: Path) -> Iterator[TextIO]:
    """The file as text without a byte order mark; bytes that are not UTF-8 become lone surrogates."""
    try:
        with file.open("rb") as binary:
            start = binary.read(2)
        if start in _UTF16:
            raise FileUnreadable(file, "this is UTF-16; save the file as UTF-8")
        with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
            yield text
    except OSError as error:
        raise FileUnreadable(file, f"cannot be read: {error.strerror or error}") from error


@contextmanager
def _open_csv(file: Path) -> Iterator[Table]:
    with _opened(file) as text:
        first = text.readline()
        text.seek(0)
        delimiter = max(_DELIMITERS, key=first.count)
        lines = csv.reader(text, delimiter=delimiter, strict=True)
        try:
            header = next(lines, None)
        except csv.Error as error:
            raise FileUnreadable(file, f"the header cannot be read: {error}") from error
        if not header:
            raise FileUnreadable(file, "the file is empty; its first row names the columns")
        columns = tuple(name.strip() for name in header)
        if any(unreadable(name) for name in columns):
            raise FileUnreadable(file, "the header is not UTF-8; save the file as UTF-8")
        yield Table(columns, _csv_rows(lines, columns))


def _csv_rows(lines: Iterator[list[str]], columns: tuple[str, ...]) -> Iterator[Row]:
    number = 0
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            number += 1
            yield Row(number, [], fault=f"the row cannot be read: {error}")
            continue
        if cells:
            number += 1
            yield _csv_row(number, cells, columns)


def _csv_row(number: int, cells: list[str], columns: tuple[str, ...]) -> Row:
    if len(cells) != len(columns):
        return Row(number, cells, fault=f"the row has {len(cells)} cells, the header {len(columns)}")
    return checked(Row(number, cells, {c: cell.strip() for c, cell in zip(columns, cells, strict=True)}))


def checked(row: Row) -> Row:
    """*row*, or what is wrong with its text: it would be cut, changed or refused further on."""
    for column, text in row.cells.items():
        if problem := unreadable(text):
            return Row(row.number, row.raw, fault=f"{column}: {problem}")
    return row


def unreadable(text: str) -> str | None:
    """Why *text* cannot be stored; None if it can."""
    if text.isascii():
        return "holds a NUL character" if "\0" in text else None
    try:
        text.encode()
    except UnicodeEncodeError:
        return "is not UTF-8"
    return "holds a NUL character" if "\0" in text else None


@contextmanager
def _open_jsonl(file: Path) -> Iterator[Table]:
    with _opened(file) as text:
        yield Table(None, _jsonl_rows(text))


def _jsonl_rows(text: TextIO) -> Iterator[Row]:
    number = 0
    for line in text:
        if line.strip():
            number += 1
            yield _jsonl_row(number, line.strip())


def _jsonl_row(number: int, line: str) -> Row:
    try:
        # Numbers stay the text they are: 10.50 is not 10.5, and a long id is no float.
        value = json.loads(line, parse_int=Number, parse_float=Number, parse_constant=str)
        raw = flattened(value) if isinstance(value, dict) else None
    except (ValueError, RecursionError) as error:
        return Row(number, {LINE: line}, fault=f"the line is not JSON: {error}")
    if raw is None:
        return Row(number, {LINE: line}, fault="the line is not a JSON object")
    return checked(Row(number, raw, {column: _stripped(text) for column, text in raw.items()}))


def flattened(value: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested objects as columns with dots, ``{"a": {"b": 1}}`` as ``a.b``; every value as text."""
    cells: dict[str, str] = {}
    for name, inner in value.items():
        column = f"{prefix}{name}"
        if isinstance(inner, dict):
            cells.update(flattened(inner, f"{column}."))
        else:
            cells[column] = _as_text(inner)
    return cells


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


@contextmanager
def _open_parquet(file: Path) -> Iterator[Table]:
    from slaflow.exchange.parquet import parquet_rows

    columns, records = parquet_rows(file)
    yield Table(columns, (_parquet_row(n, record) for n, record in enumerate(records, 1)))


def _parquet_row(number: int, record: dict[str, str]) -> Row:
    cells = {column: _stripped(text) for column, text in record.items()}
    return checked(Row(number, list(record.values()), cells))


def _stripped(text: str) -> str:
    return text if isinstance(text, Number) else text.strip()


_READERS: dict[str, Callable[[Path], Any]] = {
    ".csv": _open_csv,
    ".tsv": _open_csv,
    ".txt": _open_csv,
    ".jsonl": _open_jsonl,
    ".ndjson": _open_jsonl,
    ".parquet": _open_parquet,
}
