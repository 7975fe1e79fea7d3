"""Leads that wait for a team, dealt to it as far as its members can take them (rules.md, 41).

Each draw is an input of slaflow itself, told at the clock of who deals: a tick, or somebody by hand.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime

from slaflow.engine import apply
from slaflow.engine.ask import Ask, Outcome
from slaflow.engine.context import Context
from slaflow.engine.held import Held
from slaflow.engine.tick.batch import why
from slaflow.engine.transaction import written
from slaflow.language import writing
from slaflow.lifecycle.events import Dealt
from slaflow.lifecycle.lead import SYSTEM_ACTOR
from slaflow.store.database import Connection
from slaflow.store.dealing import loads as store
from slaflow.store.dealing.turns import LockedTeams

AT_ONCE = 100
"""Leads dealt in one transaction: others draw of the team only after it."""
_Some = tuple[dict[int, Outcome], list[tuple[int, str]]]
log = logging.getLogger("slaflow.tick")


@dataclass(slots=True)
class Dealing:
    """What came of each lead that was dealt, which wait on, by team, and those left out, each with why."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    waiting: list[store.Waiting] = field(default_factory=list)
    failed: list[tuple[int, str]] = field(default_factory=list)


def deal(app: Context, at: datetime, team: str | None = None) -> Dealing:
    """Deals what waits, longest first, until nobody can take more; with *team* only what waits for that.

    A lead whose decision raises holds up no other: it waits on, and is said.
    """
    dealing = Dealing()
    with app.database.read() as conn:
        waiting = store.waiting(conn)
    for each in waiting:
        if team is None or each.team == team:
            while _deal_some(app, each.team, at, dealing):
                pass
    if waiting:
        with app.database.read() as conn:
            dealing.waiting = store.waiting(conn)
    return dealing


def _deal_some(app: Context, team: str, at: datetime, dealing: Dealing) -> bool:
    """Deals some leads in a transaction; whether more may be dealt."""
    outcomes, failed = written(app, lambda conn: _dealt(app, conn, team, at))
    dealing.outcomes |= outcomes
    dealing.failed += failed
    return len(outcomes) == AT_ONCE


def _dealt(app: Context, conn: Connection, team: str, at: datetime) -> _Some:
    # The team before its leads: who holds one of these and waits for the team is passed over, not waited for.
    LockedTeams(conn).standing(team)
    batch = apply.load(app, conn, store.claim_waiting(conn, team, AT_ONCE), lock_turns=True)
    batch.read_loads(conn, at)
    outcomes: dict[int, Outcome] = {}
    failed: list[tuple[int, str]] = []
    full: set[str] = set()
    """Versions by which nobody of the team can take more."""
    longest = sorted(batch.held.items(), key=lambda each: _since(each[1]))
    with writing():
        for lead_id, held in longest:
            assert held.lead is not None
            if held.lead.digest in full or held.lead.as_of > at:
                continue
            try:
                outcome = batch.decide(Ask(lead_id, Dealt(), SYSTEM_ACTOR), at, lenient=True, back=None)
            except Exception as error:
                log.error("lead %s waits on: %s", lead_id, why(error))
                failed.append((lead_id, why(error)))
                continue
            if outcome.is_done:
                outcomes[lead_id] = outcome
            elif outcome.refusal is not None:
                full.add(held.lead.digest)
    apply.save(conn, batch, at)
    return outcomes, failed


def _since(held: Held) -> tuple[datetime, int]:
    assert held.lead is not None
    return held.lead.waits_since or held.lead.as_of, held.lead.id
