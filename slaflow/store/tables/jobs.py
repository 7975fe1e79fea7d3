"""Jobs: what was asked for that takes long, who has it in hand, and what came of it. No part of the log."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from slaflow.store.tables.metadata import metadata, partial
from slaflow.store.types import BigId, Instant, JsonText, Word

job = Table(
    "job",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("asked_by", Word, nullable=False),
    Column("party", Text),
    Column("parameters", JsonText, nullable=False),
    Column("status", Text, nullable=False),
    Column("done", BigInteger, nullable=False, server_default=text("0")),
    Column("of", BigInteger),
    Column("made_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Column("worker", Text),
    Column("lease_until", Instant),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("result", JsonText, nullable=False),
    Column("error", Text),
    Column("file_name", Text),
    Column("file_type", Text),
    Column("file_bytes", BigInteger),
    Column("holds_leads", Boolean, nullable=False),
    Column("erased_at", Instant),
    Column("expires_at", Instant),
    Index("job_asked_by", "asked_by", "id"),
    partial("job_open", "id", where=text("ended_at IS NULL")),
    partial("job_expires", "expires_at", where=text("expires_at IS NOT NULL")),
)
"""``asked_by`` is an address as it is compared, or a party; ``worker`` whoever has it in hand until
``lease_until``; ``done`` of ``of`` is how far they are. ``holds_leads``: what came of it may tell of a lead,
and goes when one is erased, which ``erased_at`` then tells."""

job_part = Table(
    "job_part",
    metadata,
    Column("job", BigInteger, ForeignKey("job.id"), primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
)
"""A job's file, compressed piece by piece: in the database, where every machine that shares it finds it and
where an erasure reaches it."""
