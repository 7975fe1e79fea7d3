"""What a cell's text comes to: nothing, a truth or number in the file's own notation, an instant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from slaflow.exchange.errors import RowRefused
from slaflow.exchange.imports.instants import read_date, read_instant
from slaflow.exchange.imports.map import FieldCell, Given
from slaflow.exchange.imports.table import Number

_PLAIN = FieldCell(column="")


def text_of(given: Given | None, cells: Mapping[str, str]) -> str:
    """What the map gives for this row, without space around; an empty cell gives its ``empty``."""
    # Not asked what it is: pydantic answers that slowly, and a row has a dozen cells.
    return "" if given is None else given.read(cells)


def told_by(given: Given, text: str, type: str, timezone: str) -> object:
    """*text* as a field of *type* takes it. Raises ``RowRefused`` where it is not written as the map says.

    What stands in the map itself is read like a cell of which the map says nothing; *timezone* is the map's.
    """
    cell = given if isinstance(given, FieldCell) else _PLAIN
    if type == "datetime":
        return read_instant(text, cell.timezone or timezone, *cell.format)
    if type == "date" and cell.format:
        return read_date(text, cell.timezone or timezone, *cell.format)
    if type == "bool":
        return _truth(cell, text)
    if (cell.decimal or cell.thousands) and not isinstance(text, Number):
        return _plain_number(text, cell.decimal or ".", cell.thousands or "")
    return text


_ESCAPED = re.compile(r"""=\s*"(?P<text>(?:[^"]|"")*)"|'(?P<same>[=+\-@].*)""", re.DOTALL)


def unescaped(text: str) -> str:
    """*text* without what keeps a spreadsheet from calculating it; other apostrophes are text.

    ``'+46 8`` is ``+46 8``, and ``="007"`` is ``007``.
    """
    found = _ESCAPED.fullmatch(text) if text[:1] in ("'", "=") else None
    if found is None:
        return text
    return found["same"] if found["same"] is not None else found["text"].replace('""', '"').strip()


def _truth(cell: FieldCell, text: str) -> object:
    word = text.lower()
    if word in cell.true or word in cell.false:
        return word in cell.true
    return text


def _plain_number(text: str, decimal: str, thousands: str) -> str:
    """*text* with a point before its decimals and nothing between its thousands."""
    if not _notation(decimal, thousands).fullmatch(text):
        between = f' and "{thousands}" between thousands' if thousands else ""
        raise RowRefused(f'"{text[:60]}" is not a number with "{decimal}" before the decimals{between}')
    return _SPACES.sub("", text).replace(thousands, "").replace(decimal, ".")


_SPACES = re.compile("[ \u00a0\u2009\u202f]")


@lru_cache(maxsize=64)
def _notation(decimal: str, thousands: str) -> re.Pattern[str]:
    """Thousands stand in groups, of two further left as in India, or nowhere: 12.5 is never 125."""
    between = _SPACES.pattern if thousands == " " else re.escape(thousands)
    whole = rf"\d{{1,3}}(?:{between}\d{{2,3}})*{between}\d{{3}}|\d+" if thousands else r"\d+"
    part = re.escape(decimal)
    return re.compile(rf"[+-]?(?:(?:{whole})(?:{part}\d*)?|{part}\d+)", re.ASCII)
