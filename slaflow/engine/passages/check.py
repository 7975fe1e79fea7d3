"""Whether the rows of handoffs are what the log comes to: of one lead, or of those that were moved last."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from slaflow.engine.context import Context
from slaflow.engine.passages.keep import Agreements, course_of
from slaflow.engine.passages.open_times import reckon, reckoning
from slaflow.log.entry import Entry
from slaflow.store.database import Connection
from slaflow.store.rows import passages as store
from slaflow.store.rows import people as people_store
from slaflow.store.rows import workflows as workflow_store
from slaflow.store.rows.passages import TELLING, Passage

SAMPLED = 200
"""Transitions, the latest, whose leads are looked at where a sample has to do."""
MEND = "run 'slaflow db rebuild'"


class Comparison:
    """Compares rows with logs, on one connection. Agreements, holidays and people are those stored now."""

    def __init__(self, app: Context, conn: Connection) -> None:
        self._agreements = Agreements(app)
        self._people = people_store.directory(conn)
        oldest_first = reversed(workflow_store.versions(conn))
        self._known = {each.digest: (app.remember(each), reckoning(each)) for each in oldest_first}

    def differ(self, entries: Sequence[Entry], stored: Sequence[Passage]) -> bool:
        """Whether *stored* is not what the whole log of their lead comes to."""
        telling = [each for each in entries if each.kind in TELLING]
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


def comparison(app: Context, conn: Connection) -> Comparison | None:
    """What compares; None while not every handoff has its row, and none is read."""
    return Comparison(app, conn) if store.is_whole(conn) else None


def findings(app: Context, conn: Connection) -> Iterator[str]:
    """What is wrong with the rows as far as a sample shows, and how to mend it; nothing where all is well."""
    compare = comparison(app, conn)
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
