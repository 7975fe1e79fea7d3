"""One batch of leads in which something fell: settled in one transaction, or where that fails, one by one."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import perf_counter

from slaflow.engine import apply
from slaflow.engine.ask import Outcome
from slaflow.engine.context import Context
from slaflow.engine.transaction import uncollected
from slaflow.errors import SlaflowError
from slaflow.lifecycle.lead import Lead
from slaflow.store.database import Connection
from slaflow.store.driver_errors import LOST_RACES
from slaflow.store.errors import ConflictingChange, StoreError, ValueRefused
from slaflow.store.rows import backlog
from slaflow.store.rows import leads as lead_store

FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(hours=6)
log = logging.getLogger("slaflow.tick")

_TAKEN = frozenset((*LOST_RACES, *LOST_RACES.values()))


@dataclass(slots=True)
class Settled:
    """What came of each lead of a batch, and those left out, each with why."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    failed: list[tuple[int, str]] = field(default_factory=list)
    seconds: float = 0.0

    def __len__(self) -> int:
        """How many leads were claimed."""
        return len(self.outcomes) + len(self.failed)

    def __iadd__(self, other: Settled) -> Settled:
        self.outcomes |= other.outcomes
        self.failed += other.failed
        return self


def settle_batch(app: Context, at: datetime, limit: int) -> Settled:
    """Claims up to *limit* leads in which something fell before *at*, and lets time pass for them.

    Only what was committed is given. Raises ``ConflictingChange`` where another process was faster,
    ``StoreError`` where the database fails.
    """
    began = perf_counter()
    try:
        with uncollected(), app.database.write() as conn:
            settled = _settle(app, conn, lead_store.claim_due(conn, at, limit), at)
    except Exception as error:
        if not _is_a_leads_own(error):
            raise
        log.warning("a batch could not be saved (%s); settling its leads one by one", why(error))
        settled = _one_by_one(app, at, limit)
    settled.seconds = perf_counter() - began
    return settled


def why(error: Exception) -> str:
    """What a lead was left out for, in a line."""
    return str(error) if isinstance(error, SlaflowError) else f"{type(error).__name__}: {error}"


def _settle(app: Context, conn: Connection, leads: dict[int, Lead], at: datetime) -> Settled:
    settled = Settled()
    if not leads:
        return settled
    batch = apply.hold(app, conn, leads, lock_turns=False)
    for lead_id in leads:
        try:
            settled.outcomes[lead_id] = batch.settle(lead_id, at)
        except Exception as error:
            # A lead whose decision raises must not hold up the others: it is left out, said and retried.
            settled.failed.append(_leave_out(conn, lead_id, error, at))
    apply.save(conn, batch, at)
    return settled


def _is_a_leads_own(error: Exception) -> bool:
    """Whether what failed may be one lead's fault, and not that of the database as it is just now.

    A place in the log that is taken is no lost race here: whoever holds the lead writes its next entry.
    """
    if isinstance(error, ConflictingChange):
        return error.reason in _TAKEN
    return isinstance(error, ValueRefused) or not isinstance(error, StoreError)


def _one_by_one(app: Context, at: datetime, limit: int) -> Settled:
    """Each lead in a transaction of its own, so that the one to blame holds up nobody.

    A lead whose decision raises never comes this far. This is for what only the database notices: a step
    that is in the log already, a row that can no longer be read or written.
    """
    with app.database.read() as conn:
        ids = backlog.due_leads(conn, at, limit)
    settled = Settled()
    for lead_id in ids:
        try:
            with app.database.write() as conn:
                alone = _settle(app, conn, lead_store.lock(conn, [lead_id]), at)
        except Exception as error:
            if not _is_a_leads_own(error):
                raise
            with app.database.write() as conn:
                settled.failed.append(_leave_out(conn, lead_id, error, at))
        else:
            settled += alone
    return settled


def _leave_out(conn: Connection, lead_id: int, error: Exception, at: datetime) -> tuple[int, str]:
    known = {f.lead_id: f for f in lead_store.failing(conn, [lead_id])}
    failures = known[lead_id].failures if lead_id in known else 0
    wait = min(FIRST_RETRY * 2 ** min(failures, 20), LAST_RETRY)
    lead_store.note_failure(conn, lead_id, at + wait, why(error))
    log.error("lead %s was left out: %s", lead_id, why(error))
    return lead_id, why(error)
