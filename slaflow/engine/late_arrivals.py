"""What reaches the log late and may alter a closed period is noted, in the transaction that writes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from slaflow.engine.ask import Ask, Outcome
from slaflow.lifecycle.decision import Draft
from slaflow.store.commitments import periods as store
from slaflow.store.database import Connection
from slaflow.store.rows import renamings

Arrival = tuple[str, datetime, datetime]
"""An agreement, when it happened, when it was known."""


def heed(conn: Connection, asks: Sequence[Ask], outcomes: Sequence[Outcome]) -> None:
    """Notes every input that happened before something was stated of its agreement's commitments.

    Before the entries are written: whose ids are lower than a statement's, that statement has seen.
    Cost: nothing for what is told as it happens, one statement for all that names an instant.
    """
    lifted = [(outcome, draft) for outcome, draft in _drafts(outcomes) if draft.kind == "breach_lifted"]
    if not lifted and all(ask.at is None and ask.occurred_at is None for ask in asks):
        return
    until = store.closed_until(conn)
    if not until:
        return
    arrivals = [each for each in (*_told(outcomes), *_lifted(conn, outcomes, lifted)) if each[0] in until]
    for workflow in sorted({each[0] for each in arrivals}):
        late = [(happened, known) for name, happened, known in arrivals if name == workflow]
        store.note_late(conn, workflow, (each for each in late if each[0] <= until[workflow]))


def _drafts(outcomes: Sequence[Outcome]) -> Iterator[tuple[Outcome, Draft]]:
    return ((outcome, draft) for outcome in outcomes for draft in outcome.entries)


def _told(outcomes: Sequence[Outcome]) -> Iterator[Arrival]:
    for outcome, draft in _drafts(outcomes):
        if draft.occurred_at is not None and outcome.lead is not None:
            known = max(draft.at, draft.arrived_at or draft.at)
            yield outcome.lead.workflow, draft.occurred_at, known


def _lifted(
    conn: Connection, outcomes: Sequence[Outcome], lifted: Sequence[tuple[Outcome, Draft]]
) -> Iterator[Arrival]:
    """A lifted breach counts in the period in which it broke, be that found only by the same command."""
    if not lifted:
        return
    leads = {outcome.lead.id for outcome, _ in lifted if outcome.lead is not None}
    broken, first = store.broken_at(conn, leads), renamings.names(conn, leads)

    def begun(lead: int, draft: Draft) -> tuple[int, str, int]:
        name = draft.target or "", draft.clock or 0
        return lead, *first.get((lead, *name), name)

    for outcome, draft in _drafts(outcomes):
        if draft.kind == "breached" and outcome.lead is not None:
            broken[begun(outcome.lead.id, draft)] = draft.at
    for outcome, draft in lifted:
        assert outcome.lead is not None
        happened = broken.get(begun(outcome.lead.id, draft))
        if happened is not None:
            yield outcome.lead.workflow, happened, draft.at
