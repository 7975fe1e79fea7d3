"""The file of what an import refused: each row as it stood, and why, to be mended and imported again."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from slaflow.exchange.errors import FileUnreadable
from slaflow.exchange.rows import Raw

Refused = tuple[int, str, Raw]


def write_rejected(
    file: Path, wanted: Path | None, columns: Sequence[str] | None, refusals: Iterable[Refused]
) -> Path:
    """Writes the refusals of *file* as CSV; gives where: *wanted*, else beside it, else in this folder.

    The columns are the file's, then ``reason`` (``rejected_reason`` where a column is called that).
    What a row has more cells than the header stands after the reason. *columns* None: rows name them.

    Cells stand as they stood, whatever a spreadsheet makes of them: the file is to be imported again.
    Whether the places are free to be written to is asked before the import, see ``importing``.

    Raises:
        FileUnreadable: it cannot be written in any of these places.
    """
    problem: OSError | None = None
    tried = places(file, wanted)
    for place in tried:
        try:
            return _write(place, columns, refusals)
        except OSError as error:
            problem = problem or error
    reason = problem.strerror if problem is not None else "no place"
    raise FileUnreadable(tried[0], f"refused rows cannot be written: {reason}; name a file with --rejected")


def places(file: Path, wanted: Path | None) -> list[Path]:
    """Where the refusals of *file* may go, in the order in which that is tried."""
    beside = file.with_name(f"{file.name}.rejected.csv")
    return [wanted] if wanted is not None else [beside, Path.cwd() / beside.name]


def _write(place: Path, columns: Sequence[str] | None, refusals: Iterable[Refused]) -> Path:
    with place.open("w", encoding="utf-8", errors="surrogateescape", newline="") as text:
        rows = list(refusals) if columns is None else refusals
        header = _columns(raw for _, _, raw in rows) if columns is None else columns
        writer = csv.writer(text)
        writer.writerow([*map(_writable, header), "rejected_reason" if "reason" in header else "reason"])
        for _, reason, raw in rows:
            writer.writerow(list(_line(header, reason, raw)))
    return place


def _columns(raws: Iterable[Raw]) -> list[str]:
    """Every column that one of the rows names, in order of appearance."""
    return list(dict.fromkeys(column for raw in raws for column in raw))


def _line(header: Sequence[str], reason: str, raw: Raw) -> Iterator[str]:
    cells = [raw.get(column, "") for column in header] if isinstance(raw, dict) else raw
    missing = [""] * (len(header) - len(cells))
    yield from (_writable(cell) for cell in (*cells[: len(header)], *missing, reason, *cells[len(header) :]))


def _writable(text: str) -> str:
    """*text* so that it can be written: what stood for a byte becomes that byte again."""
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text
