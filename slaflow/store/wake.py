"""When something falls next, and word of it between processes: PostgreSQL's LISTEN and NOTIFY.

SQLite has no such word; there whoever waits looks again by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection, case, func, literal_column, select

from slaflow.store.database import WAIT_SECONDS, Database
from slaflow.store.driver_errors import translated
from slaflow.store.tables.commitments import closing
from slaflow.store.tables.leads import clock, lead
from slaflow.store.types import instant_as_text

if TYPE_CHECKING:
    import psycopg

CHANNEL = "slaflow_wake"
HORIZON = timedelta(hours=1)
"""Nobody may sleep longer than this, so nobody needs word of what wakes later."""

# A literal, so that both databases see that the partial index on failing leads answers it.
_FAILS = lead.c.failures > literal_column("0")
_NEXT_STEP = (
    select(clock.c.wake_at)
    .where(clock.c.wake_at.is_not(None), clock.c.lead.not_in(select(lead.c.id).where(_FAILS)))
    .order_by(clock.c.wake_at)
    .limit(1)
)
# One whose steps somebody else has carried out since is not tried again, whatever its row says.
_TRIED_AT = case((lead.c.retry_at > clock.c.wake_at, lead.c.retry_at), else_=clock.c.wake_at)
_NEXT_TRY = (
    select(func.min(_TRIED_AT))
    .select_from(lead.join(clock, clock.c.lead == lead.c.id))
    .where(_FAILS, clock.c.wake_at.is_not(None))
)
_NEXT_CLOSING = select(func.min(closing.c.wake_at))


def next_wake(connection: Connection) -> datetime | None:
    """The least instant at which a step, a pause's end or a closing falls, or a failed lead is tried again.

    In the past where something waits to be carried out; None where nothing ever will. Cost: an index
    look-up each, however many clocks run.
    """
    found = [connection.execute(query).scalar() for query in (_NEXT_STEP, _NEXT_TRY, _NEXT_CLOSING)]
    return min((at for at in found if at is not None), default=None)


def announce(connection: Connection, wakes: Iterable[datetime | None], now: datetime) -> None:
    """Tells who listens, once this transaction is committed, the least of *wakes*.

    Nothing is said of what wakes more than :data:`HORIZON` after *now*, nor on SQLite.
    """
    if connection.dialect.name != "postgresql":
        return
    earliest = min((at for at in wakes if at is not None), default=None)
    if earliest is not None and earliest < now + HORIZON:
        connection.execute(select(func.pg_notify(CHANNEL, instant_as_text(earliest))))


class Listener:
    """Hears what :func:`announce` says in any process on the same PostgreSQL database.

    Holds a connection of its own, which can be waited for like a file; close it.

    Raises:
        StoreError: the server cannot be reached.
    """

    def __init__(self, database: Database) -> None:
        self._shown = database.shown
        with translated(self._shown, WAIT_SECONDS):
            self._connection: psycopg.Connection = database.detached()
            self._connection.rollback()
            self._connection.autocommit = True
            self._connection.execute(f"LISTEN {CHANNEL}")

    def fileno(self) -> int:
        """What ``select`` waits on. Raises ``StoreError`` once the connection is cut."""
        with translated(self._shown, WAIT_SECONDS):
            return self._connection.fileno()

    def heard(self) -> datetime | None:
        """The least instant announced since last asked, without waiting; None: nothing was.

        Raises:
            StoreError: the server cut the connection.
        """
        with translated(self._shown, WAIT_SECONDS):
            instants = [_instant(each.payload) for each in self._connection.notifies(timeout=0)]
        return min(instants, default=None)

    def close(self) -> None:
        """Stops listening."""
        self._connection.close()


def listen(database: Database) -> Listener | None:
    """A listener; None on SQLite, where there is nothing to hear."""
    return Listener(database) if database.dialect == "postgresql" else None


def _instant(payload: str) -> datetime:
    """What was announced. Anybody may notify: what is no instant is a call to look at once."""
    try:
        at = datetime.fromisoformat(payload)
    except ValueError:
        return _AT_ONCE
    return at if at.tzinfo is not None else _AT_ONCE


_AT_ONCE = datetime.fromisoformat("1970-01-01T00:00:00Z")
