"""Delimited text as records: where each begins and ends, and what its cells are.

Quotes work as in RFC 4180: a cell that begins with one ends at the next that is not doubled. Lines are
counted as an editor counts them. Where nobody can tell which lines belong to a cell, the file is refused
as a whole: whoever guesses makes rows out of the lines of a note.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from slaflow.exchange.errors import RowsInDoubt

MAX_ROW = 10_000_000
"""Characters of a row, all its lines together."""
QUOTE = '"'
ENDS = ("", "\n", "\r")


class Lines:
    """The lines of a text one by one, with their ends, counted from 1.

    Raises:
        RowsInDoubt: a line is longer than ``MAX_ROW``.
    """

    def __init__(self, text: TextIO, file: Path) -> None:
        self.file = file
        self.number = 0
        self._text = text

    def read(self) -> str:
        """The next line; empty at the end."""
        line = self._text.readline(MAX_ROW + 1)
        if line:
            self.number += 1
            if len(line) > MAX_ROW:
                raise self.refusal(self.number, f"longer than {MAX_ROW:,} characters")
        return line

    def refusal(self, line: int, why: str) -> RowsInDoubt:
        return RowsInDoubt(self.file, line, why)


@dataclass(slots=True)
class Record:
    """One record: the lines it stands on, its text without its line end, and its cells.

    ``undoubled``: a quote inside a quoted cell is not written twice. ``dangling``: a cell that does not begin
    with a quote ends with one, as the last line of a torn note would.
    """

    line: int
    last_line: int
    text: str
    cells: list[str]
    undoubled: bool = False
    dangling: bool = False


def records(lines: Lines, delimiter: str) -> Iterator[Record]:
    """The records of *lines*; empty lines are none.

    Raises:
        RowsInDoubt: a quote is never closed, or not within ``MAX_ROW``, or nobody can tell whether it is.
    """
    while line := lines.read():
        content = line.rstrip("\r\n")
        if QUOTE not in content:
            if content:
                yield Record(lines.number, lines.number, content, content.split(delimiter))
        elif cells := _cells(content, delimiter):
            yield Record(lines.number, lines.number, content, cells)
        else:
            yield _Quoted(lines, delimiter, line).record()


def _cells(content: str, delimiter: str) -> list[str] | None:
    """The cells of a line that is one record by every reading; None where it needs a closer look."""
    try:
        cells = next(csv.reader((content,), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return None if QUOTE in "".join(cells) else cells


class _Quoted:
    """A record with quotes on its first line, taken apart cell by cell."""

    def __init__(self, lines: Lines, delimiter: str, line: str) -> None:
        self.lines = lines
        self.delimiter = delimiter
        self.began = lines.number
        self.line = line
        self.at = 0
        self.whole = [line]
        self.length = len(line)
        self.undoubled = False
        self.dangling = False

    def record(self) -> Record:
        cells = [self.cell()]
        while self.line[self.at : self.at + 1] not in ENDS:
            self.at += 1  # over the delimiter
            cells.append(self.cell())
        text = "".join(self.whole)[: -len(self.line) + self.at or None]
        return Record(self.began, self.lines.number, text, cells, self.undoubled, self.dangling)

    def cell(self) -> str:
        return self.quoted() if self.line.startswith(QUOTE, self.at) else self.plain()

    def plain(self) -> str:
        end = self.line.find(self.delimiter, self.at)
        cell = self.line[self.at :].rstrip("\r\n") if end < 0 else self.line[self.at : end]
        self.at += len(cell)
        if cell.endswith(QUOTE) and cell.count(QUOTE) % 2:
            self.dangling = True
        return cell

    def quoted(self) -> str:
        opened = self.lines.number
        parts: list[str] = []
        at = self.at + 1
        while True:
            end = self.line.find(QUOTE, at)
            if end < 0:
                parts.append(self.line[at:])
                self.go_on(opened)
                at = 0
                continue
            parts.append(self.line[at:end])
            after = self.line[end + 1 : end + 2]
            if after in ENDS or after == self.delimiter:
                self.at = end + 1
                return "".join(parts)
            parts.append(QUOTE)
            at = end + 2 if after == QUOTE else end + 1
            if after != QUOTE:
                self.note_undoubled(opened)

    def note_undoubled(self, opened: int) -> None:
        self.undoubled = True
        if self.began != self.lines.number:
            raise self.in_doubt(opened)

    def go_on(self, opened: int) -> None:
        """Takes up the next line of the cell that was opened on line *opened*."""
        if self.undoubled:
            raise self.in_doubt(opened)
        self.line = self.lines.read()
        if not self.line:
            why = "a quote opens a cell here and is never closed; close it or take it out"
            raise self.lines.refusal(opened, why)
        self.whole.append(self.line)
        self.length += len(self.line)
        if self.length > MAX_ROW:
            why = f"a quote opens a cell here and is not closed within {MAX_ROW:,} characters"
            raise self.lines.refusal(opened, why)

    def in_doubt(self, opened: int) -> RowsInDoubt:
        here = self.lines.number
        which = "a quote" if here == opened else f"a quote on line {here}"
        why = (
            f"the quoted cell that opens here has {which} that is not written twice, so nobody can tell "
            "where it ends; close it, or write quotes inside it twice"
        )
        return self.lines.refusal(opened, why)
