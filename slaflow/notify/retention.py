"""What was sent, forgotten after a while, by whoever sends and is first to see that it is time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from slaflow.engine.context import Context
from slaflow.engine.transaction import written
from slaflow.store.database import Connection
from slaflow.store.rows import used_links
from slaflow.store.sending import retention as store

BODIES = timedelta(days=14)
"""After its end what was said is of use to nobody: a try by hand makes it anew."""
ROWS = timedelta(days=90)
"""The message stays, and says what became of it."""
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much was; all of it zero where there was nothing to forget."""

    bodies: int = 0
    deliveries: int = 0
    links: int = 0

    def __bool__(self) -> bool:
        return bool(self.bodies or self.deliveries or self.links)


def forget(app: Context) -> Forgotten:
    """Forgets up to :data:`AT_ONCE` of each kind in one short transaction; none where there is nothing to."""
    now = app.now()
    with app.database.read() as conn:
        if not store.is_anything_old(conn, now - BODIES, now - ROWS, now):
            return Forgotten()

    def work(conn: Connection) -> Forgotten:
        return Forgotten(
            store.forget_bodies(conn, now - BODIES, AT_ONCE),
            store.forget_deliveries(conn, now - ROWS, AT_ONCE),
            used_links.forget(conn, now),
        )

    return written(app, work)
