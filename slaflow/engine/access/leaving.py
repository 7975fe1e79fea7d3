"""What becomes of somebody's ways in when they go, or when what they may do changes."""

from __future__ import annotations

from slaflow.store.access import credentials, links, sessions
from slaflow.store.database import Connection
from slaflow.workflow.identity import folded


def shut_out(conn: Connection, email: str) -> None:
    """They are signed out, and nothing that they have lets them in again."""
    who = folded(email)
    sessions.end_all_of(conn, who)
    credentials.forget(conn, who)
    links.forget_all_of(conn, who)


def sign_out(conn: Connection, email: str) -> None:
    """They are signed out everywhere; their password stays."""
    sessions.end_all_of(conn, folded(email))
