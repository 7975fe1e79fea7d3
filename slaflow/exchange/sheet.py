"""Rows as CSV: one column per thing, no JSON in the cells, nothing that a spreadsheet would calculate."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import orjson

from slaflow.exchange.formulas import harmless

Row = Mapping[str, Any]


def _as_it_is(row: Row) -> Row:
    return row


@dataclass(frozen=True, slots=True)
class Sheet:
    """How rows are laid out: what ``row`` makes of each, in the ``columns`` that all of them may have.

    Without ``columns`` they are those of the first row. What holds further things is spread over columns like
    ``fields.email``, but for what is named in ``whole``: that is one thing, whatever is in it.
    """

    row: Callable[[Row], Row] = _as_it_is
    columns: Callable[[], Sequence[str]] | None = None
    whole: frozenset[str] = frozenset()

    def lines(self, rows: Iterable[Row], *, raw: bool) -> Iterator[bytes]:
        """A line of names and a line per row, as they come; nothing at all without rows.

        *raw*: text stands as it is, also what a spreadsheet would calculate.
        """
        pending = (self.row(row) for row in rows)
        first = next(pending, None)
        if first is None:
            return
        columns = tuple(spread(first, self.whole)) if self.columns is None else tuple(self.columns())
        titles = dict(zip(columns, columns, strict=True))
        buffer = io.StringIO()
        lines = csv.writer(buffer, lineterminator="\n")
        for each in chain([titles], (spread(row, self.whole) for row in chain([first], pending))):
            cells = (_cell(each.get(name)) for name in columns)
            lines.writerow(cells if raw else map(harmless, cells))
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()


def plain(value: Any) -> str:
    """A value of our JSON for a cell: nothing for null, yes and no, lists with commas."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(plain(each) for each in value)
    return str(value)


def sheet_of(rows: Sequence[Row]) -> Sheet:
    """The layout of rows that are all there: every column that one has, those of a thing side by side."""
    places = {name: number for number, name in enumerate(dict.fromkeys(name for row in rows for name in row))}
    columns = dict.fromkeys(name for row in rows for name in spread(row))
    together = sorted(columns, key=lambda name: places.get(name, places.get(name.partition(".")[0], 0)))
    return Sheet(columns=lambda: together)


def spread(row: Row, whole: frozenset[str] = frozenset()) -> dict[str, Any]:
    """*row* without anything in anything: ``{"a": {"b": 1}}`` as ``a.b``, lists of rows numbered from 1."""
    return dict(_spread("", row, whole))


def _spread(place: str, value: Any, whole: frozenset[str]) -> Iterator[tuple[str, Any]]:
    if place in whole or not _holds_things(value):
        yield place, value
        return
    things = value.items() if isinstance(value, Mapping) else enumerate(value, 1)
    for name, each in things:
        yield from _spread(f"{place}.{name}" if place else str(name), each, whole)


def _holds_things(value: Any) -> bool:
    if isinstance(value, Mapping):
        return True
    return isinstance(value, list | tuple) and any(isinstance(each, Mapping) for each in value)


def _cell(value: Any) -> str:
    """Text as it is, null as nothing, true and false, lists with semicolons, one thing of parts as JSON."""
    if isinstance(value, bool | Mapping):
        return orjson.dumps(value).decode()
    if isinstance(value, list | tuple):
        return "; ".join(plain(each) for each in value)
    return plain(value) if value is None else str(value)
