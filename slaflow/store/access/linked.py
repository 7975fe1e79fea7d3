"""Who is known by another site's word: what they are called there, and who that is here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from slaflow.store.tables.access import linked_account as linked


def who(connection: Connection, issuer: str, subject: str) -> str | None:
    """Whom *issuer* calls *subject*, an address as it is compared; None: nobody that is known."""
    found: str | None = connection.execute(
        select(linked.c.person).where(linked.c.issuer == issuer, linked.c.subject == subject)
    ).scalar()
    return found


def is_linked(connection: Connection, issuer: str, person: str) -> bool:
    """Whether *issuer* calls *person* anything."""
    query = select(linked.c.linked_at).where(linked.c.issuer == issuer, linked.c.person == person)
    return connection.execute(query).first() is not None


def link(connection: Connection, issuer: str, subject: str, person: str, at: datetime) -> None:
    """Has *person* be known so. Raises ``ConflictingChange`` where somebody did that meanwhile."""
    values = {"issuer": issuer, "subject": subject, "person": person, "linked_at": at}
    connection.execute(insert(linked).values(values))


def forget(connection: Connection, person: str) -> int:
    """Has *person* be known to no other site; to how many they were."""
    return connection.execute(delete(linked).where(linked.c.person == person)).rowcount


def everybody(connection: Connection) -> set[str]:
    """Who is known so."""
    return set(connection.execute(select(linked.c.person)).scalars())
