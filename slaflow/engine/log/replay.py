"""The whole log decided again, lead by lead, and compared: with itself, and with the rows beside it.

Hashes say that an entry is the one that was written; this says that it is the one the agreement calls
for. Only entries are trusted: texts, holidays and people are those the log recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from operator import attrgetter
from typing import Any, TypeVar

from slaflow.clock.state import Clock
from slaflow.engine.context import Context
from slaflow.engine.log.past import LoggedVersions, version_of
from slaflow.errors import SlaflowError
from slaflow.lifecycle.lead import Lead
from slaflow.log.difference import clock_finding, row_finding
from slaflow.log.entry import Entry
from slaflow.log.errors import RecordChanged, VerificationImpossible
from slaflow.log.inputs import is_pick
from slaflow.log.people import PeopleLog
from slaflow.log.replay import replay
from slaflow.log.verify import Finding
from slaflow.store.database import Connection
from slaflow.store.log import archives, history
from slaflow.store.log import entries as log_store
from slaflow.store.log.filter import LogFilter
from slaflow.store.rows import clocks as clock_store
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import people as people_store
from slaflow.store.rows import workflows as workflow_store

PAGE = 200
ENTRIES_AT_ONCE = 100_000
"""More than one transaction writes."""
SHOWN = 1000
"""Findings and streams that could not be checked, as far as they are named; all are counted."""
Progress = Callable[[int], None]
Stored = TypeVar("Stored")
Row = TypeVar("Row")


@dataclass(slots=True)
class ReplayReport:
    """What deciding the log again brought to light, at most one finding per stream.

    ``findings`` are of entries, ``rows`` of what stands beside the log. ``unchecked`` are streams that
    cannot be decided again, with why; ``impossible`` is why some could not be checked at all.
    """

    leads: int = 0
    entries: int = 0
    findings: list[Finding] = field(default_factory=list)
    rows: list[Finding] = field(default_factory=list)
    unchecked: list[tuple[str, str]] = field(default_factory=list)
    not_checkable: int = 0
    bad: int = 0
    impossible: str | None = None

    @property
    def ok(self) -> bool:
        return self.bad == 0

    def add(self, finding: Finding | None, *, of_row: bool = False) -> None:
        """Counts a finding, if there is one."""
        if finding is None:
            return
        self.bad += 1
        if len(self.findings) + len(self.rows) < SHOWN:
            (self.rows if of_row else self.findings).append(finding)

    def leave_out(self, stream: str, reason: str) -> None:
        self.not_checkable += 1
        if len(self.unchecked) < SHOWN:
            self.unchecked.append((stream, reason))

    def errors(self) -> Iterator[SlaflowError]:
        """Every finding as what a caller may raise; entries by id, then rows."""
        for finding in sorted(self.findings, key=lambda each: each.id or 0):
            yield finding.as_error()
        for finding in self.rows:
            yield RecordChanged(finding.stream or "", finding.reason, finding.expected, finding.found)

    def as_json(self) -> dict[str, Any]:
        """What ``log verify --replay`` adds: leads decided again, those it cannot say anything about, and
        the first thing that differs."""
        first = next(iter([*sorted(self.findings, key=lambda each: each.id or 0), *self.rows]), None)
        return {
            "ok": self.ok,
            "bad": None if first is None else _as_json(first),
            "replayed": self.leads,
            "not_checkable": self.not_checkable,
            "not_checkable_streams": [{"stream": s, "reason": reason} for s, reason in self.unchecked],
        }


def _as_json(finding: Finding) -> dict[str, Any]:
    named = {"id": finding.id, "stream": finding.stream, "reason": finding.reason}
    return {**named, "seq": finding.seq, "expected": finding.expected, "found": finding.found}


def replayed(app: Context, progress: Progress | None = None) -> ReplayReport:
    """Decides every lead again from its log and compares; *progress* hears the number of entries read.

    The hashes are taken to hold: verify them first.

    Raises:
        VerificationImpossible: nothing was found changed, but something could not be checked: the text of
            a version is not in the log, or the stream ``people`` cannot be read.

    Memory is bounded by one page of leads and the log of one of them.
    """
    with app.database.read() as conn:
        run = _Run(app, conn, progress)
        run.check_rows()
        run.check_leads()
    if run.report.ok and run.report.impossible is not None:
        raise VerificationImpossible(run.report.impossible)
    return run.report


class _Run:
    """One replay on its way. Turns are followed pick by pick, to be compared in the end."""

    def __init__(self, app: Context, conn: Connection, progress: Progress | None) -> None:
        self.conn = conn
        self.progress = progress
        self.report = ReplayReport()
        self.activations = history.activations(conn)
        self.versions = LoggedVersions(app, self.activations, history.told_apart_until(conn))
        self.people = PeopleLog(history.people(conn), history.told_apart_until(conn))
        self.drawn: dict[str, tuple[int, Entry]] = {}

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
        absence = _only_one_has(logged.absences, kept.absences, "email recorded_at starts_at ends_at")
        if absence is not None:
            self._row_differs("people", f"a row of an absence of {absence.email}")

    def _row_differs(self, stream: str, row: str) -> None:
        self.report.add(Finding(None, stream, f"{row} is not what the log recorded"), of_row=True)

    def check_leads(self) -> None:
        """Every lead, a page at a time; at the end whose turn it is in each team."""
        after = -(2**62)
        while ids := history.lead_ids(self.conn, after, PAGE):
            leads, clocks = self._rows(ids)
            without = set(ids)
            for lead_id, entries in history.streams(self.conn, ids):
                without.discard(lead_id)
                self._check(entries, leads.get(lead_id), clocks.get(lead_id))
            for lead_id in sorted(without):
                self._check_gone(f"lead:{lead_id}")
            after = ids[-1]
        if not (self.report.not_checkable or self.report.findings):
            self._check_turns()

    def _check_gone(self, stream: str) -> None:
        """A lead without entries: they were archived, or there never were any."""
        if archives.archived_up_to(self.conn, stream):
            self.report.leave_out(stream, "its entries are archived")
        else:
            self._row_differs(stream, "the lead's row")

    def _rows(self, ids: Sequence[int]) -> tuple[Mapping[int, Lead], Mapping[int, list[Clock]]]:
        """The rows of a page; what cannot be read is a change, and is named."""
        leads = self._readable(ids, "lead", lead_store.read)
        return leads, self._readable(ids, "clock", clock_store.all_of)

    def _readable(
        self, ids: Sequence[int], what: str, read: Callable[[Connection, Sequence[int]], dict[int, Stored]]
    ) -> dict[int, Stored]:
        try:
            return read(self.conn, ids)
        except (ValueError, TypeError, LookupError):
            if len(ids) == 1:
                finding = Finding(None, f"lead:{ids[0]}", f"a row of its {what} cannot be read")
                self.report.add(finding, of_row=True)
                return {}
        found: dict[int, Stored] = {}
        for lead_id in ids:
            found.update(self._readable([lead_id], what, read))
        return found

    def _check(self, entries: list[Entry], lead: Lead | None, clocks: list[Clock] | None) -> None:
        self._count(len(entries))
        stream = entries[0].stream
        try:
            made = replay(entries, self.versions, self.people)
        except VerificationImpossible as error:
            self.report.impossible = self.report.impossible or error.reason
            return self.report.leave_out(stream, error.reason)
        except Exception as error:
            # What somebody wrote into an entry may break any rule of the core; it is a finding like others.
            why = str(error) if isinstance(error, SlaflowError) else "an input says what no rule takes"
            return self.report.add(Finding(None, stream, f"it cannot be decided again: {why}"))
        if made.unchecked is not None:
            return self.report.leave_out(stream, made.unchecked)
        self.report.leads += 1
        self.report.add(made.finding)
        if made.finding is None and made.lead is not None:
            self._follow_turns(entries)
            found = None if lead is None else row_finding(stream, made.lead, lead)
            if found is None and clocks is not None:
                found = clock_finding(stream, made.clocks, clocks)
            self.report.add(found, of_row=True)
        return None

    def _count(self, entries: int) -> None:
        before, self.report.entries = self.report.entries, self.report.entries + entries
        if self.progress is not None and before // 1000 != self.report.entries // 1000:
            self.progress(self.report.entries)

    def _follow_turns(self, entries: Sequence[Entry]) -> None:
        for entry in filter(is_pick, entries):
            team, entry_id = entry.data["team"], entry.id or 0
            if team not in self.drawn or self.drawn[team][0] < entry_id:
                self.drawn[team] = (entry_id, entry)

    def _check_turns(self) -> None:
        kept = dict(people_store.directory(self.conn).turns)
        for team in sorted({*self.drawn, *kept}):
            if not self._was_drawn_last(team, kept.get(team)):
                reason = f"the row of team {team}: its turn is not whom the log says was drawn last"
                self.report.add(Finding(None, "people", reason), of_row=True)

    def _was_drawn_last(self, team: str, turn: str | None) -> bool:
        """Whether *turn* may be the last pick of *team*; those of one transaction stand lead by lead."""
        if team not in self.drawn or turn is None:
            return False
        last_id, last = self.drawn[team]
        if last.data["to"] == turn:
            return True
        nearby = LogFilter(kind="assigned", after=last_id - ENTRIES_AT_ONCE)
        return any(
            entry.data["to"] == turn and entry.data["team"] == team
            for entry in log_store.entries(self.conn, nearby)
            if is_pick(entry) and entry.recorded_at == last.recorded_at
        )


def _only_one_has(logged: Sequence[Row], kept: Sequence[Row], order: str) -> Row | None:
    """The first, by the attributes named in *order*, that the log and the rows do not both have."""
    key = attrgetter(*order.split())
    pairs = zip_longest(sorted(logged, key=key), sorted(kept, key=key))
    return next((ours or theirs for ours, theirs in pairs if ours != theirs), None)
