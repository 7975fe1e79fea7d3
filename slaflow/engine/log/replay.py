"""The whole log decided again, lead by lead, and compared: with itself, and with the rows beside it.

Hashes say that an entry is the one that was written; this says that it is the one the agreement calls
for. Only entries are trusted: texts, holidays and people are those the log recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from operator import attrgetter
from typing import TypeVar

from slaflow.engine.context import Context
from slaflow.engine.log.past import LoggedVersions, version_of
from slaflow.engine.log.progress import Progress, Told
from slaflow.engine.log.replay_leads import PAGE, Leads, Range, Share, row_differs
from slaflow.engine.log.replay_report import ReplayReport
from slaflow.engine.log.workers import reading
from slaflow.engine.passages.check import comparison
from slaflow.engine.setup import agreement_signatures
from slaflow.log.errors import VerificationImpossible
from slaflow.log.people import PeopleLog
from slaflow.log.picks import draws
from slaflow.log.verify import Finding
from slaflow.store.database import Connection, Database
from slaflow.store.log import entries as log_store
from slaflow.store.log import history
from slaflow.store.log.filter import LogFilter
from slaflow.store.rows import people as people_store
from slaflow.store.rows import workflows as workflow_store

__all__ = ["ReplayReport", "replayed"]

PART = 5 * PAGE
"""Leads that a worker decides again at a time."""
PAYS_FROM = 100_000
"""With more entries several processes are sooner done, though they must be started first."""
ENTRIES_AT_ONCE = 100_000
"""More than one transaction writes."""
Row = TypeVar("Row")


def replayed(app: Context, progress: Progress | None = None, jobs: int | None = 1) -> ReplayReport:
    """Decides every lead again from its log and compares; *progress* hears the number of entries read.

    The hashes are taken to hold: verify them first. *jobs* processes do it (None: as many as pay).

    Raises:
        VerificationImpossible: nothing was found changed, but something could not be checked: the text of
            a version is not in the log, or the stream ``people`` cannot be read; or a process died.

    Memory is bounded by one page of leads and the log of one of them, in each process.
    """
    with reading(app.database, jobs, PAYS_FROM) as (conn, workers):
        run = _Run(app, conn)
        run.check_rows()
        run.check_signatures()
        if workers is None:
            run.take(map(run.leads().check, history.lead_ranges(conn, PAGE)), progress)
        else:
            run.take(workers.each(leads_checker, history.lead_ranges(conn, PART)), progress)
    if run.report.ok and run.report.impossible is not None:
        raise VerificationImpossible(run.report.impossible)
    return run.report


def leads_checker(database: Database, conn: Connection) -> Callable[[Range], Share]:
    """What decides a range of leads again."""
    return _Run(Context(database), conn).leads().check


class _Run:
    """One replay on its way. Turns are followed pick by pick, to be compared in the end."""

    def __init__(self, app: Context, conn: Connection) -> None:
        self.conn = conn
        self.share = Share()
        self.handoffs = comparison(conn)
        self.activations = history.activations(conn)
        self.versions = LoggedVersions(app, self.activations, history.told_apart_until(conn))
        self.people = PeopleLog(history.people(conn), history.told_apart_until(conn))

    @property
    def report(self) -> ReplayReport:
        return self.share.report

    def leads(self) -> Leads:
        return Leads(self.conn, self.versions, self.people, self.handoffs)

    def check_rows(self) -> None:
        """Whether versions, people and absences are what the log recorded."""
        versions = [version_of(entry) for entry in self.activations]
        kept_versions = workflow_store.versions(self.conn)
        version = _only_one_has(versions, kept_versions, "name activated_at digest")
        if version is not None:
            self._row_differs(f"workflow:{version.name}", f"the row of version {version.digest[:12]}")
        logged, kept = self.people.everybody, people_store.directory(self.conn)
        person = _only_one_has(logged.people, kept.people, "email valid_from")
        if person is not None:
            self._row_differs("people", f"a row of {person.email}")
        absence = _only_one_has(logged.absences, kept.absences, "email recorded_at starts_at ends_at back_at")
        if absence is not None:
            self._row_differs("people", f"a row of an absence of {absence.email}")

    def check_signatures(self) -> None:
        """Whether each agreement had the signatures it needed when it was put in force.

        Earlier releases asked for no signatures; what they wrote stands before the first one.
        """
        for entry, because in agreement_signatures.unsigned(self.conn, self.activations, self.versions):
            reason = f"version {(entry.digest or '')[:12]} was put in force although {'; '.join(because)}"
            self.report.add(Finding(entry.id, entry.stream, reason, seq=entry.seq))

    def _row_differs(self, stream: str, row: str) -> None:
        self.report.add(row_differs(stream, row), of_row=True)

    def take(self, shares: Iterable[Share], progress: Progress | None) -> None:
        """What was found in the leads, by id; at the end whose turn it is in each team."""
        told = Told(progress)
        for share in shares:
            told.add(share.report.entries)
            self.share.go_on_with(share)
        if not (self.report.not_checkable or self.report.findings):
            self._check_turns()

    def _check_turns(self) -> None:
        kept = dict(people_store.directory(self.conn).turns)
        for team in sorted({*self.share.drawn, *kept}):
            if not self._was_drawn_last(team, kept.get(team)):
                reason = f"the row of team {team}: its turn is not whom the log says was drawn last"
                self.report.add(Finding(None, "people", reason), of_row=True)

    def _was_drawn_last(self, team: str, turn: str | None) -> bool:
        """Whether *turn* may be the last pick of *team*; those of one transaction stand lead by lead."""
        if team not in self.share.drawn or turn is None:
            return False
        last_id, last = self.share.drawn[team]
        if last.data["to"] == turn:
            return True
        nearby = LogFilter(kind="assigned", after=last_id - ENTRIES_AT_ONCE)
        return any(
            entry.data["to"] == turn and entry.data["team"] == team
            for entry in log_store.entries(self.conn, nearby)
            if draws(entry) and entry.recorded_at == last.recorded_at
        )


def _only_one_has(logged: Sequence[Row], kept: Sequence[Row], order: str) -> Row | None:
    """The first, by the attributes named in *order*, that the log and the rows do not both have."""
    key = attrgetter(*order.split())
    pairs = zip_longest(sorted(logged, key=key), sorted(kept, key=key))
    return next((ours or theirs for ours, theirs in pairs if ours != theirs), None)
