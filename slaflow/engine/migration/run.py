"""Leads moved, a batch to a transaction, or the same in memory only: a preview is what the run does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from slaflow.engine.apply import in_transaction
from slaflow.engine.ask import Ask, Outcome
from slaflow.engine.batch import BATCH, Batch
from slaflow.engine.context import Context
from slaflow.engine.held import Held
from slaflow.engine.migration.report import LeadMove, MigrationReport
from slaflow.engine.migration.terms import Terms
from slaflow.engine.transaction import uncollected, written
from slaflow.store.database import Connection
from slaflow.store.rows import clocks as clock_store
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import outdated as store
from slaflow.store.rows import people as people_store

AT_ONCE = BATCH
"""Leads moved in one transaction."""
Seqs = Mapping[int, int]
"""By lead where its log has to end."""
Each = Callable[[LeadMove], None]


def candidates(app: Context, terms: Terms) -> Iterator[int]:
    """Every lead that is to move, by id. What is moved meanwhile is none any more."""
    after = 0
    while True:
        with app.database.read() as conn:
            page = store.ids(conn, terms.name, terms.finals, after, AT_ONCE)
        if not page:
            return
        yield from page
        after = page[-1]


def carried_out(
    app: Context, terms: Terms, leads: Iterable[int], seqs: Seqs | None = None
) -> MigrationReport:
    """Moves *leads*; each transaction stands by itself, so that what was killed goes on when run again.

    With *seqs* only those that nothing was logged for since.
    """
    report = MigrationReport(terms)
    for page in _pages(leads):
        again = _moved(app, terms, page, seqs, report)
        while again:
            # What was carried out before the move filled a transaction; its end of the log is ours.
            again = _moved(app, terms, again, None, report)
    return report


def _moved(
    app: Context, terms: Terms, leads: Sequence[int], seqs: Seqs | None, report: MigrationReport
) -> list[int]:
    """Moves *leads* in one transaction, and counts what it wrote; gives those to be taken again."""

    def attempt(conn: Connection) -> list[Outcome]:
        asks = [_ask(terms, lead_id, seqs) for lead_id in leads]
        return in_transaction(app, conn, asks, now=terms.now, lenient=True)

    with uncollected():
        outcomes = written(app, attempt)
    for lead_id, outcome in zip(leads, outcomes, strict=True):
        if not outcome.more:
            report.count(lead_id, outcome)
    return [lead_id for lead_id, outcome in zip(leads, outcomes, strict=True) if outcome.more]


def _ask(terms: Terms, lead_id: int, seqs: Seqs | None) -> Ask:
    seq = None if seqs is None else seqs.get(lead_id)
    return Ask(lead_id, terms.happening, terms.actor, terms.at, seq=seq)


def previewed(app: Context, terms: Terms, leads: Iterable[int], each: Each) -> MigrationReport:
    """What :func:`carried_out` would do; *each* lead that would move is handed on. Writes nothing."""
    report = MigrationReport(terms)
    for page in _pages(leads):
        with app.database.read() as conn:
            batch = _held(app, conn, page)
        for lead_id in page:
            held = batch.held[lead_id]
            assert held.lead is not None
            seq, left = held.lead.seq, held.lead.state
            outcome = _decided(batch, terms, lead_id)
            report.count(lead_id, outcome)
            if outcome.error is None and outcome.lead is not None:
                told = [entry for entry in outcome.entries if entry.kind == "migrated"]
                left = told[0].from_state or left
                changed = [move for move in outcome.moves if move.what != "untouched"]
                each(LeadMove(lead_id, seq, left, outcome.lead.state, changed))
    return report


def _held(app: Context, conn: Connection, page: Sequence[int]) -> Batch:
    leads, clocks = lead_store.read(conn, page), clock_store.open_of(conn, page)
    held = {i: Held(lead, clocks[i], head=lead.head) for i, lead in leads.items()}
    return Batch(app, people_store.directory(conn), held)


def _decided(batch: Batch, terms: Terms, lead_id: int) -> Outcome:
    """What is decided of one lead, however many steps come before."""
    outcome = batch.decide(_ask(terms, lead_id, None), terms.at, True, None)
    while outcome.more:
        batch.held[lead_id].is_full = False
        outcome = batch.decide(_ask(terms, lead_id, None), terms.at, True, None)
    return outcome


def _pages(leads: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(leads)
    while page := list(islice(rest, AT_ONCE)):
        yield page
