"""Signing in by address and password: who is let in gets a new session, and nobody else learns who is known.

Source: rules.md, 38.2.
"""

from __future__ import annotations

from slaflow.engine.access import attempts, passwords, secrets, sessions
from slaflow.engine.context import Context
from slaflow.engine.transaction import written
from slaflow.errors import SlaflowError
from slaflow.language import _
from slaflow.store.access import credentials
from slaflow.store.access import sessions as session_store
from slaflow.store.database import Connection
from slaflow.store.rows import people
from slaflow.workflow.identity import folded

LONGEST_ADDRESS = 254


class NotLetIn(SlaflowError):
    """Address and password do not go together; it is not said which of them is wrong."""

    code = "not_let_in"

    def __init__(self) -> None:
        super().__init__(_("the address or the password is not right; look at both and try again"))


def sign_in(
    app: Context, email: str, password: str, address: str | None = None, before: str | None = None,
    browser: str = "",
) -> str:  # fmt: skip
    """Lets *email* in; gives the secret of a new session.

    Args:
        address: from where, if that is known.
        before: the secret of the session that the browser had, which ends.

    Raises:
        TooManyAttempts, TooBusy: it was not looked at.
        NotLetIn: the password is not theirs, or they have none.
    """
    attempts.count(app, email, address)
    stored = _stored(app, email)
    if not passwords.matches(stored, password):
        raise NotLetIn

    def work(conn: Connection) -> str:
        person = people.directory(conn).current(email)
        # Whoever was removed, or has another password, since it was looked at.
        if person is None or credentials.of(conn, folded(email)) != stored:
            raise NotLetIn
        attempts.succeeded(app, conn, email, address)
        if before:
            session_store.end(conn, secrets.kept(before))
        return sessions.begin(conn, person, app.now(), browser)

    return written(app, work)


def _stored(app: Context, email: str) -> str | None:
    """What is kept of their password; None for whoever has none, or can be nobody."""
    if len(email) > LONGEST_ADDRESS or not email.isprintable():
        return None
    with app.database.read() as conn:
        return credentials.of(conn, folded(email))
