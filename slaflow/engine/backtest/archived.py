"""Leads whose entries were moved into files, told from there, with what was logged of them since."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import groupby
from tempfile import TemporaryFile
from typing import Any

from slaflow.engine.backtest.question import Question
from slaflow.engine.backtest.shards import Answer, Leads
from slaflow.engine.context import Context
from slaflow.engine.log.archives import ArchivedEntries
from slaflow.log.entry import KEYS, Entry
from slaflow.log.raw_entry import STREAM, RawEntry
from slaflow.store.database import Connection
from slaflow.store.log import entries as log_store
from slaflow.store.log import history

_INSTANTS = tuple(KEYS.index(key) for key in ("at", "arrived_at", "occurred_at", "recorded_at"))
_OF_LEADS = "lead:"
Lines = Callable[[list[dict[str, Any]]], None]


def archived_teller(
    app: Context, conn: Connection, question: Question, archived: ArchivedEntries
) -> Iterator[Answer]:
    """What each archived lead of the question comes to, in the order of the files.

    Raises the first finding where a file is not as it was recorded.
    """
    for finding in archived.changed:
        raise finding.as_error()
    leads = Leads(app, conn, question)
    digests = {
        entry.digest
        for entry in history.activations(conn)
        if entry.stream.removeprefix("workflow:") == question.name
    }
    raw = archived.entries(log_store.heads(conn))
    for stream, rows in groupby(raw, key=lambda row: str(row[STREAM])):
        moved = [_entry(row) for row in rows]
        if stream.startswith(_OF_LEADS) and moved[0].digest in digests:
            lead = int(stream.removeprefix(_OF_LEADS))
            since = dict(history.streams(conn, [lead])).get(lead, [])
            yield leads.alone([*moved, *since])


def _entry(raw: RawEntry) -> Entry:
    return Entry._make(
        datetime.fromisoformat(value) if place in _INSTANTS and value else value
        for place, value in enumerate(raw)
    )


class Spool:
    """Lines of leads out of order, kept in a file until it is their turn."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._places: list[tuple[int, int]] = []

    def __enter__(self) -> Spool:
        self._file = TemporaryFile("w+")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def keep(self, lines: list[dict[str, Any]]) -> None:
        """Keeps the lines of one lead."""
        for line in lines:
            self._places.append((line["lead"], self._file.tell()))
            self._file.write(json.dumps(line) + "\n")

    def sort(self) -> None:
        """All is kept: from now on it is told."""
        self._places.sort(reverse=True)

    def tell(self, lines: list[dict[str, Any]]) -> None:
        """Hands *lines* on, each lead's after those of the leads before it."""
        if not self._places:
            self._lines(lines)
            return
        for line in lines:
            self._tell_before(line["lead"])
            self._lines([line])

    def end(self) -> None:
        """Hands on what is left."""
        self._tell_before(None)

    def _tell_before(self, lead: int | None) -> None:
        while self._places and (lead is None or self._places[-1][0] < lead):
            self._file.seek(self._places.pop()[1])
            self._lines([json.loads(self._file.readline())])
