"""All rows that reports are made of, of one lead: its handoffs, its touches, its ends; and what the log says
they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from slaflow.engine.passages.course import Course, data_of
from slaflow.engine.passages.deeds import Deeds
from slaflow.engine.passages.terms import terms_of
from slaflow.log.entry import Entry
from slaflow.store.database import Connection
from slaflow.store.figures.terms import Terms
from slaflow.store.kept import passages as passage_store
from slaflow.store.kept import touches as touch_store
from slaflow.store.kept.passages import Passage
from slaflow.store.kept.touches import Ending, Touch
from slaflow.workflow.model.workflow import Workflow

_of_lead = attrgetter("lead")
_NOTHING: Mapping[str, Any] = {}
_READ = ("activity", "transition")
"""Kinds of whose data anything is kept; it is read once for all rows."""


class Agreements:
    """The terms of versions, by digest, each made when first asked for."""

    def __init__(self, workflow_of: Callable[[str], Workflow]) -> None:
        self._workflow_of = workflow_of
        self._terms: dict[str | None, Terms] = {}

    def of(self, digest: str | None) -> Terms:
        """The terms of the version with that digest."""
        if digest not in self._terms:
            self._terms[digest] = terms_of(self._workflow_of(digest or ""))
        return self._terms[digest]


@dataclass(slots=True)
class Rows:
    """The rows of one lead, each kind in the order of its log; and when the lead was created."""

    handoffs: Sequence[Passage] = ()
    touches: Sequence[Touch] = ()
    endings: Sequence[Ending] = ()
    born: datetime | None = None


class Followed:
    """One lead, whose entries are given in their order: ``course`` and ``deeds`` have what they come to.

    *stored* are rows that are there already, as far as what follows needs them.
    """

    def __init__(self, stored: Rows, kept: Mapping[str, Any] = _NOTHING) -> None:
        self.course = Course(list(stored.handoffs))
        self.deeds = Deeds(stored.touches, stored.born)
        self._kept = kept

    def take(self, entry: Entry, terms: Terms) -> None:
        """What *entry* makes of the rows, *terms* being those of its version."""
        handed = self.course.rows[-1] if self.course.rows else None
        data = data_of(entry, self._kept) if entry.kind in _READ else _NOTHING
        self.deeds.take(entry, terms, handed, data)
        self.course.take(entry, terms, data)


def each_followed(
    agreements: Agreements, entries: Iterable[Entry], born: Mapping[int, datetime]
) -> Iterator[Followed]:
    """What the whole logs of leads come to, lead by lead; their entries are together."""
    for lead_id, of_lead in groupby(entries, key=_of_lead):
        yield followed(agreements, list(of_lead), born.get(lead_id or 0))


def followed(agreements: Agreements, log: Sequence[Entry], born: datetime | None) -> Followed:
    """What the log of one lead comes to."""
    erased = next((each.data for each in log if each.kind == "erased"), None) or {}
    lead = Followed(Rows(born=born), erased.get("kept") or {})
    for entry in log:
        lead.take(entry, agreements.of(entry.digest))
    return lead


def rows_of(connection: Connection, lead_ids: Collection[int]) -> dict[int, Rows]:
    """The rows of those leads."""
    handoffs = passage_store.of_leads(connection, lead_ids)
    touches = touch_store.touches_of(connection, lead_ids)
    endings = touch_store.endings_of(connection, lead_ids)
    born = touch_store.born(connection, lead_ids)
    return {
        lead_id: Rows(
            handoffs.get(lead_id, ()), touches.get(lead_id, ()), endings.get(lead_id, ()), born.get(lead_id)
        )
        for lead_id in lead_ids
    }
