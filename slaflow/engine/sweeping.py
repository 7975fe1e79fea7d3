"""What is over is forgotten once in a while, by whoever goes on beside what people do, a bit at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from slaflow.engine.access.attempts import FORGOTTEN_AFTER
from slaflow.engine.access.sessions import IDLE
from slaflow.engine.caller import REMEMBERED
from slaflow.engine.context import Context
from slaflow.engine.transaction import written
from slaflow.store.access import over as store
from slaflow.store.access.over import Ends
from slaflow.store.database import Connection
from slaflow.store.jobs import queue as job_store
from slaflow.store.linking import inbox

EVERY = timedelta(hours=1)
AT_ONCE = 1000
DELIVERED = timedelta(days=14)
"""What other systems sent is kept so long: what comes later may be older, and what failed be tried again."""
JOBS_AT_ONCE = 20
"""A job may have a file of many parts."""
MOST_TIMES = 10
"""Transactions in a row: what falls due meanwhile is not to wait for long."""


class Sweeper:
    """Forgets once in :data:`EVERY`, a transaction at a time, so that nobody waits for it."""

    def __init__(self, app: Context, forget: Callable[[Context], object]) -> None:
        self.app, self._forget = app, forget
        self._next_at = app.now()

    def sweep(self) -> bool:
        """One transaction, where it is time; whether there may be more to do at once."""
        if self.app.now() < self._next_at:
            return False
        if self._forget(self.app):
            return True
        self._next_at = self.app.now() + EVERY
        return False


def forget_over(app: Context) -> int:
    """Forgets sessions, links, failed attempts, keys of requests, jobs and deliveries that are over, up to
    :data:`AT_ONCE` of each in one short transaction; how many, none where there is nothing to."""
    now = app.now()
    ends = Ends(now, now - IDLE, now - FORGOTTEN_AFTER, now - REMEMBERED)
    with app.database.read() as conn:
        if not store.is_any(conn, ends) and not inbox.is_old(conn, now - DELIVERED):
            return 0

    def work(conn: Connection) -> int:
        sent = inbox.sweep(conn, now - DELIVERED, AT_ONCE)
        return sent + store.forget(conn, ends, AT_ONCE) + job_store.sweep(conn, now, JOBS_AT_ONCE)

    return written(app, work)


def sweep_once(app: Context) -> None:
    """For who comes and goes: as much as a worker forgets at once."""
    sweep_some(Sweeper(app, forget_over), lambda: False)


def sweep_some(sweeper: Sweeper, is_over: Callable[[], bool]) -> None:
    """Has it forget some, and leaves the rest to the next time."""
    for _ in range(MOST_TIMES):
        if is_over() or not sweeper.sweep():
            return
