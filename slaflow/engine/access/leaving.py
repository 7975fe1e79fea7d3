"""What becomes of somebody's ways in when they go, or when what they may do changes."""

from __future__ import annotations

from datetime import datetime

from slaflow.store.access import accounts, credentials, linked, links, sessions, tokens
from slaflow.store.database import Connection
from slaflow.workflow.identity import folded


def leave(conn: Connection, email: str, now: datetime) -> None:
    """They are there no longer: as :func:`shut_out`, and no system asks in their name either."""
    shut_out(conn, email)
    linked.forget(conn, folded(email))
    accounts.forget(conn, folded(email))
    tokens.revoke_all_of(conn, folded(email), now)


def shut_out(conn: Connection, email: str) -> None:
    """They are signed out, and nothing that they have lets them in again."""
    who = folded(email)
    sessions.end_all_of(conn, who)
    credentials.forget(conn, who)
    links.forget_all_of(conn, who)


def sign_out(conn: Connection, email: str) -> None:
    """They are signed out everywhere; their password stays."""
    sessions.end_all_of(conn, folded(email))
