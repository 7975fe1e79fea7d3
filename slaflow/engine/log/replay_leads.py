"""A range of leads decided again, a page at a time, and compared with their rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from slaflow.clock.state import Clock
from slaflow.engine.log.replay_report import ReplayReport
from slaflow.engine.passages.check import Comparison
from slaflow.engine.passages.follow import Rows, rows_of
from slaflow.errors import SlaflowError
from slaflow.lifecycle.lead import Lead
from slaflow.log.difference import clock_finding, row_finding
from slaflow.log.entry import Entry
from slaflow.log.errors import VerificationImpossible
from slaflow.log.people import PeopleLog
from slaflow.log.picks import draws
from slaflow.log.replay import Versions, replay
from slaflow.log.verify import Finding
from slaflow.store.database import Connection
from slaflow.store.log import archives, history
from slaflow.store.rows import clocks as clock_store
from slaflow.store.rows import leads as lead_store

PAGE = 200
Drawn = dict[str, tuple[int, Entry]]
"""The last pick of each team, with its id."""
Range = tuple[int, int | None]
"""The ids of some leads: those after the one, up to the other."""
Stored = TypeVar("Stored")


@dataclass(slots=True)
class Share:
    """What deciding some leads again came to, and whom each team drew last for one of them."""

    report: ReplayReport = field(default_factory=ReplayReport)
    drawn: Drawn = field(default_factory=dict)

    def go_on_with(self, later: Share) -> None:
        """Takes in what came of the leads that follow."""
        self.report.go_on_with(later.report)
        for team, (entry_id, entry) in later.drawn.items():
            if team not in self.drawn or self.drawn[team][0] < entry_id:
                self.drawn[team] = (entry_id, entry)


def row_differs(stream: str, row: str) -> Finding:
    return Finding(None, stream, f"{row} is not what the log recorded")


class Leads:
    """Leads on one connection. Memory is bounded by one page of them and the log of one of them."""

    def __init__(
        self, conn: Connection, versions: Versions, people: PeopleLog, handoffs: Comparison | None
    ) -> None:
        self.conn = conn
        self.handoffs = handoffs
        self.versions = versions
        self.people = people
        self.share = Share()

    @property
    def report(self) -> ReplayReport:
        return self.share.report

    def check(self, ids: Range) -> Share:
        """Every lead of a range, a page at a time. A range begins where a page of all leads does."""
        self.share = Share()
        after, up_to = ids
        while page := history.lead_ids(self.conn, after, PAGE, up_to):
            self._check_page(page)
            after = page[-1]
        return self.share

    def _check_page(self, ids: Sequence[int]) -> None:
        leads, clocks = self._rows(ids)
        kept = self._readable(ids, "handoffs", rows_of) if self.handoffs else {}
        without = set(ids)
        for lead_id, entries in history.streams(self.conn, ids):
            without.discard(lead_id)
            if self._check(entries, leads.get(lead_id), clocks.get(lead_id)):
                self._check_handoffs(entries, kept.get(lead_id, Rows()))
        for lead_id in sorted(without):
            self._check_gone(f"lead:{lead_id}")

    def _check_gone(self, stream: str) -> None:
        """A lead without entries: they were archived, or there never were any."""
        if archives.archived_up_to(self.conn, stream):
            self.report.leave_out(stream, "its entries are archived")
        else:
            self.report.add(row_differs(stream, "the lead's row"), of_row=True)

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

    def _check_handoffs(self, entries: list[Entry], rows: Rows) -> None:
        if self.handoffs is not None and self.handoffs.differ(entries, rows):
            reason = "the rows of its handoffs are not what the log comes to; run 'slaflow db rebuild'"
            self.report.add(Finding(None, entries[0].stream, reason), of_row=True)

    def _check(self, entries: list[Entry], lead: Lead | None, clocks: list[Clock] | None) -> bool:
        """Whether the lead could be decided again and is what its log and its rows say."""
        self.report.entries += len(entries)
        stream = entries[0].stream
        try:
            made = replay(entries, self.versions, self.people)
        except VerificationImpossible as error:
            self.report.impossible = self.report.impossible or error.reason
            self.report.leave_out(stream, error.reason)
            return False
        except Exception as error:
            # What somebody wrote into an entry may break any rule of the core; it is a finding like others.
            why = str(error) if isinstance(error, SlaflowError) else "an input says what no rule takes"
            self.report.add(Finding(None, stream, f"it cannot be decided again: {why}"))
            return False
        if made.unchecked is not None:
            self.report.leave_out(stream, made.unchecked)
            return False
        self.report.leads += 1
        self.report.add(made.finding)
        if made.finding is not None or made.lead is None:
            return False
        self._follow_turns(entries)
        found = None if lead is None else row_finding(stream, made.lead, lead)
        if found is None and clocks is not None:
            found = clock_finding(stream, made.clocks, clocks)
        self.report.add(found, of_row=True)
        return found is None

    def _follow_turns(self, entries: Sequence[Entry]) -> None:
        for entry in filter(draws, entries):
            team, entry_id = entry.data["team"], entry.id or 0
            if team not in self.share.drawn or self.share.drawn[team][0] < entry_id:
                self.share.drawn[team] = (entry_id, entry)
