"""People, absences and teams' turns. A person's rows are valid from and until; none is rewritten."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, insert, null, or_, select, union_all, update

from slaflow.lifecycle.people import Absence, Directory, Person
from slaflow.store.dealing import turns
from slaflow.store.dealing.turns import save_turns as save_turns
from slaflow.store.rows import listeners as listening
from slaflow.store.rows.listeners import Listeners
from slaflow.store.tables.people import absence, person
from slaflow.workflow.identity import folded

_PERSON = tuple(column for column in person.c if column.name not in ("id", "key"))
_ABSENCE = tuple(column for column in absence.c if column.name != "id")
_EVERYBODY = select(*_PERSON).order_by(person.c.order, person.c.id)
_PRESENT = person.c.valid_until.is_(None)
_ABSENCES = select(*_ABSENCE).order_by(absence.c.id)
# Receivers among the absences, with what they are told of in place of the stand-in: each is a few rows.
_AS_AN_ABSENCE = {"email": listening.COLUMNS[0], "stand_in": listening.COLUMNS[1]}
_ABSENCES_AND_LISTENERS = union_all(
    select(*_ABSENCE, absence.c.id.label("place")),
    select(*(_AS_AN_ABSENCE.get(column.name, null()) for column in _ABSENCE), null()),
).order_by("place")


def directory(connection: Connection, *, lock_turns: bool = False) -> Directory:
    """Everybody there is or was, their absences, and each team's turn.

    With *lock_turns* a team's is read when it is drawn, and from then on until this transaction ends nobody
    else draws of that team.
    """
    people = tuple(Person(*row) for row in connection.execute(_EVERYBODY))
    absences = tuple(Absence(*row) for row in connection.execute(_ABSENCES))
    return Directory(people, absences, _turns(connection, lock_turns))


def directory_and_listeners(connection: Connection, *, lock_turns: bool) -> tuple[Directory, Listeners]:
    """As :func:`directory`, and who listens to the log, in as many statements."""
    people = tuple(Person(*row) for row in connection.execute(_EVERYBODY))
    rows = connection.execute(_ABSENCES_AND_LISTENERS).all()
    absences = tuple(Absence(*row[:-1]) for row in rows if row.place is not None)
    listen = listening.listeners((row.email, row.stand_in) for row in rows if row.place is None)
    return Directory(people, absences, _turns(connection, lock_turns)), listen


def _turns(connection: Connection, locked: bool) -> Mapping[str, str]:
    return turns.LockedTeams(connection) if locked else turns.turns(connection)


def add_person(
    connection: Connection,
    email: str,
    party: str,
    *,
    at: datetime,
    name: str | None = None,
    team: str | None = None,
    manager: str | None = None,
    role: str = "member",
    calendar: str | None = None,
    weight: int = 1,
    capacity: int | None = None,
    per_day: int | None = None,
) -> Person:
    """The person as they stand from *at* on; who was known before ends there and keeps their place.

    Raises:
        ConflictingChange: somebody else recorded the same person meanwhile.
    """
    end_person(connection, email, at)
    added = Person(
        email, party, _place(connection, email), at, None, name, team, manager, role, calendar, weight,
        capacity, per_day,
    )  # fmt: skip
    values = {column.name: getattr(added, column.name) for column in _PERSON}
    connection.execute(insert(person).values({**values, "key": folded(email)}))
    return added


def end_person(connection: Connection, email: str, at: datetime) -> bool:
    """Ends the person's present rows at *at*, whatever the spelling; whether there was one."""
    key = folded(email)
    others = [spelling for spelling in doubled(connection) if folded(spelling) == key]
    theirs = update(person).where(_PRESENT, or_(person.c.key == key, person.c.email.in_(others)))
    return connection.execute(theirs.values(valid_until=at)).rowcount > 0


def doubled(connection: Connection) -> list[str]:
    """Other spellings of people that stand beside theirs, recorded when each was a person of its own."""
    query = select(person.c.email).where(_PRESENT, person.c.key.is_(None)).order_by(person.c.id)
    return list(connection.execute(query).scalars())


def add_absence(connection: Connection, away: Absence) -> None:
    """Records that somebody is away."""
    values = {column.name: getattr(away, column.name) for column in _ABSENCE}
    connection.execute(insert(absence).values(values))


def end_absence(
    connection: Connection, email: str, starts_at: datetime, ends_at: datetime, at: datetime
) -> bool:
    """Ends the absences of *email* from then until then at *at*; whether there was one that had not ended."""
    theirs = (
        absence.c.email == email, absence.c.starts_at == starts_at, absence.c.ends_at == ends_at,
        absence.c.back_at.is_(None),
    )  # fmt: skip
    return connection.execute(update(absence).where(*theirs).values(back_at=at)).rowcount > 0


def list_people(connection: Connection, at: datetime) -> list[Person]:
    """Everybody as they stand at *at*, in the order in which they were first recorded."""
    everybody = directory(connection)
    found = (everybody.person(email, at) for email in everybody.known_emails())
    return [person for person in found if person is not None]


def _place(connection: Connection, email: str) -> int:
    known = select(func.min(person.c.order)).where(person.c.key == folded(email)).scalar_subquery()
    last = select(func.coalesce(func.max(person.c.order), 0) + 1).scalar_subquery()
    return int(connection.execute(select(func.coalesce(known, last))).scalar_one())
