"""Signing in by another site's word: first by an address that it has verified, then by what it calls them.

Nobody is recorded by it. Source: rules.md, 38.6.
"""

from __future__ import annotations

from dataclasses import dataclass

from slaflow.engine.access import noting, secrets, sessions
from slaflow.engine.context import Context
from slaflow.engine.transaction import written
from slaflow.errors import SlaflowError
from slaflow.language import _
from slaflow.lifecycle.lead import Actor
from slaflow.lifecycle.people import Person
from slaflow.store.access import linked as store
from slaflow.store.access import sessions as session_store
from slaflow.store.database import Connection
from slaflow.store.rows import people
from slaflow.workflow.identity import folded

LONGEST_ADDRESS = 254


class NotKnownHere(SlaflowError):
    """The other site knows them, and here they are nobody, or cannot be told from somebody."""

    code = "not_known_here"


@dataclass(frozen=True, slots=True)
class Said:
    """What another site says of whoever signed in there; ``email`` None where it says nothing of that."""

    issuer: str
    subject: str
    email: str | None
    is_verified: bool


def sign_in(app: Context, said: Said, before: str | None = None, browser: str = "") -> str:
    """Lets in whom the other site means; gives the secret of a new session.

    Args:
        before: the secret of the session that the browser had, which ends.

    Raises:
        NotKnownHere: they are nobody who is recorded, or it cannot be told who.
    """

    def work(conn: Connection) -> str:
        person = _meant(app, conn, said)
        if before:
            session_store.end(conn, secrets.kept(before))
        return sessions.begin(conn, person, app.now(), browser)

    return written(app, work)


def _meant(app: Context, conn: Connection, said: Said) -> Person:
    directory = people.directory(conn)
    known = store.who(conn, said.issuer, said.subject)
    if known is not None:
        if (person := directory.current(known)) is None:
            raise NotKnownHere(_("you are not recorded here any more; ask whoever runs slaflow"))
        return person
    if not said.email:
        raise NotKnownHere(_("it did not say your e-mail address; have it tell slaflow of that"))
    if not said.is_verified:
        raise NotKnownHere(_("it has not verified your e-mail address, so anybody could have named it"))
    person = directory.current(said.email) if len(said.email) <= LONGEST_ADDRESS else None
    if person is None:
        raise NotKnownHere(_("nobody is recorded here by the address that it knows you by; ask an admin"))
    return _linked(app, conn, said, person)


def _linked(app: Context, conn: Connection, said: Said, person: Person) -> Person:
    key = folded(person.email)
    if store.is_linked(conn, said.issuer, key):
        raise NotKnownHere(_("somebody else signed in with your address before; an admin can let go of that"))
    now = app.now()
    store.link(conn, said.issuer, said.subject, key, now)
    noting.note(conn, "linked", person.email, Actor(person.email, person.party), now, issuer=said.issuer)
    return person
