"""People, absences and teams' turns. A person's rows are valid from and until; none is rewritten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, func, insert, null, or_, select, text, union_all, update

from slaflow.lifecycle.people import Absence, Directory, Person
from slaflow.store.bulk.rows import insert_rows
from slaflow.store.database import is_rehearsal
from slaflow.store.rows import listeners as listening
from slaflow.store.rows.listeners import Listeners
from slaflow.store.tables.people import absence, person, team
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
_TURNS = select(team.c.name, team.c.turn)
# Rows of teams not drawn from yet cannot be locked, so the table is: the first draws must not collide.
_LOCK_TURNS = text("LOCK TABLE team IN SHARE ROW EXCLUSIVE MODE")


def directory(connection: Connection, *, lock_turns: bool = False) -> Directory:
    """Everybody there is or was, their absences, and each team's turn.

    With *lock_turns* they are read when the first is drawn, and from then on until this transaction
    ends nobody else draws: turns are as the last one left them, and who draws none waits for nobody.
    """
    people = tuple(Person(*row) for row in connection.execute(_EVERYBODY))
    absences = tuple(Absence(*row) for row in connection.execute(_ABSENCES))
    return Directory(people, absences, _LockedTurns(connection) if lock_turns else _turns(connection))


def directory_and_listeners(connection: Connection, *, lock_turns: bool) -> tuple[Directory, Listeners]:
    """As :func:`directory`, and who listens to the log, in as many statements."""
    people = tuple(Person(*row) for row in connection.execute(_EVERYBODY))
    rows = connection.execute(_ABSENCES_AND_LISTENERS).all()
    absences = tuple(Absence(*row[:-1]) for row in rows if row.place is not None)
    turns = _LockedTurns(connection) if lock_turns else _turns(connection)
    listen = listening.listeners((row.email, row.stand_in) for row in rows if row.place is None)
    return Directory(people, absences, turns), listen


def _turns(connection: Connection) -> Mapping[str, str]:
    return {name: turn for name, turn in connection.execute(_TURNS)}


class _LockedTurns(Mapping[str, str]):
    """Who was drawn last of each team; locked and read at the first question, within the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @cached_property
    def _drawn(self) -> Mapping[str, str]:
        if self._connection.dialect.name == "postgresql" and not is_rehearsal(self._connection):
            self._connection.execute(_LOCK_TURNS)
        return _turns(self._connection)

    def __getitem__(self, team: str) -> str:
        return self._drawn[team]

    def __iter__(self) -> Iterator[str]:
        return iter(self._drawn)

    def __len__(self) -> int:
        return len(self._drawn)


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


def save_turns(connection: Connection, turns: Mapping[str, str]) -> None:
    """Remembers who was drawn last of each team."""
    # In the order of names, so that two transactions never wait for each other.
    rows = sorted(turns.items())
    insert_rows(connection, team, ("name", "turn"), rows, "(name) DO UPDATE SET turn = excluded.turn")


def list_people(connection: Connection, at: datetime) -> list[Person]:
    """Everybody as they stand at *at*, in the order in which they were first recorded."""
    everybody = directory(connection)
    found = (everybody.person(email, at) for email in everybody.known_emails())
    return [person for person in found if person is not None]


def _place(connection: Connection, email: str) -> int:
    known = select(func.min(person.c.order)).where(person.c.key == folded(email)).scalar_subquery()
    last = select(func.coalesce(func.max(person.c.order), 0) + 1).scalar_subquery()
    return int(connection.execute(select(func.coalesce(known, last))).scalar_one())
