"""Leads and their clocks: everything a decision needs."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from slaflow.store.tables.metadata import ROOM_TO_UPDATE, metadata, partial
from slaflow.store.types import BigId, Instant, JsonText, Span, Word

lead_numbers = Sequence("lead_number", metadata=metadata)
"""Where PostgreSQL takes lead ids from; SQLite takes them from ``counter``."""

counter = Table(
    "counter",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
    info={"only": "sqlite"},
)

lead = Table(
    "lead",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("key", Word, nullable=False),
    Column("workflow", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("held_by", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("entered_at", Instant, nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("owner", Text),
    Column("fields", JsonText, nullable=False),
    Column("field_at", JsonText, nullable=False),
    Column("engagement", Float(53), nullable=False),
    Column("engagement_at", Instant),
    Column("stage", Text),
    Column("checks", JsonText, nullable=False),
    Column("tallies", JsonText, nullable=False),
    Column("attempts", JsonText, nullable=False),
    Column("attempts_before_handoff", Integer, nullable=False),
    Column("approaches", JsonText, nullable=False, server_default=text("'[]'")),
    Column("contacted", Boolean, nullable=False),
    Column("touched_at", Instant),
    Column("worked_at", Instant),
    Column("assignments", Integer, nullable=False, server_default=text("0")),
    Column("cycles", Integer, nullable=False),
    Column("step_at", Instant),
    Column("reset_at", Instant),
    Column("handoff_at", Instant),
    Column("holders", JsonText, nullable=False),
    Column("passed_to", JsonText, nullable=False),
    Column("clock_numbers", JsonText, nullable=False),
    Column("closed", Boolean, nullable=False, server_default=false()),
    Column("account", Word),
    Column("assigned_at", Instant),
    Column("waits_for", Text),
    Column("waits_since", Instant),
    Column("broken", JsonText, nullable=False, server_default=text("'{}'")),
    Column("seq", BigInteger, nullable=False),
    Column("head", Text, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("retry_at", Instant),
    Column("failure", Text),
    UniqueConstraint("key", name="lead_key"),
    Index("lead_state", "state", "id"),
    # Where open leads are, and who has been there longest.
    Index("lead_resting", "state", "entered_at", "id"),
    Index("lead_owner", "owner", "id"),
    Index("lead_workflow", "workflow", "id"),
    # What each owner has on their hands.
    partial("lead_load", "owner", "held_by", "id", where=text("owner IS NOT NULL AND NOT closed")),
    partial("lead_account", "account", "id", where=text("account IS NOT NULL AND NOT closed")),
    partial("lead_waiting", "waits_for", "waits_since", "id", where=text("waits_for IS NOT NULL")),
    partial(
        "lead_failing",
        "id",
        where=text("failures > 0"),
    ),
    info=ROOM_TO_UPDATE,
)

IS_OPEN = text("NOT lead.closed")
"""Of those that weigh on their owner; queries say it with the same words, or SQLite takes no index."""

lead_word = Table(
    "lead_word",
    metadata,
    Column("word", Word, primary_key=True),
    Column("lead", BigInteger, primary_key=True, autoincrement=False),
    info={"sqlite_with_rowid": False},
)
"""By which words leads are found, and may have been found before."""

_OPEN = text("ended_at IS NULL")

_WAKING = text("wake_at IS NOT NULL")

LET_GO = text("clock.let_go")
"""Queries say it with the same word, or SQLite takes no index."""

clock = Table(
    "clock",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("lead", BigInteger, ForeignKey("lead.id"), nullable=False),
    Column("target", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("owed_by", Text),
    Column("owner", Text),
    Column("calendar", Text, nullable=False),
    Column("lives_in", JsonText, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("base_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("allowance", Span, nullable=False),
    Column("left", Span, nullable=False),
    Column("case", Integer, nullable=False),
    Column("paused_at", Instant),
    Column("budget", Span),
    Column("breached_at", Instant),
    Column("ended_at", Instant),
    Column("lifted", Boolean, nullable=False),
    Column("carried_out", JsonText, nullable=False),
    Column("counts", JsonText, nullable=False),
    Column("wake_at", Instant),
    Column("open_seconds", BigInteger),
    Column("let_go", Boolean, server_default=false()),
    Column("graced", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("lead", "target", "number", name="clock_number"),
    partial("clock_open", "lead", "target", unique=True, where=_OPEN),
    partial("clock_wake", "wake_at", where=_WAKING),
    partial("clock_let_go", "owed_by", "target", where=text("let_go")),
    partial("clock_owed", "owed_by", "digest", "calendar", "due_at", where=_OPEN),
    info=ROOM_TO_UPDATE,
)

renaming = Table(
    "renaming",
    metadata,
    Column("lead", BigInteger, ForeignKey("lead.id"), primary_key=True, autoincrement=False),
    Column("target", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("first_target", Text, nullable=False),
    Column("first_number", Integer, nullable=False),
    Index("renaming_first", "lead", "first_target", "first_number", "seq"),
)
"""One row per clock and name that its lead's move to another version gave it, since the entry ``seq``:
entries before call it otherwise, the very first by its ``first_target`` and ``first_number``."""
