"""The rows of handoffs made anew from the log, lead by lead, and compared with what the log comes to."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from slaflow.engine.context import Context
from slaflow.engine.passages.keep import AT_ONCE, Agreements, courses, renew
from slaflow.engine.transaction import uncollected, written
from slaflow.store import locks
from slaflow.store.database import Connection
from slaflow.store.log import history
from slaflow.store.rows import passages as store
from slaflow.store.rows.passages import Passage

SAMPLED = 200
"""Transitions, the latest, whose leads are looked at where a sample has to do."""


@dataclass(slots=True)
class Rebuilt:
    """What was made anew: the rows of so many handoffs, of so many leads."""

    leads: int = 0
    handoffs: int = 0

    def as_json(self) -> dict[str, Any]:
        return {"leads": self.leads, "handoffs": self.handoffs}


def rebuild(app: Context) -> Rebuilt:
    """Makes every row anew, some hundred leads to a transaction; others may go on meanwhile.

    Until the last is made reports ask the log, as they do where this was cut off: nothing is wrong then,
    and another run makes them all.
    """
    made = Rebuilt()
    written(app, lambda conn: store.note_whole(conn, is_whole=False))
    after = -(2**62)
    while page := _page(app, after):
        made.handoffs += written(app, partial(_made, app, lead_ids=page))
        made.leads += len(page)
        after = page[-1]
    written(app, lambda conn: store.note_whole(conn, is_whole=True))
    return made


def _page(app: Context, after: int) -> list[int]:
    with app.database.read() as conn:
        return history.lead_ids(conn, after, AT_ONCE)


def _made(app: Context, conn: Connection, *, lead_ids: Collection[int]) -> int:
    store.hold(conn, lead_ids)
    locks.begin(conn)
    with uncollected():
        return renew(app, conn, lead_ids)


def complete(app: Context) -> None:
    """Makes the rows where not all are there yet, as after an upgrade of a database with a log."""
    with app.database.read() as conn:
        is_whole = store.is_whole(conn)
    if not is_whole:
        rebuild(app)


def differing(app: Context, conn: Connection, lead_ids: Collection[int]) -> Iterator[int]:
    """Which of those leads have rows that are not what the log comes to."""
    stored = store.of_leads(conn, lead_ids)
    told = courses(Agreements(app), store.told(conn, lead_ids))
    logged = {course.rows[0].lead: course.rows for course in told if course.rows}
    for lead_id in sorted({*stored, *logged}):
        if list(map(_bare, stored.get(lead_id, ()))) != list(map(_bare, logged.get(lead_id, ()))):
            yield lead_id


def _bare(row: Passage) -> Passage:
    """The row without its id and its open times, which calendars tell and no entry."""
    return replace(row, id=None, decision=None, first_touch=None, first_attempt=None, reckoned=None)


def sampled(app: Context, conn: Connection) -> list[int]:
    """Those among the leads that were moved last that have a row that is not what the log comes to."""
    return list(differing(app, conn, store.moved_last(conn, SAMPLED)))
