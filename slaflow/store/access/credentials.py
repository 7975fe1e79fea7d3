"""Passwords, as their hashes, by the person whose each is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, delete, insert, select

from slaflow.store.tables.access import credential
from slaflow.store.tables.people import person

_IS_NOW = and_(person.c.key == credential.c.person, person.c.valid_until.is_(None))


def of(connection: Connection, who: str) -> str | None:
    """The hash of *who*'s password, an address as it is compared; None where they have none."""
    query = select(credential.c.password).where(credential.c.person == who)
    return connection.execute(query).scalar_one_or_none()


def save(connection: Connection, who: str, password: str, now: datetime) -> None:
    """Has *password*, a hash, be theirs from now on."""
    forget(connection, who)
    connection.execute(insert(credential).values(person=who, password=password, changed_at=now))


def forget(connection: Connection, who: str) -> bool:
    """Takes it from them; whether they had one."""
    return connection.execute(delete(credential).where(credential.c.person == who)).rowcount > 0


def any_at_all(connection: Connection) -> bool:
    """Whether anybody who is recorded now has one."""
    query = select(credential.c.person).join_from(credential, person, _IS_NOW).limit(1)
    return connection.execute(query).first() is not None


def everybody(connection: Connection) -> set[str]:
    """Who has one, as addresses are compared."""
    return set(connection.execute(select(credential.c.person)).scalars())
