"""What every file is read as: rows of text, each as it stood, and how to write such rows again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

_PLAIN = re.compile(r'[^,;\t|"\r\n]*').fullmatch
"""Texts that need no quotes, whatever the delimiter is taken for."""


class Number(str):
    """The text of a value that the file itself holds as a number: with a point, whatever the map says."""


@dataclass(slots=True)
class Row:
    """One row: its number from 1, the text of its cells without space around, and how it stood.

    ``raw`` are the very bytes of the row in its file without the line end, of a Parquet row what CSV would
    have. ``line`` is the line of the file on which the row begins, None in a file without lines. ``fault``
    says why the row cannot be used, then ``cells`` is empty.
    """

    number: int
    raw: bytes
    cells: dict[str, str] = field(default_factory=dict)
    fault: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """How the rows of a file are written, and the refused among them again.

    ``columns`` None: rows name their own, and ``apart`` tells what a raw row names, None if it cannot be
    read. ``opening`` is what stands above the header.
    """

    columns: tuple[str, ...] | None
    delimiter: str = ","
    line_end: str = "\r\n"
    opening: str = ""
    apart: Callable[[bytes], Mapping[str, str] | None] | None = None

    def joined(self, cells: Iterable[str]) -> str:
        """*cells* as a row, with quotes where they are needed."""
        return self.delimiter.join(self.quoted(cell) for cell in cells)

    def quoted(self, cell: str) -> str:
        if _PLAIN(cell):
            return cell
        return '"' + cell.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Table:
    """An opened file. ``rows`` can be gone through once."""

    form: Form
    rows: Iterator[Row]

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The header; None: rows name their own columns."""
        return self.form.columns


def checked(row: Row) -> Row:
    """*row*, or what is wrong with its text: it would be cut, changed or refused further on."""
    for column, text in row.cells.items():
        if problem := unreadable(text):
            return Row(row.number, row.raw, fault=f"{column}: {problem}", line=row.line)
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


def as_bytes(text: str) -> bytes:
    """*text* as the bytes it was read from; what never stood for a byte is written as its number."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")
