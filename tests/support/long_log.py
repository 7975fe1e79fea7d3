"""A log of many leads, stored as it would stand there; they have no rows of their own."""

from __future__ import annotations

from typing import Any

from support.builders import MONDAY, a_draft, sealed
from support.office import DAY, HOUR
from support.promising import CLOSED

from slaflow.engine.app import Engine
from slaflow.lifecycle.decision import Draft
from slaflow.log.entry import Entry
from slaflow.store.log import entries as log

PROMISES = """\
commitments:
  volume: {owed_by: marketing, every: month, count: {enter: mql}, at_least: 2}
  answered:
    {owed_by: marketing, every: month, cohort: {enter: mql}, at_least: 50%,
     share: {of: {activity: call}, among: {activity: [call, mail]}}}
  follow_up: {owed_by: sales, every: month, share: {met: respond}, at_least: 60%}
"""
FIRST = 1000
"""Ids from here on are those of leads that stand in the log alone."""


def a_long_log(app: Engine, leads: int) -> None:
    """So many leads in March, handed over and called, each third in time, and given back.

    The breaches of the first two are lifted once March is closed.
    """
    digest, entries = app.active().digest, list[Entry]()
    for number in range(leads):
        entries += sealed(_drafts(number, leads), FIRST + number, digest=digest)
    with app.database.write() as connection:
        log.append(connection, entries)


def _drafts(number: int, leads: int) -> list[Draft]:
    at = MONDAY + number * 20 * DAY / leads
    told: dict[str, Any] = {"arrived_at": at, "occurred_at": at}
    moved: dict[str, Any] = {**told, "handoff": True, "data": {"handoff": {"score": 60}}}
    clock: dict[str, Any] = {
        "target": "respond", "clock": 1, "entry_class": "consequence", "actor": "system",
        "arrived_at": None, "occurred_at": None, "data": {},
    }  # fmt: skip
    back: dict[str, Any] = {"trigger": "return", "from_state": "mql", "to_state": "nurturing"}
    drafts = [
        a_draft(1, "created", at=at, to_state="lead", data={}, party="marketing", **told),
        a_draft(2, "transition", at=at, from_state="lead", to_state="mql", held_by="marketing", **moved),
        a_draft(3, "clock_started", at=at, **clock),
        a_draft(4, "activity", at=at + HOUR, data={"activity": "call"}, **told),
        a_draft(5, "breached" if number % 3 else "clock_met", at=at + 2 * HOUR, step="100%", **clock),
        a_draft(6, "transition", at=at + 3 * HOUR, held_by="sales", **back, **moved),
    ]
    if number in (1, 2):
        drafts.append(a_draft(7, "breach_lifted", at=CLOSED + DAY + number * HOUR, **clock))
    return drafts
