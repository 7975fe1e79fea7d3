"""Exporting the log: one entry point for every kind of file, each written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from slaflow.engine.files.atomic import new_file, new_folder, new_path
from slaflow.engine.files.own import Protected
from slaflow.engine.log import read
from slaflow.engine.log.read import LogFilter, Order
from slaflow.errors import USAGE, SlaflowError, UnknownName
from slaflow.exchange.exports.lines import Write, write_csv, write_jsonl
from slaflow.exchange.exports.ocel_json import write_ocel
from slaflow.exchange.exports.ocel_sqlite import write_ocel_sqlite
from slaflow.exchange.exports.parquet import write_parquet, write_partitioned
from slaflow.exchange.exports.xes import write_xes
from slaflow.log.entry import Entry

if TYPE_CHECKING:
    from slaflow.engine.app import Engine

TYPES = ("jsonl", "csv", "parquet", "xes", "ocel", "ocel-sqlite")
STREAMED = ("jsonl", "csv", "xes", "ocel")
"""Types that may go to standard output: they are written from front to back."""

NOTED_EVERY = 1000
Streamer: TypeAlias = Callable[[Iterable[Entry], Write], None]


class UnknownType(UnknownName):
    """A type of file that nobody can write."""

    exit_code = USAGE

    def __init__(self, name: str) -> None:
        super().__init__("type", name, TYPES)
        if self.nearest is None:
            self.args = (f"{self}; there are {', '.join(TYPES)}",)


class NotExportable(SlaflowError):
    """Options of an export that do not go together."""

    code = "not_exportable"
    exit_code = USAGE


@dataclass(frozen=True, slots=True)
class ExportReport:
    """How many entries were written, and where; ``file`` is None for standard output."""

    entries: int
    file: Path | None

    def as_json(self) -> dict[str, Any]:
        """The report as json.md, "The rest", promises it."""
        return {"entries": self.entries, "file": None if self.file is None else str(self.file)}


def export_log(
    app: Engine,
    type: str,
    file: Path | None,
    filters: LogFilter | None = None,
    *,
    partition: bool = False,
    write: Write | None = None,
    raw: bool = False,
    progress: Callable[[int], None] | None = None,
) -> ExportReport:
    """Writes the entries that pass *filters* as one snapshot of the log.

    Args:
        type: one of :data:`TYPES`. ``xes`` has the entries of leads only: others have no trace.
        file: where to; it appears when it is complete, in the place of what stood there. None: *write*
            is given the bytes as they come, of :data:`STREAMED` types only.
        partition: Parquet as a folder with a part per month; the folder must be empty or absent.
        raw: CSV text as it is, also what a spreadsheet would calculate; other types are so anyway.
        progress: hears how many entries were written.

    Raises:
        UnknownType, NotExportable: nobody can write that.
        ExtraMissing: Parquet without pyarrow.
        FileProtected: *file* is something of one's own: the database, a key, an agreement.
        FileUnwritable: no room, no right, no such folder; nothing is left behind.

    Memory is bounded whatever the length of the log.
    """
    _check(type, file, partition)
    protected = Protected(app)
    count = _Count(progress)
    entries = count.over(read.entries(app, filters or LogFilter(), _order(type, partition)))
    if file is None:
        assert write is not None
        _streamer(app, type, raw)(entries, write)
    elif partition:
        with new_folder(file, protected) as folder:
            write_partitioned(entries, folder)
    elif type in STREAMED:
        with new_file(file, protected) as opened:
            _streamer(app, type, raw)(entries, opened.write)
    else:
        with new_path(file, protected) as part:
            (write_parquet if type == "parquet" else write_ocel_sqlite)(entries, part)
    return ExportReport(count.number, file)


def _check(type: str, file: Path | None, partition: bool) -> None:
    if type not in TYPES:
        raise UnknownType(type)
    if partition and type != "parquet":
        raise NotExportable(f"--partition goes with --type parquet, not with {type}")
    if file is None and type not in STREAMED:
        raise NotExportable(f"{type} does not go to standard output; name a file with -o")


def _order(type: str, partition: bool) -> Order:
    if partition:
        return "at"
    return "lead" if type == "xes" else "id"


def _streamer(app: Engine, type: str, raw: bool) -> Streamer:
    if type == "xes":
        names = dict.fromkeys(version.name for version in app.versions())
        return partial(write_xes, name=", ".join(names) or "slaflow")
    writers: dict[str, Streamer] = {
        "jsonl": write_jsonl,
        "csv": partial(write_csv, raw=raw),
        "ocel": write_ocel,
    }
    return writers[type]


class _Count:
    """Counts entries on their way."""

    def __init__(self, progress: Callable[[int], None] | None) -> None:
        self.number = 0
        self._progress = progress

    def over(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        for entry in entries:
            self.number += 1
            if self._progress is not None and self.number % NOTED_EVERY == 0:
                self._progress(self.number)
            yield entry
