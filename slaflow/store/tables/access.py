"""Who signs in: passwords, sessions, failed attempts, and links that are good once. No part of the log."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text, false

from slaflow.store.tables.metadata import metadata
from slaflow.store.types import Instant, JsonText, Word

credential = Table(
    "credential",
    metadata,
    Column("person", Word, primary_key=True),
    Column("password", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
)
"""``person`` is an address as it is compared, here and below; ``password`` an argon2id hash."""

session = Table(
    "session",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Word, nullable=False),
    Column("party", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("used_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("browser", Text),
    Index("session_person", "person"),
    Index("session_ends", "ends_at"),
)
"""``id`` is the SHA-256 of what the browser has; ``party`` and ``role`` are those it began with, ``browser``
says roughly in which."""

sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("who", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("next_at", Instant, nullable=False),
)
"""``who`` is a hash of an account or of an address: what was typed as an account may be a password."""

one_time_link = Table(
    "one_time_link",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("person", Word),
    Column("made_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Index("one_time_link_person", "person"),
    Index("one_time_link_ends", "ends_at"),
)
"""``id`` is the SHA-256 of the link's own part; a link that was used is gone."""

linked_account = Table(
    "linked_account",
    metadata,
    Column("issuer", Word, primary_key=True),
    Column("subject", Word, primary_key=True),
    Column("person", Word, nullable=False),
    Column("linked_at", Instant, nullable=False),
    Index("linked_account_person", "person", "issuer", unique=True),
)
"""Who is known by another site's word, and what they are called there."""

account = Table(
    "account",
    metadata,
    Column("person", Word, primary_key=True),
    Column("theme", Text),
    Column("keys", Boolean, nullable=False),
    Column("changed_at", Instant, nullable=False),
)
"""How somebody wants the pages: ``theme`` null is as their system has it, ``keys``: single keys do things."""

once = Table(
    "once",
    metadata,
    Column("token", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("lead", BigInteger),
    Column("seq", BigInteger),
    Column("what", Text),
    Column("because", JsonText, nullable=False),
    Column("denied", Boolean, nullable=False, server_default=false()),
    Index("once_at", "at"),
    Index("once_lead", "lead"),
)
"""What was asked with a key, so that it is not done twice: ``digest`` tells what it was, ``what`` is null
where it was done, else what was refused, and ``because`` of what. Gone with an erased lead."""
