"""Somebody's own account: how they want the pages, their password, where they are signed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slaflow.engine import permits
from slaflow.engine.access import attempts, leaving, noting, passwords, secrets, sessions
from slaflow.engine.context import Context
from slaflow.engine.desk.reading import zone_for
from slaflow.engine.setup import people, preferences
from slaflow.engine.transaction import written
from slaflow.errors import InvalidValue
from slaflow.language import _
from slaflow.lifecycle.lead import Actor
from slaflow.settings.reach import Reach
from slaflow.store.access import accounts, credentials, linked
from slaflow.store.access import sessions as session_store
from slaflow.store.access.sessions import Begun
from slaflow.store.database import Connection
from slaflow.store.rows import people as people_store
from slaflow.workflow.identity import folded

THEMES = ("light", "dark")
MOST_SHOWN = 50
"""Sessions of one person."""


class WrongPassword(InvalidValue):
    """What was given as the password now is not it."""

    code = "wrong_password"


@dataclass(frozen=True, slots=True)
class Account:
    """``told`` is how they are told, ``zone`` where they read instants; ``here`` is the session that asks."""

    zone: str
    at: datetime
    told: dict[str, Any]
    has_password: bool
    sessions: Sequence[Begun]
    here: str


def own(app: Context, reach: Reach, who: Actor, secret: str) -> Account:
    """All that *who* sees of their own; *secret* is of the session that asks."""
    now, key = app.now(), folded(who.name)
    told = preferences.shown(app, reach, who.name)
    with app.database.read() as conn:
        begun = session_store.all_of(conn, key, now, now - sessions.IDLE, MOST_SHOWN)
        has_password = credentials.of(conn, key) is not None
        return Account(zone_for(app, conn, who), now, told, has_password, begun, secrets.kept(secret))


def choose(app: Context, reach: Reach, email: str, theme: str, keys: bool, zone: str, language: str) -> None:
    """Has the pages be so for *email* from now on; what is empty is as it is for everybody.

    Raises:
        ZoneUnknown, LanguageUnknown: there is none such.
    """
    given = {"timezone": zone or "off", "language": language or "off"}
    preferences.change(app, reach, email, given)
    wanted = theme if theme in THEMES else None
    written(app, lambda conn: accounts.save(conn, folded(email), wanted, keys, app.now()))


def turn_keys(app: Context, email: str, theme: str | None, keys: bool) -> None:
    """Turns single keys on or off; *theme* stays."""
    written(app, lambda conn: accounts.save(conn, folded(email), theme, keys, app.now()))


def change_password(
    app: Context, email: str, name: str | None, secret: str, old: str, new: str, address: str | None
) -> None:
    """Has *new* be the password of *email*; all their sessions end but that of *secret*.

    Raises:
        TooManyAttempts, TooBusy: it was not looked at.
        WrongPassword: *old* is not the one they have.
        PasswordRefused: *new* can be guessed.
    """
    attempts.count(app, email, address)
    with app.database.read() as conn:
        stored = credentials.of(conn, folded(email))
    if not passwords.matches(stored, old):
        raise WrongPassword(_("that is not your password now; type it again"))
    passwords.check(new, email, name)
    hashed = passwords.kept(new)

    def work(conn: Connection) -> None:
        if credentials.of(conn, folded(email)) != stored:
            raise WrongPassword(_("it was changed elsewhere meanwhile; sign in again"))
        attempts.succeeded(app, conn, email, address)
        credentials.save(conn, folded(email), hashed, app.now())
        session_store.end_others_of(conn, folded(email), secrets.kept(secret))

    written(app, work)


def end_one(app: Context, email: str, session_id: str) -> bool:
    """Ends that session of *email*; whether it was theirs."""
    return written(app, lambda conn: session_store.end_of(conn, folded(email), session_id))


def end_others(app: Context, email: str, secret: str) -> int:
    """Ends every session of *email* but that of *secret*; how many they were."""
    return written(app, lambda conn: session_store.end_others_of(conn, folded(email), secrets.kept(secret)))


def sign_out(app: Context, email: str, by: str) -> None:
    """*by*, an admin, ends every session of *email*. Raises ``UnknownName``, ``NotPermitted``."""

    def work(conn: Connection) -> None:
        person = people.check_known(app, conn, email)
        who = _permitted(app, conn, by)
        leaving.sign_out(conn, person.email)
        noting.note(conn, "signed_out", person.email, who, app.now())

    written(app, work)


def unlink(app: Context, email: str, by: str) -> None:
    """*by*, an admin, has *email* be known to no other site: the next who is by that address there, is.

    Raises:
        UnknownName, NotPermitted: nobody is called that, or it is not *by*'s to do.
    """

    def work(conn: Connection) -> None:
        person = people.check_known(app, conn, email)
        who = _permitted(app, conn, by)
        if linked.forget(conn, folded(person.email)):
            leaving.sign_out(conn, person.email)
            noting.note(conn, "unlinked", person.email, who, app.now())

    written(app, work)


def _permitted(app: Context, conn: Connection, by: str) -> Actor:
    who = people.actor(app, by, conn)
    permits.check(people_store.directory(conn), who, "people", (), app.now())
    return who
