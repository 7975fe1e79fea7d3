"""The rows of handoffs made anew from the log, lead by lead."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

from slaflow.engine.context import Context
from slaflow.engine.passages.keep import AT_ONCE, renew
from slaflow.engine.transaction import uncollected, written
from slaflow.store import locks
from slaflow.store.database import Connection
from slaflow.store.kept import passages as store
from slaflow.store.log import history


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
