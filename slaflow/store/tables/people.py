"""People, absences, the turns of teams, and tokens."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, text

from slaflow.store.tables.metadata import metadata, partial
from slaflow.store.types import BigId, Instant, JsonText, Word

person = Table(
    "person",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("email", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("order", BigInteger, nullable=False),
    Column("valid_from", Instant, nullable=False),
    Column("valid_until", Instant),
    Column("name", Text),
    Column("team", Text),
    Column("manager", Text),
    Column("role", Text, nullable=False),
    Column("calendar", Text),
    Column("weight", Integer, nullable=False, server_default=text("1")),
    Column("capacity", Integer),
    Column("per_day", Integer),
    Column("key", Word),
    Index("person_email", "email", "valid_from"),
    Index("person_key", "key", "valid_from"),
    partial(
        "person_now",
        "key",
        unique=True,
        where=text("valid_until IS NULL"),
    ),
)

absence = Table(
    "absence",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("email", Text, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("stand_in", Text),
    Column("back_at", Instant),
)

team = Table(
    "team",
    metadata,
    Column("name", Text, primary_key=True),
    Column("turn", Text, nullable=False),
    Column("round", Integer, nullable=False, server_default=text("1")),
    Column("dealt", JsonText, nullable=False, server_default=text("'{}'")),
)
"""``turn`` is whom it drew last, in which ``round``; ``dealt`` how many leads each got on its latest days."""

token = Table(
    "token",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("party", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("person", Text),
    Column("hint", Text),
    Column("expires_at", Instant),
    Column("used_at", Instant),
    Index("token_secret", "secret_hash", unique=True),
)
"""``secret_hash`` is the SHA-256 of the secret, ``hint`` its first characters; ``person`` whose rights
it has, None where they are a party's."""
