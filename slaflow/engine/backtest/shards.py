"""Some leads told under a draft, a page at a time: what one process does of a backtest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from slaflow.backtest.commitments import Measures
from slaflow.backtest.compared import Asked, compared
from slaflow.backtest.meant import Reader
from slaflow.backtest.tally import Tally
from slaflow.clock.state import Clock
from slaflow.engine.backtest.question import Question
from slaflow.engine.commitments.schedule import all_terms
from slaflow.engine.context import Context
from slaflow.engine.log.past import LoggedVersions
from slaflow.errors import SlaflowError
from slaflow.log.entry import Entry
from slaflow.log.errors import NotReplayable, VerificationImpossible
from slaflow.log.people import PeopleLog
from slaflow.store.database import Connection, Database
from slaflow.store.log import archives, history
from slaflow.store.rows import clocks as clock_store

PAGE = 200
"""Leads in memory at a time."""


class Shard(NamedTuple):
    """A question about the leads with ids after the one, up to the other."""

    question: Question
    after: int
    up_to: int | None


class Answer(NamedTuple):
    """What some leads came to."""

    tally: Tally
    measures: Measures


def shard_teller(database: Database, conn: Connection) -> Callable[[Shard], Answer]:
    """What tells shards on one connection, each question's draft compiled once."""
    known: dict[int, Leads] = {}

    def tell(shard: Shard) -> Answer:
        key = hash((shard.question.source, shard.question.at, shard.question.name))
        if key not in known:
            known.clear()
            known[key] = Leads(Context(database), conn, shard.question)
        return known[key].told(shard.after, shard.up_to)

    return tell


class Leads:
    """The leads of one question on one connection. Memory is bounded by a page of them."""

    def __init__(self, app: Context, conn: Connection, question: Question) -> None:
        self.conn = conn
        self.question = question
        draft, told_apart = question.draft(), history.told_apart_until(conn)
        versions = LoggedVersions(app, history.activations(conn), told_apart)
        people = PeopleLog(history.people(conn), told_apart)
        reader = Reader(draft, question.inputs(draft))
        self.asked = Asked(reader, versions, people, question.at, question.start, question.end)
        begins = [(question.first, draft)]
        end = min(question.end or question.at, question.at)
        self.terms = all_terms(begins, question.start, end) if draft.commitments else []
        self.begin()

    def begin(self) -> None:
        """Counts from nothing."""
        self.tally = Tally()
        self.measures = Measures.of(self.terms, self.question.at)

    def told(self, after: int, up_to: int | None) -> Answer:
        """What the leads with ids after the one, up to the other, come to."""
        self.begin()
        while page := history.lead_ids_of(self.conn, self.question.name, after, PAGE, up_to):
            self._tell_page(page)
            after = page[-1]
        return Answer(self.tally, Measures([], self.measures.found))

    def _tell_page(self, ids: Sequence[int]) -> None:
        rows = clock_store.all_of(self.conn, ids)
        found = dict(history.streams(self.conn, ids))
        for lead_id in ids:
            entries = found.pop(lead_id, [])
            if entries and entries[0].seq == 1:
                self.tell(entries, rows.get(lead_id, []))
            elif not self._is_archived(lead_id):
                self.tally.leave_out(f"lead:{lead_id}", "its entries are not in the log")

    def _is_archived(self, lead_id: int) -> bool:
        """Whether it was archived; it is left out unless it is told from the files."""
        stream = f"lead:{lead_id}"
        if not archives.archived_up_to(self.conn, stream):
            return False
        if not self.question.reads_archive:
            self.tally.leave_out(stream, "its entries are archived; give --archive DIR to read them")
        return True

    def alone(self, entries: Sequence[Entry]) -> Answer:
        """What one lead comes to whose log is *entries*."""
        self.begin()
        self.tell(entries, None)
        return Answer(self.tally, Measures([], self.measures.found))

    def tell(self, entries: Sequence[Entry], rows: Sequence[Clock] | None) -> None:
        """One lead, its clocks as they are stored where they are."""
        try:
            found = compared(entries, self.asked, rows)
        except (NotReplayable, VerificationImpossible) as error:
            self.tally.leave_out(entries[0].stream, error.reason)
            return
        except Exception as error:
            # What somebody wrote into an entry may break any rule of the core; others are told all the same.
            why = str(error) if isinstance(error, SlaflowError) else "an input says what no rule takes"
            self.tally.leave_out(entries[0].stream, f"it cannot be decided again: {why}")
            return
        if found is not None:
            self.tally.add(found)
            self.measures.add(found.lead, found.drafts, found.clocks)
