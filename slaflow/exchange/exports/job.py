"""The job ``export``: the log as a file to be fetched later, with every filter of ``log list``."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slaflow.engine.jobs.kinds import Kind, Parameters, Work
from slaflow.engine.log.filters import checked
from slaflow.engine.log.read import LogFilter
from slaflow.errors import InvalidValue
from slaflow.exchange.exports.run import STREAMED, TYPES, UnknownType, export_log
from slaflow.lifecycle.decision import instant_text

if TYPE_CHECKING:
    from slaflow.engine.app import Engine

ENDINGS = {
    "jsonl": ("jsonl", "application/jsonl"), "csv": ("csv", "text/csv; charset=utf-8"),
    "parquet": ("parquet", "application/vnd.apache.parquet"), "xes": ("xes", "application/xml"),
    "ocel": ("jsonocel", "application/json"), "ocel-sqlite": ("sqlite", "application/vnd.sqlite3"),
}  # fmt: skip
NAMES = ("actor", "party", "target", "trigger")
INSTANTS = ("from", "to")
FOLDER = "slaflow-job-"
_PIECE = 2**20
_OF_PROCESS = re.compile(rf"{FOLDER}([0-9]+)-")


def check(app: Engine, asked: Mapping[str, Any]) -> Parameters:
    """``type``, and what is given of ``lead`` (its number), ``kinds``, ``actor``, ``party``, ``target``,
    ``trigger``, ``from``, ``to``.

    Raises:
        UnknownType, InvalidValue, UnknownFilter, InvertedRange: what nobody can export.
    """
    if asked.get("type") not in TYPES:
        raise UnknownType(str(asked.get("type"))[:40])
    if unknown := sorted(set(asked) - {"type", "lead", "kinds", *NAMES, *INSTANTS}):
        raise InvalidValue(f"an export is not told {unknown[0][:40]}")
    found = {name: value for name, value in asked.items() if value not in (None, "", [], ())}
    checked(app, filters(found))
    return found


def filters(parameters: Mapping[str, Any]) -> LogFilter:
    """The filters that *parameters* name. Raises ``InvalidValue``, ``NaiveInstant``."""
    named = {name: parameters[name] for name in NAMES if name in parameters}
    if not all(isinstance(value, str) for value in named.values()):
        raise InvalidValue("actor, party, target and trigger are text")
    kinds, lead = parameters.get("kinds", ()), parameters.get("lead")
    if not isinstance(kinds, list | tuple) or not all(isinstance(each, str) for each in kinds):
        raise InvalidValue("kinds is a list of kinds of entries")
    if lead is not None and (type(lead) is not int or not 0 < lead < 10**18):
        raise InvalidValue("lead is a lead's number")
    start, end = (_instant(name, parameters.get(name)) for name in INSTANTS)
    return replace(LogFilter(lead=lead, from_=start, to=end, kinds=tuple(kinds)), **named)


def _instant(name: str, text: object) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        raise InvalidValue(f"{name} is an instant with its zone, as in 2026-03-09T14:30Z") from None
    if found.tzinfo is None:
        raise InvalidValue(f"{name} has no zone; write it as in 2026-03-09T14:30Z")
    return found


def run(app: Engine, work: Work) -> dict[str, Any]:
    """Writes the file; gives how many ``entries`` are in it."""
    type_ = work.parameters["type"]
    ending, media = ENDINGS[type_]
    at = instant_text(app.now())[:10]
    work.name_file(f"log-{at}.{ending}", media)
    if type_ in STREAMED:
        write = _Gathered(work)
        report = export_log(
            app, type_, None, filters(work.parameters), write=write.add, progress=work.progress
        )
        write.end()
    else:
        with _folder() as folder:
            file = folder / f"log.{ending}"
            report = export_log(app, type_, file, filters(work.parameters), progress=work.progress)
            with file.open("rb") as opened:
                while piece := opened.read(_PIECE):
                    work.write(piece)
    return {"entries": report.entries}


class _Gathered:
    """Small pieces become large ones: each that is handed on is looked at."""

    def __init__(self, work: Work) -> None:
        self._work, self._held, self._size = work, list[bytes](), 0

    def add(self, data: bytes) -> None:
        self._held.append(data)
        self._size += len(data)
        if self._size >= _PIECE:
            self.end()

    def end(self) -> None:
        self._work.write(b"".join(self._held))
        self._held, self._size = [], 0


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder for as long as this lasts; first those go that processes left behind which were killed."""
    for left in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        found = _OF_PROCESS.match(left.name)
        if found is not None and not _is_alive(int(found[1])):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{FOLDER}{os.getpid()}-") as folder:
        yield Path(folder)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


EXPORT = Kind("export", "export", check, run, holds_leads=True)
