"""What other systems sent becomes inputs of leads, down the way that an import takes.

In one transaction: what is decided, what became of each delivery, what was told of each field. Whoever is
killed before has done nothing; afterwards none of it is done again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from slaflow.engine.leads.resurrection import turned_away
from slaflow.exchange.imports.actors import Actors, record_new
from slaflow.exchange.imports.batch import Applied, Batch
from slaflow.exchange.imports.row import LEAD_PLACE, RowReader
from slaflow.exchange.imports.spool import Item
from slaflow.lifecycle.lead import Lead
from slaflow.link import told as told_store
from slaflow.link.courses import Course, Sorter, note
from slaflow.link.echo import is_ours
from slaflow.link.heard import Heard, Listener, Read
from slaflow.link.hook_map import HookMap
from slaflow.link.reasons import without_values
from slaflow.settings.hooks import AnyHook
from slaflow.store.database import Connection
from slaflow.store.linking import inbox
from slaflow.store.linking.inbox import APPLIED, ECHO, FAILED, UNCHANGED, WAITING, Delivered
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import people as people_store

if TYPE_CHECKING:
    from slaflow.engine.app import Engine

UNKNOWN = "no lead is known yet by the record that it names, and it does not say whose it is"
GONE = "the record is no more"
NOT_MEANT = "the map's when passes it over"
ERASED = "it is of somebody who was erased; what it said was not kept"
FIRST, LONGEST, TRIES = timedelta(seconds=10), timedelta(hours=1), 14
"""How patiently a record is waited for of which nothing is known: half a day."""
Records = Mapping[int, Read | None]
"""What was read of the record that each delivery names, by its id; None: it is no more."""

Stands = Mapping[str, tuple[int, int]]
"""Row and place of what is applied for all that say the same, by what it is known by."""


@dataclass(frozen=True, slots=True)
class Terms:
    """A hook as it is applied.

    ``crm``: that of ``[receivers]`` of which it tells, if any. ``both``: fields of the lead that both sides
    may change; ``ours``: those of them that stay ours where both did at one instant.
    """

    app: Engine
    name: str
    hook: AnyHook
    map: HookMap
    crm: str | None
    now: datetime
    both: frozenset[str] = frozenset()
    ours: frozenset[str] = frozenset()


class Round:
    """Some things that were delivered, applied in the caller's transaction."""

    def __init__(
        self, terms: Terms, conn: Connection, rows: Sequence[Delivered], records: Records,
        *, rehearsed: bool = False,
    ) -> None:  # fmt: skip
        self.terms = terms
        self.conn = conn
        self.rehearsed = rehearsed
        workflow = terms.map.workflow
        self.actors = Actors(workflow, people_store.directory(conn), terms.now)
        reader = RowReader(terms.map, self.actors, terms.now)
        self.listener = Listener(terms.hook, terms.map, reader, terms.now, terms.both)
        self.heard = [self._heard(row, number, records) for number, row in enumerate(rows, 1)]

    def apply(self) -> list[Heard]:
        """Decides and writes all of it; what became of each stands in what is given."""
        open_ = [each for each in self.heard if each.status is None]
        numbers = self._numbers({each.remote for each in open_ if each.remote is not None})
        courses = self._courses(open_, numbers)
        applied, stands = self._decided(courses)
        for course in courses:
            self._end(course, applied, stands)
        if not self.rehearsed:
            self._keep(courses, numbers)
        return self.heard

    def _heard(self, row: Delivered, number: int, records: Records) -> Heard:
        heard = self.listener.hear(row, number, records.get(row.id))
        if is_ours(self.terms.hook, row.row):
            heard.status = ECHO
        elif not self.listener.is_for(heard):
            heard.status, heard.reason = UNCHANGED, NOT_MEANT
        elif row.id in records and records[row.id] is None:
            heard.status, heard.reason = UNCHANGED, GONE
        elif heard.refusals:
            self._fail(heard)
        return heard

    def _fail(self, heard: Heard) -> None:
        heard.status = FAILED
        said = [reason for _, reason in sorted(heard.refusals)]
        heard.reason = without_values(said, self.terms.map, heard.cells)

    def _numbers(self, remotes: Collection[str]) -> dict[str, int]:
        """The leads of these records, as far as they are known."""
        name, crm = self.terms.name, self.terms.crm
        return told_store.leads_of(self.conn, name, crm, remotes) if remotes else {}

    def _courses(self, open_: Sequence[Heard], numbers: Mapping[str, int]) -> list[Course]:
        """What was heard by lead, the known ones locked; of whose lead nobody knows waits or fails."""
        unnamed = [each for each in open_ if numbers.get(each.remote or "") is None]
        for each in unnamed:
            self.listener.read(each, None)
        keys = {each.reading.key for each in unnamed if each.reading.key is not None}
        ids = lead_store.ids_by_key(self.conn, sorted(keys)) if keys else {}
        leads = self._locked({*ids.values(), *numbers.values()})
        by_remote = _keys_by_remote(unnamed, ids)
        self._turn_away(unnamed, keys - ids.keys())
        courses: dict[str, Course] = {}
        for each in (each for each in open_ if each.status is None):
            key = self._key(each, numbers, leads, by_remote)
            if key is not None:
                courses.setdefault(key, Course(key, told_store.nothing(self.terms.name, self.terms.crm)))
                courses[key].heard.append(each)
        by_key = {lead.key: lead for lead in leads.values()}
        told = told_store.told_of(self.conn, self.terms.name, self.terms.crm, list(leads))
        for course in courses.values():
            if (lead := by_key.get(course.key)) is not None:
                course.lead, course.told = lead, told[lead.id]
        return list(courses.values())

    def _turn_away(self, unnamed: Iterable[Heard], keys: Collection[str]) -> None:
        """Nobody comes back who was erased; and of what was said nothing is kept."""
        erased = turned_away(self.conn, keys)
        for heard in unnamed:
            if heard.reading.key in erased:
                heard.status, heard.reason = FAILED, ERASED

    def _locked(self, ids: Collection[int]) -> dict[int, Lead]:
        return lead_store.lock(self.conn, sorted(ids)) if ids else {}

    def _key(
        self, heard: Heard, numbers: Mapping[str, int], leads: Mapping[int, Lead],
        by_remote: Mapping[str, str],
    ) -> str | None:  # fmt: skip
        """By what the lead is known that this is about; None where it has come to an end."""
        lead = leads.get(numbers.get(heard.remote or "", 0))
        key = lead.key if lead is not None else by_remote.get(heard.remote or "", heard.reading.key)
        if key is None and heard.reading.is_untold and heard.remote is not None:
            self._wait(heard)
        elif key is not None and key != heard.reading.key and _may_be_read(heard):
            self.listener.read(heard, key)
        if heard.status is None and _is_refused(heard):
            heard.refusals += heard.reading.refusals
            self._fail(heard)
        return key if heard.status is None else None

    def _wait(self, heard: Heard) -> None:
        heard.status = FAILED if heard.row.tries + 1 >= TRIES else WAITING
        heard.reason = UNKNOWN

    def _decided(self, courses: Iterable[Course]) -> tuple[Applied, Stands]:
        """What came of all that is new; and what stands for others that tell of the same event."""
        terms = self.terms
        sorter = Sorter(terms.name, terms.hook, self.listener, terms.now, terms.ours)
        items: list[Item] = []
        stands: dict[str, tuple[int, int]] = {}
        for course in courses:
            for item in sorter.items(course, len(items)):
                where = (item.row, item.place)
                if stands.setdefault(item.import_key, where) == where:
                    items.append(item)
        if self.actors.new:
            record_new(self.conn, self.actors, terms.now)
        if not items:
            return Applied(), stands
        batch = Batch(
            terms.app, self.conn, terms.map.workflow, now=terms.now, retry=True, resurrect=False, renames=True
        )
        return batch.apply(items, rehearsed=self.rehearsed), stands

    def _end(self, course: Course, applied: Applied, stands: Stands) -> None:
        """Finds out what became of each thing that was heard of a lead."""
        refused = {(row, place): reason for row, place, reason in applied.refusals}
        lead = course.lead.id if course.lead is not None else _created(course, applied)
        for heard in course.heard:
            heard.lead = lead
            heard.refusals += heard.reading.refusals
            asked = [stands.get(f"{said.digest}-0", (heard.number, said.place)) for said in heard.events]
            for where in ((heard.number, LEAD_PLACE), *asked):
                if where in refused:
                    heard.refusals.append((where[1], refused[where]))
            if heard.refusals:
                self._fail(heard)
            elif heard.number in applied.rows:
                heard.status = APPLIED
            else:
                heard.status = ECHO if heard.is_echo else UNCHANGED
        note(course, self.terms.hook, self.terms.map.document.columns_of_leads)

    def _keep(self, courses: Sequence[Course], numbers: Mapping[str, int]) -> None:
        """Writes what became of everything, and wakes what waited for a record that is known now."""
        conn, terms = self.conn, self.terms
        known = [course for course in courses if (lead := _lead_of(course)) is not None and lead > 0]
        for course in known:
            course.told.belong(_lead_of(course) or 0)
        told_store.keep(conn, terms.name, [course.told for course in known])
        inbox.settle(conn, [each.settled for each in self.heard if each.status != WAITING])
        inbox.empty(conn, [each.row.id for each in self.heard if each.reason == ERASED])
        for tries, waiting in _by_tries(self.heard).items():
            wait = min(FIRST * 2 ** min(tries, 20), LONGEST)
            inbox.put_off(conn, [each.row.id for each in waiting], terms.now + wait, UNKNOWN)
        named = {each.remote for course in known for each in course.heard if each.remote is not None}
        if fresh := named - numbers.keys():
            inbox.wake(conn, terms.name, fresh, terms.now, UNKNOWN)


def counted(heard: Iterable[Heard]) -> Counter[str]:
    """How many came to what end."""
    return Counter(each.status for each in heard if each.status is not None)


def _created(course: Course, applied: Applied) -> int | None:
    """The number of the lead that was not known; None: it is not there after all."""
    is_there = any(heard.number in applied.rows for heard in course.heard)
    return applied.leads.get(course.key) if is_there else None


def _is_refused(heard: Heard) -> bool:
    """Whether nothing of it can be used."""
    return heard.reading.key is None and any(place == LEAD_PLACE for place, _ in heard.reading.refusals)


def _may_be_read(heard: Heard) -> bool:
    return heard.reading.is_untold or not _is_refused(heard)


def _lead_of(course: Course) -> int | None:
    return course.heard[0].lead


def _by_tries(heard: Iterable[Heard]) -> dict[int, list[Heard]]:
    found: dict[int, list[Heard]] = {}
    for each in heard:
        if each.status == WAITING:
            found.setdefault(each.row.tries, []).append(each)
    return found


def _keys_by_remote(heard: Iterable[Heard], known: Mapping[str, int]) -> dict[str, str]:
    """By what the lead of each record is known of which several things were heard: as it is known already,
    else as it was called first."""
    named: dict[str, list[str]] = {}
    for each in sorted(heard, key=lambda each: each.stamp):
        if each.remote is not None and each.reading.key is not None:
            named.setdefault(each.remote, []).append(each.reading.key)
    return {remote: next((k for k in keys if k in known), keys[0]) for remote, keys in named.items()}
