"""Sessions: begun by signing in, asked for with each page, ended by time, by hand, or by a change of rights.

Source: rules.md, 38.3.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from slaflow.engine.access import secrets
from slaflow.engine.context import Context
from slaflow.engine.transaction import written
from slaflow.errors import SlaflowError
from slaflow.lifecycle.lead import Actor
from slaflow.lifecycle.people import Person
from slaflow.store.access import sessions as store
from slaflow.store.database import Connection
from slaflow.store.sending import preferences
from slaflow.workflow.identity import folded

IDLE = timedelta(hours=8)
LONGEST = timedelta(days=14)
NOTED_EVERY = timedelta(minutes=5)
"""How exactly it is known when a session was used last: a page that is looked at need not write."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who has a session, as they stand now."""

    email: str
    name: str | None
    party: str
    role: str
    theme: str | None
    keys: bool
    language: str | None
    """What they chose; None: nothing."""

    @property
    def actor(self) -> Actor:
        return Actor(self.email, self.party)


def begin(conn: Connection, person: Person, now: datetime, browser: str = "") -> str:
    """A new session of *person*; gives its secret, which is kept nowhere. *browser* says roughly in which."""
    secret = secrets.new()
    key = folded(person.email)
    store.begin(
        conn, secrets.kept(secret), key, person.party, person.role, now, now + LONGEST, browser or None
    )
    return secret


def asked(app: Context, secret: str | None) -> SignedIn | None:
    """Who has the session of that *secret*; None where there is none, or none any more."""
    if not secret or len(secret) > secrets.LONGEST:
        return None
    now, session_id = app.now(), secrets.kept(secret)
    with app.database.read() as conn:
        found = store.find(conn, session_id)
        language = preferences.language_of(conn, found.email) if found and found.email else None
    if found is None or not _is_good(found, now):
        return None
    if now - found.used_at >= NOTED_EVERY:
        # A page that can be read is shown although nothing can be written at the moment.
        with suppress(SlaflowError):
            written(app, lambda conn: store.use(conn, session_id, now))
    assert found.email is not None
    assert found.party is not None
    assert found.role is not None
    keys = found.keys is not False
    return SignedIn(found.email, found.name, found.party, found.role, found.theme, keys, language)


def _is_good(found: store.Session, now: datetime) -> bool:
    return found.is_theirs and now < found.ends_at and now - found.used_at < IDLE


def end(app: Context, secret: str | None) -> None:
    """Ends the session of that *secret*, if there is one."""
    if secret and len(secret) <= secrets.LONGEST:
        written(app, lambda conn: store.end(conn, secrets.kept(secret)))


def form_key(secret: str) -> str:
    """What the forms of that session carry, so that no other page sends them."""
    return secrets.derived(secret, "slaflow.form")
