"""The file of what an import refused: each row as it stood, and why, to be mended and imported again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple, TypeAlias

from slaflow.exchange.errors import FileUnreadable
from slaflow.exchange.imports.table import Form, as_bytes


class Refused(NamedTuple):
    """A refusal of a row, or of one thing it says. ``line`` is where the row begins in a file of lines."""

    row: int
    line: int | None
    reason: str
    raw: bytes


Refusals: TypeAlias = Callable[[], Iterable[Refused]]
"""Every refusal, in order of rows, each time it is called."""


def write_rejected(file: Path, wanted: Path | None, form: Form, refusals: Refusals) -> Path:
    """Writes the refusals of *file*; gives where: *wanted*, else beside it, else in this folder.

    First comes ``reason`` (``rejected_reason`` where a column is called that) with all that was refused of
    the row, then the row: byte by byte as it stood, or in the columns of *form* where rows name their own.
    What is no JSON object stands in a column of its own, the last.

    Cells stand as they stood, whatever a spreadsheet makes of them: the file is to be imported again.
    Whether the places are free to be written to is asked before the import, see ``importing``.

    Raises:
        FileUnreadable: it cannot be written in any of these places.
    """
    problem: OSError | None = None
    tried = places(file, wanted)
    for place in tried:
        try:
            return _write(place, form, refusals)
        except OSError as error:
            problem = problem or error
    reason = problem.strerror if problem is not None else "no place"
    raise FileUnreadable(tried[0], f"refused rows cannot be written: {reason}; name a file with --rejected")


def places(file: Path, wanted: Path | None) -> list[Path]:
    """Where the refusals of *file* may go, in the order in which that is tried."""
    beside = file.with_name(f"{file.name}.rejected.csv")
    return [wanted] if wanted is not None else [beside, Path.cwd() / beside.name]


def _write(place: Path, form: Form, refusals: Refusals) -> Path:
    columns = list(form.columns or ())
    if form.apart is not None and any(form.apart(refused.raw) is None for refused in refusals()):
        columns.append(_unlike(columns, "line"))
    with place.open("wb") as out:
        header = form.joined([_unlike(columns, "reason"), *columns])
        out.write(as_bytes(form.opening + header + form.line_end))
        for reason, raw in _rows(refusals):
            row = raw if form.apart is None else as_bytes(form.joined(_cells(raw, columns, form.apart(raw))))
            out.write(as_bytes(form.quoted(reason) + form.delimiter) + row + as_bytes(form.line_end))
    return place


def _unlike(columns: Sequence[str], name: str) -> str:
    while name in columns:
        name = f"rejected_{name}"
    return name


def _rows(refusals: Refusals) -> Iterator[tuple[str, bytes]]:
    """A row once, however much of it was refused: twice in a file, what it says would have happened twice."""
    for _, found in groupby(refusals(), key=lambda refused: refused.row):
        refused = list(found)
        yield "; ".join(each.reason for each in refused), refused[0].raw


def _cells(raw: bytes, columns: Sequence[str], named: Mapping[str, str] | None) -> list[str]:
    if named is None:
        return [*("" for _ in columns[1:]), raw.decode("utf-8", "surrogateescape")]
    return [named.get(column, "") for column in columns]
