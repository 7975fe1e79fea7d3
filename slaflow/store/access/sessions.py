"""Sessions of people who signed in, with whom each is for as they stand now."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from slaflow.store.tables.access import session
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

    @property
    def is_theirs(self) -> bool:
        """Whether they are still what they were when it began."""
        return self.began_with == (self.party, self.role)


_NOW = and_(person.c.key == session.c.person, person.c.valid_until.is_(None))
_ONE = select(
    session.c.id, session.c.party.label("first_party"), session.c.role.label("first_role"),
    session.c.used_at, session.c.ends_at, person.c.email, person.c.name, person.c.party, person.c.role,
).join_from(session, person, _NOW, isouter=True)  # fmt: skip


def find(connection: Connection, session_id: str) -> Session | None:
    """The session, and who has it; one statement."""
    row = connection.execute(_ONE.where(session.c.id == session_id)).one_or_none()
    return None if row is None else Session(row[0], (row[1], row[2]), *row[3:])


def begin(
    connection: Connection, session_id: str, who: str, party: str, role: str, at: datetime, ends_at: datetime
) -> None:
    """A new one of *who*, an address as it is compared."""
    values = {"id": session_id, "person": who, "party": party, "role": role}
    connection.execute(insert(session).values(values | {"began_at": at, "used_at": at, "ends_at": ends_at}))


def use(connection: Connection, session_id: str, at: datetime) -> None:
    """Notes that it was used."""
    connection.execute(update(session).where(session.c.id == session_id).values(used_at=at))


def end(connection: Connection, session_id: str) -> bool:
    """Ends it; whether there was one."""
    return connection.execute(delete(session).where(session.c.id == session_id)).rowcount > 0


def end_all_of(connection: Connection, who: str) -> int:
    """Ends every one of *who*; how many they were."""
    return connection.execute(delete(session).where(session.c.person == who)).rowcount


def sweep(connection: Connection, now: datetime, idle_since: datetime) -> int:
    """Forgets those that are over, or were not used since; how many they were."""
    over = or_(session.c.ends_at <= now, session.c.used_at <= idle_since)
    return connection.execute(delete(session).where(over)).rowcount
