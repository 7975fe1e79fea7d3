"""Links by which people choose their password: the first by set-up, everybody else by invitation.

A link is good once and not for long; what of it is kept opens nothing. Source: rules.md, 38.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from slaflow.engine import permits
from slaflow.engine.access import leaving, noting, passwords, secrets, sessions
from slaflow.engine.context import Context
from slaflow.engine.setup import people
from slaflow.engine.setup.person_names import check_new_name
from slaflow.engine.transaction import written
from slaflow.errors import InvalidValue, SlaflowError, UnknownName
from slaflow.language import _
from slaflow.lifecycle.lead import SYSTEM_ACTOR, Actor
from slaflow.lifecycle.people import Person
from slaflow.store.access import credentials, links
from slaflow.store.access.links import OneTimeLink
from slaflow.store.database import Connection
from slaflow.store.rows import people as people_store
from slaflow.workflow.identity import folded
from slaflow.workflow.model.parties import LEAD, SYSTEM

Kind = Literal["setup", "invite"]
GOOD_FOR: dict[Kind, timedelta] = {"setup": timedelta(hours=1), "invite": timedelta(hours=72)}
LONGEST_NAME = 200


class LinkOver(SlaflowError):
    """A link that was used, is too old, was cut, or never was; it is not said which."""

    code = "link_over"

    def __init__(self) -> None:
        super().__init__(
            _(
                "this link is good for nothing: it was used, its time is over, or part of it is "
                "missing; ask for another"
            )
        )


class PartyUnclear(InvalidValue):
    """A side that nobody can be on."""

    code = "party_unclear"


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom a link lets in, and until when; ``secret`` is its own part, told once."""

    person: Person
    secret: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Founding:
    """What the first person is asked: ``parties`` to choose from, none where no agreement is in force;
    ``is_anybody_recorded``: then it is one of those."""

    parties: tuple[str, ...]
    is_anybody_recorded: bool


def can_anybody_sign_in(app: Context, *, elsewhere: bool = False) -> bool:
    """Whether anybody who is recorded has a password; or is recorded at all, where *elsewhere* knows them."""
    with app.database.read() as conn:
        return credentials.any_at_all(conn) or (elsewhere and _is_anybody_recorded(conn))


def set_up(app: Context) -> str:
    """The secret of a link by which the first person lets themselves in."""
    return written(app, lambda conn: _made(conn, "setup", None, app.now()))


def invite(app: Context, email: str, by: str | None = None) -> Invitation:
    """A link for *email*, who is recorded; their earlier ones are good no more. *by* None is an operator.

    Who has a password already gets another by it.

    Raises:
        UnknownName, PersonRemoved: nobody is called that.
        NotPermitted: it is not *by*'s to do.
    """
    now = app.now()

    def work(conn: Connection) -> Invitation:
        person = people.check_known(app, conn, email)
        who = SYSTEM_ACTOR if by is None else people.actor(app, by, conn)
        permits.check(people_store.directory(conn), who, "invite", (), now)
        links.forget_all_of(conn, folded(person.email))
        secret = _made(conn, "invite", folded(person.email), now)
        noting.note(conn, "invited", person.email, who, now)
        return Invitation(person, secret, now + GOOD_FOR["invite"])

    return written(app, work)


def invited(app: Context, secret: str) -> Person:
    """Whom an invitation is for. Raises ``LinkOver``."""
    with app.database.read() as conn:
        return _invited(conn, secret, app.now())


def accept(app: Context, secret: str, password: str, browser: str = "") -> str:
    """Has *password* be that of whom the link is for; gives the secret of a session.

    Raises:
        LinkOver, PasswordRefused, TooBusy: nothing was changed, and the link is as good as before.
    """
    person = invited(app, secret)
    passwords.check(password, person.email, person.name)
    hashed = passwords.kept(password)

    def work(conn: Connection) -> str:
        now = app.now()
        again = _invited(conn, secret, now)
        if not links.use(conn, secrets.kept(secret), now):
            raise LinkOver
        return _let_in(conn, again, hashed, now, browser)

    return written(app, work)


def founding(app: Context, secret: str) -> Founding:
    """What the first person is asked. Raises ``LinkOver``."""
    with app.database.read() as conn:
        _check_set_up(conn, secret, app.now())
        return Founding(_parties(app, conn), _is_anybody_recorded(conn))


def found(
    app: Context, secret: str, email: str, password: str, party: str = "", name: str = "", browser: str = ""
) -> str:
    """Lets the first person in, and records them as admin where nobody is; gives the secret of a session.

    Raises:
        LinkOver, PasswordRefused, TooBusy: as :func:`accept`.
        UnknownName: people are recorded, and nobody by that address; or there is no such party.
        NoName, NoAddress, PartyUnclear: nobody can be recorded so.
    """
    email, party, name = email.strip(), party.strip(), " ".join(name.split())
    with app.database.read() as conn:
        _check_set_up(conn, secret, app.now())
        _check_founder(app, conn, email, party, name)
    passwords.check(password, email, name)
    hashed = passwords.kept(password)

    def work(conn: Connection) -> str:
        now = app.now()
        _check_set_up(conn, secret, now)
        if not links.use(conn, secrets.kept(secret), now):
            raise LinkOver
        links.forget_kind(conn, "setup")
        person = _check_founder(app, conn, email, party, name)
        if person is None:
            person = people.record(conn, email, party, now, name=name or None, role="admin")
        return _let_in(conn, person, hashed, now, browser)

    return written(app, work)


def _made(conn: Connection, kind: Kind, who: str | None, now: datetime) -> str:
    secret = secrets.new()
    links.make(conn, secrets.kept(secret), OneTimeLink(kind, who, now + GOOD_FOR[kind]), now)
    return secret


def _let_in(conn: Connection, person: Person, hashed: str, now: datetime, browser: str) -> str:
    leaving.shut_out(conn, person.email)
    credentials.save(conn, folded(person.email), hashed, now)
    noting.note(conn, "let_in", person.email, Actor(person.email, person.party), now)
    return sessions.begin(conn, person, now, browser)


def _link(conn: Connection, secret: str, kind: Kind, now: datetime) -> OneTimeLink:
    made = links.find(conn, secrets.kept(secret), now) if len(secret) <= secrets.LONGEST else None
    if made is None or made.kind != kind:
        raise LinkOver
    return made


def _invited(conn: Connection, secret: str, now: datetime) -> Person:
    who = _link(conn, secret, "invite", now).person
    person = None if who is None else people_store.directory(conn).current(who)
    if person is None:
        raise LinkOver
    return person


def _check_set_up(conn: Connection, secret: str, now: datetime) -> None:
    _link(conn, secret, "setup", now)
    if credentials.any_at_all(conn):
        raise LinkOver


def _is_anybody_recorded(conn: Connection) -> bool:
    directory = people_store.directory(conn)
    return any(directory.current(each) for each in directory.known_emails())


def _parties(app: Context, conn: Connection) -> tuple[str, ...]:
    return tuple(sorted(people.parties(app, conn) - {LEAD, SYSTEM}))


def _check_founder(app: Context, conn: Connection, email: str, party: str, name: str) -> Person | None:
    """Who *email* is where people are recorded; None where they can be recorded as the first."""
    directory = people_store.directory(conn)
    if any(directory.current(each) for each in directory.known_emails()):
        if (person := directory.current(email)) is None:
            raise UnknownName("person", email)
        return person
    check_new_name(email, people.parties(app, conn), people.teams(app, conn), by_address=True)
    if not name.isprintable() or len(name) > LONGEST_NAME:
        raise InvalidValue(_("a name is one line of at most {most} characters").format(most=LONGEST_NAME))
    known = _parties(app, conn)
    if known and party not in known:
        raise PartyUnclear(_("choose a side: {what}").format(what=" or ".join(known)))
    if not party.isidentifier() or party in (LEAD, SYSTEM):
        raise PartyUnclear(_("name your side as the agreement will: one word, such as sales"))
    return None
