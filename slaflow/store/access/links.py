"""Links that are good once, and not for long: who is let in by one. What was used is gone."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from slaflow.store.tables.access import one_time_link as link

_ONE = select(link.c.kind, link.c.person, link.c.ends_at)


class OneTimeLink(NamedTuple):
    """What it is for, and for whom; ``person`` is an address as it is compared, None: not known yet."""

    kind: str
    person: str | None
    ends_at: datetime


def find(connection: Connection, link_id: str, now: datetime) -> OneTimeLink | None:
    """The link, where it is still good."""
    row = connection.execute(_ONE.where(link.c.id == link_id, link.c.ends_at > now)).one_or_none()
    return None if row is None else OneTimeLink(*row)


def make(connection: Connection, link_id: str, made: OneTimeLink, now: datetime) -> None:
    """Keeps a new one."""
    connection.execute(insert(link).values(id=link_id, made_at=now, **made._asdict()))


def use(connection: Connection, link_id: str, now: datetime) -> bool:
    """Takes it away; whether it was still good, which it is for one alone."""
    gone = delete(link).where(link.c.id == link_id, link.c.ends_at > now)
    return connection.execute(gone).rowcount > 0


def forget_all_of(connection: Connection, who: str) -> None:
    """Takes away those that are for *who*."""
    connection.execute(delete(link).where(link.c.person == who))


def forget_kind(connection: Connection, kind: str) -> None:
    """Takes away all of a kind."""
    connection.execute(delete(link).where(link.c.kind == kind))


def everybody(connection: Connection, now: datetime) -> set[str]:
    """Whom a link that is still good is for, as addresses are compared."""
    query = select(link.c.person).where(link.c.ends_at > now, link.c.person.is_not(None))
    return {who for who in connection.execute(query).scalars() if who is not None}
