"""What an exporting system writes below the last row of its file: totals, a copyright, who exported it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from slaflow.exchange.imports.table import Row, Table

LONGEST = 30
"""Lines; what is longer is no footer."""


class Footer:
    """Keeps a table's footer out of its rows; ``lines`` is what was kept out, once all were gone through.

    A footer is the last lines of a file that hold a single cell each, if one of them begins with one of
    *openings*. It begins below an empty line, or else with that one: a row above it of which only one cell is
    left stays a row.
    """

    def __init__(self, openings: Sequence[str]) -> None:
        self.lines: list[str] = []
        self._openings = tuple(opening.lower() for opening in openings)

    def below(self, table: Table) -> Iterator[Row]:
        """The rows of *table* without its footer."""
        if not self._openings or table.columns is None or len(table.columns) < 2:
            yield from table.rows
            return
        held: list[_Single] = []
        end: int | None = None
        for row in table.rows:
            text = _only_cell(row, table.form.delimiter)
            below_a_gap = None not in (row.line, end) and row.line != end
            end = None if row.line is None else row.line + len(row.raw.splitlines())
            if text is not None and len(held) < LONGEST:
                held.append(_Single(row, text, below_a_gap or self._opens(text)))
                continue
            yield from (single.row for single in held)
            held = []
            yield row
        yield from self._above(held)

    def _above(self, held: list[_Single]) -> Iterator[Row]:
        """The rows among the last lines; the others are kept out."""
        start = next((place for place, single in enumerate(held) if single.may_begin), len(held))
        if not any(self._opens(single.text) for single in held):
            start = len(held)
        yield from (single.row for single in held[:start])
        self.lines = [single.text for single in held[start:]]

    def _opens(self, text: str) -> bool:
        return text.lower().startswith(self._openings)


class _Single(NamedTuple):
    """A row of one cell, and whether a footer may begin with it."""

    row: Row
    text: str
    may_begin: bool


def _only_cell(row: Row, delimiter: str) -> str | None:
    """The text of a row that is a single cell; None for every other row."""
    if row.fault is None:
        return None
    text = row.raw.decode("utf-8", "replace").strip()
    if re.fullmatch(r'"(?:[^"]|"")*"', text):
        return text[1:-1].replace('""', '"').strip()
    return None if delimiter in text or '"' in text else text
