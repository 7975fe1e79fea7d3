"""Every table slaflow keeps, as its migrations leave them; ``REVISIONS`` names those, oldest first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from slaflow.store.types import BigId, Instant, JsonText, Span, Word

REVISIONS = ("0001", "0002", "0003", "0004")
"""Every revision this slaflow knows; the last is the one its tables need."""

TRIGGERS = {
    "sqlite": ("entry_no_delete", "entry_no_update"),
    "postgresql": ("entry_kept", "entry_not_emptied", "entry_stays"),
}
"""What keeps the log append-only; the migrations make them."""

metadata = MetaData()

ROOM_TO_UPDATE: dict[str, Any] = {"postgresql_with": {"fillfactor": 80}}
"""Rows that change with every event leave room on their page, so that most updates touch no index."""

lead_numbers = Sequence("lead_number", metadata=metadata)
"""Where PostgreSQL takes lead ids from; SQLite takes them from ``counter``."""

counter = Table(
    "counter",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
    info={"only": "sqlite"},
)

workflow_version = Table(
    "workflow_version",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("activated_at", Instant, nullable=False),
    Column("holidays", Text, nullable=False),
    Column("tz_release", Text, nullable=False),
    Index("workflow_version_name", "name", "activated_at"),
    Index("workflow_version_digest", "digest"),
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
    Column("contacted", Boolean, nullable=False),
    Column("touched_at", Instant),
    Column("worked_at", Instant),
    Column("cycles", Integer, nullable=False),
    Column("step_at", Instant),
    Column("reset_at", Instant),
    Column("handoff_at", Instant),
    Column("holders", JsonText, nullable=False),
    Column("passed_to", JsonText, nullable=False),
    Column("clock_numbers", JsonText, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("head", Text, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("retry_at", Instant),
    Column("failure", Text),
    UniqueConstraint("key", name="lead_key"),
    Index("lead_state", "state", "id"),
    Index("lead_owner", "owner", "id"),
    Index("lead_workflow", "workflow", "id"),
    Index(
        "lead_failing",
        "id",
        sqlite_where=text("failures > 0"),
        postgresql_where=text("failures > 0"),
    ),
    **ROOM_TO_UPDATE,
)

_OPEN = text("ended_at IS NULL")
_WAKING = text("wake_at IS NOT NULL")

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
    UniqueConstraint("lead", "target", "number", name="clock_number"),
    Index("clock_open", "lead", "target", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index("clock_wake", "wake_at", sqlite_where=_WAKING, postgresql_where=_WAKING),
    Index("clock_due", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
    **ROOM_TO_UPDATE,
)

_ONCE_PER_STEP = text("kind IN ('breached', 'escalated', 'timer_fired')")
_BREACHED = text("kind = 'breached'")
_LATE = text("occurred_at < at")
_HAS_TARGET = text("target IS NOT NULL")
_HAS_TRIGGER = text('"trigger" IS NOT NULL')
_TOLD_LATER = text("arrived_at > at")

entry = Table(
    "entry",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("stream", Word, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("lead", BigInteger),
    Column("class", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("arrived_at", Instant),
    Column("occurred_at", Instant),
    Column("recorded_at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("party", Text),
    Column("owner", Text),
    Column("held_by", Text),
    Column("trigger", Text),
    Column("from", Text),
    Column("to", Text),
    Column("target", Text),
    Column("clock", Integer),
    Column("step", Text),
    Column("handoff", Boolean, nullable=False),
    Column("reason", Text),
    Column("caused_by", BigInteger),
    Column("data", Text),
    Column("data_hash", Text, nullable=False),
    Column("digest", Text),
    Column("prev", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("stream", "seq", name="entry_stream_seq"),
    Index(
        "entry_breached_once",
        "lead",
        "target",
        "clock",
        unique=True,
        sqlite_where=_BREACHED,
        postgresql_where=_BREACHED,
    ),
    Index(
        "entry_step_once",
        "lead",
        "target",
        "clock",
        "step",
        "kind",
        unique=True,
        sqlite_where=_ONCE_PER_STEP,
        postgresql_where=_ONCE_PER_STEP,
    ),
    # One for each filter of the log; a lead's entries are those of its stream.
    Index("entry_kind", "kind", "id"),
    Index("entry_actor", "actor", "id"),
    Index("entry_party", "party", "id"),
    Index("entry_target", "target", "id", sqlite_where=_HAS_TARGET, postgresql_where=_HAS_TARGET),
    Index("entry_trigger", "trigger", "id", sqlite_where=_HAS_TRIGGER, postgresql_where=_HAS_TRIGGER),
    Index("entry_at", "at", "id"),
    Index("entry_breached_at", "kind", "at", sqlite_where=_BREACHED, postgresql_where=_BREACHED),
    Index("entry_late", "occurred_at", sqlite_where=_LATE, postgresql_where=_LATE),
    # What time travel asks for beside what lies past an instant: inputs that were told after it.
    Index("entry_told_later", "arrived_at", sqlite_where=_TOLD_LATER, postgresql_where=_TOLD_LATER),
)

stream = Table(
    "stream",
    metadata,
    Column("name", Word, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("head", Text, nullable=False),
)

message = Table(
    "message",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("stream", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("lead", BigInteger),
    Column("recipient", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("target", Text),
    Column("clock", Integer),
    Column("step", Text),
    Column("data", JsonText, nullable=False),
    Column("status", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("next_try_at", Instant),
    Column("last_error", Text),
    UniqueConstraint("stream", "seq", "recipient", "kind", name="message_cause"),
    Index("message_status", "status", "id"),
    Index(
        "message_next_try",
        "next_try_at",
        sqlite_where=text("status = 'waiting'"),
        postgresql_where=text("status = 'waiting'"),
    ),
)

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
    Column("key", Word),
    Index("person_email", "email", "valid_from"),
    Index("person_key", "key", "valid_from"),
    Index(
        "person_now",
        "key",
        unique=True,
        sqlite_where=text("valid_until IS NULL"),
        postgresql_where=text("valid_until IS NULL"),
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
)

team = Table(
    "team",
    metadata,
    Column("name", Text, primary_key=True),
    Column("turn", Text, nullable=False),
)

imported = Table(
    "imported",
    metadata,
    Column("key", Text, primary_key=True),
    Column("reason", Text),
    Column("lead", BigInteger),
)

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
)

identity = Table(
    "identity",
    metadata,
    Column("id", Text, primary_key=True),
    Column("told_apart_until", BigInteger, nullable=False, server_default=text("0")),
)
"""One row: what tells the signed heads of this log from those of others, drawn when the table is made; and
the last entry written while each spelling of an address was a person of its own."""

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("origin", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("root", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("last_entry", BigInteger, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Index("checkpoint_size", "size", "id"),
)

archive = Table(
    "archive",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("recorded_at", Instant, nullable=False),
    Column("before", Instant, nullable=False),
    Column("file", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("entries", BigInteger, nullable=False),
    Column("streams", BigInteger, nullable=False),
    Column("ends", Text, nullable=False),
    Column("first_entry", BigInteger, nullable=False),
    Column("last_entry", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("root", Text, nullable=False),
    Column("tree_entry", BigInteger, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    UniqueConstraint("sha256", name="archive_sha256"),
)

archived_stream = Table(
    "archived_stream",
    metadata,
    Column("stream", Word, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),
    Column("last_entry", BigInteger, nullable=False),
    Column("archive", BigInteger, ForeignKey("archive.id"), nullable=False),
    Index("archived_stream_archive", "archive", "stream"),
)


def belongs_to(dialect: str) -> Callable[..., bool]:
    """What tells alembic which of the tables and indexes exist on *dialect*."""

    def include(thing: Any, name: str | None, kind: str, reflected: bool, compared_to: Any) -> bool:
        return bool(thing.info.get("only", dialect) == dialect)

    return include


# Tables of a kind of their own have a file of their own; it needs the metadata above.
from slaflow.store.tables import commitments, erasure  # noqa: E402, F401
