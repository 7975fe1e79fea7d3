"""Whether rows of handoffs, touches and ends are what the log comes to: of a lead, or of those moved last."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

from slaflow.engine.passages.follow import Agreements, Rows, followed, rows_of
from slaflow.engine.passages.open_times import reckon, reckon_end, reckoning
from slaflow.engine.setup.versions import compiled
from slaflow.errors import SlaflowError
from slaflow.language import _, ngettext
from slaflow.log.entry import Entry
from slaflow.store.database import Connection
from slaflow.store.kept import passages as store
from slaflow.store.kept.passages import TELLING, Passage
from slaflow.store.kept.touches import Ending
from slaflow.store.rows import people as people_store
from slaflow.store.rows import workflows as workflow_store
from slaflow.workflow.model.workflow import Workflow

SAMPLED = 200
"""Transitions, the latest, whose leads are looked at where a sample has to do."""
T = TypeVar("T")


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

    def differ(self, entries: Sequence[Entry], stored: Rows) -> bool:
        """Whether *stored* is not what the whole log of their lead comes to; not where a version is gone."""
        telling = [each for each in entries if each.kind in TELLING]
        if any(each.digest not in self._known for each in telling):
            return False
        logged = followed(self._agreements, telling, stored.born)
        return (
            logged.deeds.touches != list(stored.touches)
            or _any(self._is_other, logged.course.rows, stored.handoffs)
            or _any(self._ended_otherwise, logged.deeds.endings, stored.endings)
        )

    def _ended_otherwise(self, logged: Ending, stored: Ending) -> bool:
        workflow, number = self._known[logged.digest or ""]
        if stored.reckoned == number:
            return reckon_end(logged, workflow, self._people, number) != stored
        return logged._replace(open=stored.open, reckoned=stored.reckoned) != stored

    def _is_other(self, logged: Passage, stored: Passage) -> bool:
        workflow, number = self._known[logged.digest or ""]
        if stored.reckoned == number:
            reckon(logged, workflow, self._people, number)
            return replace(logged, id=stored.id) != stored
        # What is not reckoned by the calendars of now is reckoned anew by whoever asks.
        times = {
            name: getattr(stored, name) for name in ("decision", "first_touch", "first_attempt", "reckoned")
        }
        return replace(logged, id=stored.id, **times) != stored


def _any(is_other: Callable[[T, T], bool], logged: Sequence[T], stored: Sequence[T]) -> bool:
    return len(logged) != len(stored) or any(map(is_other, logged, stored))


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
        yield _("not every handoff has its row, and reports take longer; run 'slaflow db rebuild'")
        return
    differing = list(_differing(compare, conn, store.moved_last(conn, SAMPLED)))
    if differing:
        words = ngettext(
            "the rows of the handoffs of lead {first} are not what the log comes to; "
            "run 'slaflow db rebuild'",
            "the rows of the handoffs of {n} leads, the first {first} are not what the log comes to; "
            "run 'slaflow db rebuild'",
            len(differing),
        )
        yield words.format(n=len(differing), first=differing[0])


def _differing(compare: Comparison, conn: Connection, lead_ids: Collection[int]) -> Iterator[int]:
    stored = rows_of(conn, lead_ids)
    for lead_id, entries in groupby(store.told(conn, lead_ids), key=attrgetter("lead")):
        if compare.differ(list(entries), stored[lead_id]):
            yield lead_id
