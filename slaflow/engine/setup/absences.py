"""Absences: told, ended before their time, and listed. A row is added for each, and never taken away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from slaflow.engine import permits
from slaflow.engine.caller import Who, written_once
from slaflow.engine.context import Context
from slaflow.engine.setup import people
from slaflow.engine.transaction import written
from slaflow.errors import USAGE, SlaflowError
from slaflow.hours.zones import supported
from slaflow.language import _
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.lead import SYSTEM_ACTOR, Actor
from slaflow.lifecycle.people import Absence, Person
from slaflow.lifecycle.rights.permits import Asker, Relation
from slaflow.store.database import Connection
from slaflow.store.rows import people as store


class InvalidAbsence(SlaflowError):
    """An absence that ends before it starts, or with somebody who cannot stand in."""

    code = "invalid_absence"
    exit_code = USAGE


class AbsenceNotThere(SlaflowError):
    """An absence that is ended and was not told, or is over already."""

    code = "absence_not_there"

    def __init__(self, email: str) -> None:
        super().__init__(
            _("{email} has no such absence, or it is over already; look at the list again").format(
                email=email
            )
        )


class NotAway(SlaflowError):
    """Somebody who is to be back and was not told to be away, now or later."""

    code = "not_away"

    def __init__(self, email: str) -> None:
        super().__init__(_("{email} is not away, and no absence of theirs lies ahead").format(email=email))


def away(
    app: Context, email: str, starts_at: datetime, ends_at: datetime, at: datetime | None,
    by: Who | None = None, stand_in: str | None = None,
) -> Person:  # fmt: skip
    """Records an absence; it takes effect when recorded, never earlier. Gives whose it is.

    *by* tells it; None is an operator. *stand_in* hears meanwhile what they would.

    Raises:
        InvalidAbsence: it ends before it starts, or whoever stands in cannot.
        UnknownName, PersonRemoved: nobody is called that.
        NotPermitted: it is not *by*'s to tell.
    """
    first, last = supported(starts_at), supported(ends_at)
    if last <= first:
        raise InvalidAbsence(
            _("{email}: an absence ends after it starts; swap --from and --until").format(email=email)
        )
    now = app.present(at)

    def recorded(conn: Connection) -> Person:
        person = people.check_known(app, conn, email)
        who = SYSTEM_ACTOR if by is None else people.actor(app, by, conn)
        permits.check(store.directory(conn), who, "absence", _stands(who, person), now)
        other = None if stand_in is None else _check_stand_in(app, conn, person, stand_in)
        store.add_absence(conn, Absence(person.email, first, last, now, other))
        data = {"change": "away", "from": instant_text(first), "until": instant_text(last)}
        # Only where somebody does: entries of earlier releases stay what they were.
        named = {} if other is None else {"stand_in": other}
        people.log(conn, now, {"email": person.email, **data, **named}, who, by)
        return person

    return written(app, lambda conn: written_once(conn, by, now, lambda: recorded(conn)))


def back(
    app: Context, email: str, starts_at: datetime, ends_at: datetime, at: datetime | None = None,
    by: Who | None = None,
) -> Person:  # fmt: skip
    """Ends the absence from then until then now, be it before it has begun. Gives whose it is.

    Raises:
        AbsenceNotThere: there is none, or it is over.
        UnknownName, PersonRemoved, NotPermitted: as :func:`away`.
    """
    first, last = supported(starts_at), supported(ends_at)
    now = app.present(at)

    def recorded(conn: Connection) -> Person:
        person = people.check_known(app, conn, email)
        who = SYSTEM_ACTOR if by is None else people.actor(app, by, conn)
        permits.check(store.directory(conn), who, "absence", _stands(who, person), now)
        if last <= now or not store.end_absence(conn, person.email, first, last, now):
            raise AbsenceNotThere(person.email)
        data = {"change": "back", "from": instant_text(first), "until": instant_text(last)}
        people.log(conn, now, {"email": person.email, **data}, who, by)
        return person

    return written(app, lambda conn: written_once(conn, by, now, lambda: recorded(conn)))


@dataclass(frozen=True, slots=True)
class Ended:
    """An absence that was ended, ``is_ahead``: called off before it began; and until when another holds."""

    absence: Absence
    is_ahead: bool
    away_until: datetime | None


def come_back(app: Context, email: str, at: datetime | None = None, by: str | None = None) -> Ended:
    """Ends the absence that holds now, else calls off the next.

    Raises:
        NotAway: there is none.
        UnknownName, PersonRemoved, NotPermitted: as :func:`away`.
    """
    now = app.present(at)
    with app.database.read() as conn:
        person, directory = people.check_known(app, conn, email), store.directory(conn)
    theirs = [
        each
        for each in directory.absences
        if each.over_at > now and directory.spelt(each.email) == person.email
    ]
    if not theirs:
        raise NotAway(person.email)
    first = min(theirs, key=lambda each: each.starts_at)
    back(app, person.email, first.starts_at, first.ends_at, at, by)
    with app.database.read() as conn:
        still = store.directory(conn).away_until(person.email, now)
    return Ended(first, first.starts_at > now, still)


def _check_stand_in(app: Context, conn: Connection, person: Person, named: str) -> str:
    """*named* as they are spelt, of whom *person*'s party has one."""
    other = people.check_known(app, conn, named)
    if other.email == person.email:
        raise InvalidAbsence(
            _("{email} cannot stand in for themselves; name another with --stand-in").format(
                email=person.email
            )
        )
    if other.party != person.party:
        raise InvalidAbsence(
            _(
                "{email} is of {party}, and {email2} of {party2}; name somebody of {party3} with --stand-in"
            ).format(
                email=other.email,
                party=other.party,
                email2=person.email,
                party2=person.party,
                party3=person.party,
            )
        )
    return other.email


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody's absence that is not over; ``is_now``: it has begun."""

    person: Person
    absence: Absence
    is_now: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Absences as they begin, of whom more can be told, and who could stand in for those."""

    absences: tuple[Told, ...]
    people: tuple[Person, ...]
    stand_ins: tuple[Person, ...]


def standing(app: Context, who: Asker) -> Standing:
    """What *who* may see and tell: their own, a manager their party's, an admin everybody's."""
    now = app.now()
    with app.database.read() as conn:
        directory = store.directory(conn)
    everybody = [p for e in directory.known_emails() if (p := directory.person(e, now)) is not None]
    theirs = {each.email: each for each in everybody if permits.may(who, "absence", _stands(who, each))}
    found = [
        Told(theirs[email], each, each.starts_at <= now)
        for each in directory.absences
        if each.over_at > now and (email := directory.spelt(each.email)) in theirs
    ]
    ordered = sorted(found, key=lambda each: (each.absence.starts_at, each.person.order))
    parties = {each.party for each in theirs.values()}
    return Standing(
        tuple(ordered), tuple(theirs.values()), tuple(each for each in everybody if each.party in parties)
    )


def _stands(who: Actor | Asker, person: Person) -> tuple[Relation, ...]:
    stands: tuple[tuple[Relation, bool], ...] = (
        ("oneself", who.name == person.email),
        ("own_party", who.party == person.party),
    )
    return tuple(relation for relation, holds in stands if holds)
