"""When a batch cannot be saved: its leads one by one, so that the one to blame holds up nobody.

A lead whose decision raises never comes this far, it is left out of its batch. This is for what only the
database notices: a step that is in the log already, a row that can no longer be read or written.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from slaflow.lifecycle.lead import Lead
from slaflow.store.database import Connection
from slaflow.store.driver_errors import LOST_RACES
from slaflow.store.errors import ConflictingChange, StoreError, ValueRefused
from slaflow.store.rows import backlog
from slaflow.store.rows import leads as lead_store

if TYPE_CHECKING:
    from slaflow.engine.app import Engine
    from slaflow.engine.apply import Outcome

Outcomes = dict[int, "Outcome"]
Failed = list[tuple[int, str]]
Settle = Callable[["Engine", Connection, dict[int, Lead], datetime], tuple[Outcomes, Failed]]
"""Lets time pass for leads that are locked: what came of each, and those left out."""
LeaveOut = Callable[[Connection, int, Exception, datetime], tuple[int, str]]
"""Notes that a lead failed and when it is tried again."""

_TAKEN = frozenset((*LOST_RACES, *LOST_RACES.values()))


def is_a_leads_own(error: Exception) -> bool:
    """Whether what failed may be one lead's fault, and not that of the database as it is just now.

    A place in the log that is taken is no lost race here: whoever holds the lead writes its next entry.
    """
    if isinstance(error, ConflictingChange):
        return error.reason in _TAKEN
    return isinstance(error, ValueRefused) or not isinstance(error, StoreError)


def settled_singly(
    app: Engine, at: datetime, limit: int, settle: Settle, leave_out: LeaveOut
) -> tuple[Outcomes, Failed]:
    """What came of up to *limit* leads in which something fell, each in a transaction of its own.

    Raises:
        StoreError, ConflictingChange: what is no lead's fault; the leads before it are saved.
    """
    with app.database.read() as conn:
        ids = backlog.due_leads(conn, at, limit)
    outcomes: Outcomes = {}
    failed: Failed = []
    for lead_id in ids:
        try:
            with app.database.write() as conn:
                done, left_out = settle(app, conn, lead_store.lock(conn, [lead_id]), at)
        except Exception as error:
            if not is_a_leads_own(error):
                raise
            with app.database.write() as conn:
                failed.append(leave_out(conn, lead_id, error, at))
        else:
            outcomes |= done
            failed += left_out
    return outcomes, failed
