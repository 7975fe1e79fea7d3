"""Tokens by which other systems ask, with whom each is for as they stand now. No part of the log."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, insert, or_, select, update

from slaflow.store.tables.people import person, token


class Token(NamedTuple):
    """``party`` of a person's token is the one they were of when it was made; ``now_*`` are as they stand,
    None where nobody is recorded, or where it is a party's own."""

    name: str
    party: str
    scopes: tuple[str, ...]
    hint: str | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None
    person: str | None
    now_email: str | None
    now_party: str | None
    now_role: str | None


_NOW = and_(person.c.key == token.c.person, person.c.valid_until.is_(None))
_ONE = select(
    token.c.name, token.c.party, token.c.scope, token.c.hint, token.c.created_at, token.c.expires_at,
    token.c.revoked_at, token.c.used_at, token.c.person, person.c.email, person.c.party.label("now_party"),
    person.c.role,
).join_from(token, person, _NOW, isouter=True)  # fmt: skip


def find(connection: Connection, secret_hash: str) -> Token | None:
    """The token of that secret; one statement."""
    row = connection.execute(_ONE.where(token.c.secret_hash == secret_hash)).one_or_none()
    return None if row is None else _token(tuple(row))


def named(connection: Connection, name: str) -> Token | None:
    """The token called *name*."""
    row = connection.execute(_ONE.where(token.c.name == name)).one_or_none()
    return None if row is None else _token(tuple(row))


def listed(connection: Connection) -> list[Token]:
    """Every one there ever was, in the order in which they were made."""
    return [_token(tuple(row)) for row in connection.execute(_ONE.order_by(token.c.id))]


def _token(row: tuple[object, ...]) -> Token:
    values = list(row)
    values[2] = tuple(str(row[2]).split())
    return Token(*values)  # type: ignore[arg-type]  # as the query names them


def add(
    connection: Connection, name: str, party: str, scopes: tuple[str, ...], secret_hash: str, *,
    hint: str, at: datetime, expires_at: datetime | None, person_key: str | None,
) -> None:  # fmt: skip
    """A new one; *person_key* is an address as it is compared, None where it is the party's own.

    Raises:
        ConflictingChange: somebody else made one of that name meanwhile.
    """
    values = {
        "name": name, "party": party, "scope": " ".join(scopes), "secret_hash": secret_hash, "hint": hint,
        "created_at": at, "expires_at": expires_at, "person": person_key,
    }  # fmt: skip
    connection.execute(insert(token).values(values))


def use(connection: Connection, name: str, at: datetime) -> None:
    """Notes that it was used."""
    connection.execute(update(token).where(token.c.name == name).values(used_at=at))


def revoke(connection: Connection, name: str, at: datetime) -> bool:
    """Ends it; whether it was good until then."""
    good = or_(token.c.expires_at.is_(None), token.c.expires_at > at)
    ended = update(token).where(token.c.name == name, token.c.revoked_at.is_(None), good)
    return connection.execute(ended.values(revoked_at=at)).rowcount > 0


def revoke_all_of(connection: Connection, who: str, at: datetime) -> int:
    """Ends every one of *who*, an address as it is compared; how many they were."""
    ended = update(token).where(token.c.person == who, token.c.revoked_at.is_(None))
    return connection.execute(ended.values(revoked_at=at)).rowcount
