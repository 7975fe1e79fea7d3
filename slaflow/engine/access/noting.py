"""Entries of kind ``access``: who was let in how, and who ended whose sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from slaflow.engine import streams
from slaflow.lifecycle.decision import Draft
from slaflow.lifecycle.lead import Actor
from slaflow.store.database import Connection

Change = Literal["invited", "let_in", "linked", "unlinked", "signed_out"]


def note(conn: Connection, change: Change, email: str, who: Actor, now: datetime, **more: str) -> None:
    """Logs that *who* did it to *email*."""
    data = {"change": change, "email": email, **more}
    draft = Draft(0, "access", "input", now, who.name, who.party, arrived_at=now, occurred_at=now, data=data)
    streams.append(conn, "access", draft, now)
