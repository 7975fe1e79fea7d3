"""Sessions of people who signed in, with whom each is for as they stand now."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from slaflow.store.tables.access import account, session
from slaflow.store.tables.people import person


class Session(NamedTuple):
    """Whose it is, by what they are now: ``party`` and ``role`` None where they are not known any more."""

    id: str
    began_with: tuple[str, str]
    used_at: datetime
    ends_at: datetime
    email: str | None
    name: str | None
    party: str | None
    role: str | None
    theme: str | None
    keys: bool | None

    @property
    def is_theirs(self) -> bool:
        """Whether they are still what they were when it began."""
        return self.began_with == (self.party, self.role)


_NOW = and_(person.c.key == session.c.person, person.c.valid_until.is_(None))
_ONE = select(
    session.c.id, session.c.party.label("first_party"), session.c.role.label("first_role"),
    session.c.used_at, session.c.ends_at, person.c.email, person.c.name, person.c.party, person.c.role,
    account.c.theme, account.c["keys"],
).join_from(session, person, _NOW, isouter=True).join(
    account, account.c.person == session.c.person, isouter=True
)  # fmt: skip


class Begun(NamedTuple):
    """One of somebody's own, as they are shown it."""

    id: str
    began_at: datetime
    used_at: datetime
    browser: str | None


def find(connection: Connection, session_id: str) -> Session | None:
    """The session, and who has it; one statement."""
    row = connection.execute(_ONE.where(session.c.id == session_id)).one_or_none()
    return None if row is None else Session(row[0], (row[1], row[2]), *row[3:])


def begin(
    connection: Connection, session_id: str, who: str, party: str, role: str, at: datetime, ends_at: datetime,
    browser: str | None = None,
) -> None:  # fmt: skip
    """A new one of *who*, an address as it is compared."""
    values = {"id": session_id, "person": who, "party": party, "role": role, "browser": browser}
    connection.execute(insert(session).values(values | {"began_at": at, "used_at": at, "ends_at": ends_at}))


def all_of(connection: Connection, who: str, now: datetime, idle_since: datetime, most: int) -> list[Begun]:
    """Those of *who* that are good still, the one used last before all others."""
    query = select(session.c.id, session.c.began_at, session.c.used_at, session.c.browser)
    good = (session.c.person == who, session.c.ends_at > now, session.c.used_at > idle_since)
    rows = connection.execute(query.where(*good).order_by(session.c.used_at.desc(), session.c.id).limit(most))
    return [Begun(*row) for row in rows]


def count_by_person(connection: Connection, now: datetime, idle_since: datetime) -> dict[str, int]:
    """How many each person has that are good still."""
    query = select(session.c.person, func.count()).group_by(session.c.person)
    rows = connection.execute(query.where(session.c.ends_at > now, session.c.used_at > idle_since))
    return {who: number for who, number in rows}


def end_of(connection: Connection, who: str, session_id: str) -> bool:
    """Ends that one, if it is of *who*; whether it was."""
    theirs = delete(session).where(session.c.id == session_id, session.c.person == who)
    return connection.execute(theirs).rowcount > 0


def end_others_of(connection: Connection, who: str, kept: str) -> int:
    """Ends every one of *who* but *kept*; how many they were."""
    others = delete(session).where(session.c.person == who, session.c.id != kept)
    return connection.execute(others).rowcount


def use(connection: Connection, session_id: str, at: datetime) -> None:
    """Notes that it was used."""
    connection.execute(update(session).where(session.c.id == session_id).values(used_at=at))


def end(connection: Connection, session_id: str) -> bool:
    """Ends it; whether there was one."""
    return connection.execute(delete(session).where(session.c.id == session_id)).rowcount > 0


def end_all_of(connection: Connection, who: str) -> int:
    """Ends every one of *who*; how many they were."""
    return connection.execute(delete(session).where(session.c.person == who)).rowcount
