"""Handoffs' rows kept up with the log, in the transaction that writes it; made anew where entries go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import groupby, islice
from operator import attrgetter

from slaflow.engine.context import Context
from slaflow.engine.passages.course import Course
from slaflow.engine.passages.open_times import reckon, reckoning
from slaflow.engine.passages.terms import terms_of
from slaflow.lifecycle.people import Directory
from slaflow.log.entry import Entry
from slaflow.store.database import Connection
from slaflow.store.figures.terms import Terms
from slaflow.store.rows import passages as store
from slaflow.store.rows import people as people_store
from slaflow.store.rows import workflows as workflow_store
from slaflow.store.rows.passages import TELLING, Passage
from slaflow.workflow.model.workflow import Workflow

_TELLING = frozenset(TELLING)
AT_ONCE = 500
"""Leads of which the rows are made anew at once."""
_of_lead = attrgetter("lead")


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


def keep(app: Context, conn: Connection, people: Directory, entries: Iterable[Entry]) -> None:
    """Brings the rows up to *entries*, which were just written; each lead's are together, in their order.

    Cost: nothing where none of them moves a lead or is an activity; else one statement that reads the rows
    of leads that were there before, and at most three for those that change.
    """
    told = [each for each in entries if each.kind in _TELLING]
    if not told:
        return
    born = {each.lead for each in told if each.kind == "created"}
    known = {each.lead for each in told if each.lead is not None} - born
    rows = store.of_leads(conn, known) if known else {}
    agreements = Agreements(app.workflow)
    changed: list[Passage] = []
    for lead_id, of_lead in groupby(told, key=_of_lead):
        course = Course(rows.get(lead_id or 0, []))
        for entry in of_lead:
            course.take(entry, agreements.of(entry.digest))
        changed += course.changed.values()
    _write(app, conn, people, changed)


def _write(app: Context, conn: Connection, people: Directory, changed: Sequence[Passage]) -> None:
    if not changed:
        return
    # As they are stored now: whoever activated a text again may have given it other holidays.
    versions = workflow_store.by_digest(conn, {each.digest or "" for each in changed})
    known = {digest: (app.remember(each), reckoning(each)) for digest, each in versions.items()}
    for each in changed:
        reckon(each, known[each.digest or ""][0], people, known[each.digest or ""][1])
    store.save(conn, changed)


def courses(agreements: Agreements, entries: Iterable[Entry]) -> Iterable[Course]:
    """What the whole logs of leads come to, lead by lead; their entries are together."""
    for _, of_lead in groupby(entries, key=_of_lead):
        yield course_of(agreements, list(of_lead))


def course_of(agreements: Agreements, log: Sequence[Entry]) -> Course:
    """What the log of one lead comes to."""
    erased = next((each.data for each in log if each.kind == "erased"), None) or {}
    course = Course([], erased.get("kept") or {})
    for entry in log:
        course.take(entry, agreements.of(entry.digest))
    return course


def let_go(app: Context, conn: Connection, streams: Iterable[str]) -> None:
    """Takes the rows along of entries that have just left the log."""
    lead_ids = iter(sorted(int(name.removeprefix("lead:")) for name in streams if name.startswith("lead:")))
    while some := list(islice(lead_ids, AT_ONCE)):
        renew(app, conn, some)


def renew(app: Context, conn: Connection, lead_ids: Collection[int]) -> int:
    """Makes the rows of those leads anew of what the log holds of them; gives how many there are."""
    store.remove(conn, lead_ids)
    agreements = Agreements(app.workflow)
    made = [row for course in courses(agreements, store.told(conn, lead_ids)) for row in course.rows]
    _write(app, conn, people_store.directory(conn), made)
    return len(made)
