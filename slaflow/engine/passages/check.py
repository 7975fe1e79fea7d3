"""Whether the rows of handoffs are what the log comes to: of one lead, or of those that were moved last."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from slaflow.engine.passages.keep import Agreements, course_of
from slaflow.engine.passages.open_times import reckon, reckoning
from slaflow.engine.setup.versions import compiled
from slaflow.errors import SlaflowError
from slaflow.log.entry import Entry
from slaflow.store.database import Connection
from slaflow.store.rows import passages as store
from slaflow.store.rows import people as people_store
from slaflow.store.rows import workflows as workflow_store
from slaflow.store.rows.passages import TELLING, Passage
from slaflow.workflow.model.workflow import Workflow

SAMPLED = 200
"""Transitions, the latest, whose leads are looked at where a sample has to do."""
MEND = "run 'slaflow db rebuild'"


class Comparison:
    """Compares rows with logs, on one connection. Agreements, holidays and people are those stored now.

    They are not mixed with those that the caller goes by, which may be what the log says of them.
    """

    def __init__(self, conn: Connection) -> None:
        self._agreements = Agreements(self._workflow)
        self._people = people_store.directory(conn)
        oldest_first = reversed(workflow_store.versions(conn))
        self._known = {each.digest: (compiled(each), reckoning(each)) for each in oldest_first}

    def _workflow(self, digest: str) -> Workflow:
        return self._known[digest][0]

    def differ(self, entries: Sequence[Entry], stored: Sequence[Passage]) -> bool:
        """Whether *stored* is not what the whole log of their lead comes to; not where a version is gone."""
        telling = [each for each in entries if each.kind in TELLING]
        if any(each.digest not in self._known for each in telling):
            return False
        logged = course_of(self._agreements, telling).rows
        if len(logged) != len(stored):
            return True
        return any(not self._is_same(*pair) for pair in zip(logged, stored, strict=True))

    def _is_same(self, logged: Passage, stored: Passage) -> bool:
        workflow, number = self._known[logged.digest or ""]
        if stored.reckoned == number:
            reckon(logged, workflow, self._people, number)
            return replace(logged, id=stored.id) == stored
        # What is not reckoned by the calendars of now is reckoned anew by whoever asks.
        times = {
            name: getattr(stored, name) for name in ("decision", "first_touch", "first_attempt", "reckoned")
        }
        return replace(logged, id=stored.id, **times) == stored


def comparison(conn: Connection) -> Comparison | None:
    """What compares; None while not every handoff has its row, and none is read, and where the stored text
    of a version is none, which is another finding."""
    try:
        return Comparison(conn) if store.is_whole(conn) else None
    except SlaflowError:
        return None


def findings(conn: Connection) -> Iterator[str]:
    """What is wrong with the rows as far as a sample shows, and how to mend it; nothing where all is well."""
    compare = comparison(conn)
    if compare is None and store.is_whole(conn):
        return
    if compare is None:
        yield f"not every handoff has its row, and reports take longer; {MEND}"
        return
    differing = list(_differing(compare, conn, store.moved_last(conn, SAMPLED)))
    if differing:
        many = "lead" if len(differing) == 1 else f"{len(differing)} leads, the first"
        yield f"the rows of the handoffs of {many} {differing[0]} are not what the log comes to; {MEND}"


def _differing(compare: Comparison, conn: Connection, lead_ids: Collection[int]) -> Iterator[int]:
    stored = store.of_leads(conn, lead_ids)
    for lead_id, entries in groupby(store.told(conn, lead_ids), key=attrgetter("lead")):
        if compare.differ(list(entries), stored.get(lead_id, ())):
            yield lead_id
