"""Whether this machine's clock may be believed by others: several machines share one database server."""

from __future__ import annotations

from datetime import datetime, timedelta

from slaflow.engine.context import Context
from slaflow.errors import ENVIRONMENT, SlaflowError
from slaflow.store import server as moments

MOST = timedelta(minutes=1)
"""How far two clocks may be apart."""


class ClockAhead(SlaflowError):
    """Ticking by this machine's clock would break promises before they are due."""

    code = "clock_ahead"
    exit_code = ENVIRONMENT

    def __init__(self, ahead: timedelta) -> None:
        self.ahead = ahead
        super().__init__(
            f"this machine's clock is {ahead.total_seconds():.0f} s ahead of the database server's; a tick "
            "would find promises broken that are not due yet; synchronise both clocks"
        )


def ahead_of_server(server: datetime | None, now: datetime) -> timedelta:
    """How far *now* is ahead of the server's clock, negative where behind; nothing without a server."""
    return now - server if server is not None else timedelta(0)


def check_not_ahead(app: Context) -> None:
    """Refuses to tick by a clock that is ahead of the one all machines share. One that is behind is late,
    and that is all.

    Raises:
        ClockAhead: by more than :data:`MOST`.
    """
    with app.database.read() as conn:
        ahead = ahead_of_server(moments.server_now(conn), app.now())
    if ahead > MOST:
        raise ClockAhead(ahead)
