"""CSV and its kin as rows: what stands above the header, the header, and what is wrong with each row."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TextIO

from slaflow.exchange.errors import FileUnreadable
from slaflow.exchange.imports.records import Lines, Record, records
from slaflow.exchange.imports.table import Form, Row, Table, as_bytes, checked, unreadable

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
"""By their names in a map; where a header reads as well by two of them, the first counts."""
BLANK = " \t" + "".join(DELIMITERS.values())
UNDOUBLED = "a quote inside a quoted cell is not written twice"
_SEP = re.compile(r'"?sep=([^"])"?', re.IGNORECASE)
"""The line that tells Excel the delimiter."""


def delimited_table(text: TextIO, file: Path, delimiter: str | None, wanted: Collection[str]) -> Table:
    """The rows of *text*, by *delimiter*, else by that of a ``sep=`` line, else by the one its header shows.

    Lines above the header with nothing in them but delimiters are passed over. *wanted* are columns that
    the header is likely to have.

    Raises:
        FileUnreadable: there is no header, or it cannot be read.
        RowsInDoubt: while the rows are gone through: nobody can tell where one ends.
    """
    above, named = _above_header(_from_line(text, file, 0))
    header, delimiter = _header(text, file, above, delimiter or named, wanted)
    columns = tuple(name.strip() for name in header.cells)
    lines = _from_line(text, file, header.last_line)
    line_end = text.newlines if isinstance(text.newlines, str) else "\r\n"
    form = Form(columns, delimiter, line_end, f"sep={named}{line_end}" if named else "")
    return Table(form, _rows(lines, delimiter, columns))


def _from_line(text: TextIO, file: Path, above: int) -> Lines:
    text.seek(0)
    lines = Lines(text, file)
    for _ in range(above):
        lines.read()
    return lines


def _above_header(lines: Lines) -> tuple[int, str | None]:
    """How many lines stand above the header, and the delimiter that one of them names."""
    named = None
    while line := lines.read():
        content = line.rstrip("\r\n")
        said = _SEP.fullmatch(content)
        if said and named is None:
            named = said[1]
            if named not in DELIMITERS.values():
                why = f'line {lines.number}: "{content}" names no delimiter; known: {", ".join(DELIMITERS)}'
                raise FileUnreadable(lines.file, why)
        elif content.strip(BLANK):
            return lines.number - 1, named
    raise FileUnreadable(lines.file, "the file is empty; its first row names the columns")


def _header(
    text: TextIO, file: Path, above: int, delimiter: str | None, wanted: Collection[str]
) -> tuple[Record, str]:
    """The header and the delimiter by which it has most of *wanted*, else most names."""
    readable: list[tuple[Record, str]] = []
    problems: list[str] = []
    for each in [delimiter] if delimiter else DELIMITERS.values():
        try:
            record = next(records(_from_line(text, file, above), each))
        except FileUnreadable as error:
            problems.append(error.reason)
            continue
        if record.undoubled:
            problems.append(f"line {record.line}: {UNDOUBLED}")
        else:
            readable.append((record, each))
    best = max(readable, key=lambda found: _fit(found[0], wanted), default=None)
    if best is None or (len(best[0].cells) == 1 and problems):
        raise FileUnreadable(file, f"the header cannot be read: {problems[0]}")
    _check_names(best[0].cells, file)
    return best


def _fit(header: Record, wanted: Collection[str]) -> tuple[int, int]:
    return sum(name.strip() in wanted for name in header.cells), len(header.cells)


def _check_names(names: list[str], file: Path) -> None:
    if any("\0" in name for name in names):
        raise FileUnreadable(file, "the header holds NUL characters, as UTF-16 does; save the file as UTF-8")
    if any(map(unreadable, names)):
        raise FileUnreadable(file, "the header is not UTF-8; save the file as UTF-8")


def _rows(lines: Lines, delimiter: str, columns: tuple[str, ...]) -> Iterator[Row]:
    undoubled: Record | None = None
    for number, record in enumerate(records(lines, delimiter), 1):
        if record.undoubled or record.dangling:
            _check_beyond_doubt(record, len(columns), undoubled, lines)
            undoubled = undoubled or (record if record.undoubled else None)
        yield _row(number, record, columns)


def _check_beyond_doubt(record: Record, columns: int, undoubled: Record | None, lines: Lines) -> None:
    """Raises where *record* may be a line of a note, torn out of it by quotes that are not doubled."""
    what = UNDOUBLED if record.undoubled else "a cell ends with a quote and does not begin with one"
    if len(record.cells) != columns:
        against = f"the row has {len(record.cells)} cells, the header {columns}"
    elif record.dangling and undoubled is not None:
        against = f"on line {undoubled.line} {UNDOUBLED}"
    else:
        return
    why = f"{what}, and {against}, so it may be a line of a note; write quotes inside cells twice"
    raise lines.refusal(record.line, why)


def _row(number: int, record: Record, columns: tuple[str, ...]) -> Row:
    raw = as_bytes(record.text)
    cells = record.cells
    if record.undoubled:
        return Row(number, raw, fault=f"the row cannot be read: {UNDOUBLED}", line=record.line)
    if len(cells) != len(columns):
        lines = f", on lines {record.line} to {record.last_line}," if record.last_line > record.line else ""
        fault = f"the row{lines} has {len(cells)} cells, the header {len(columns)}"
        return Row(number, raw, fault=fault, line=record.line)
    named = {c: cell.strip() for c, cell in zip(columns, cells, strict=True)}
    row = Row(number, raw, named, line=record.line)
    return checked(row) if unreadable(record.text) else row
