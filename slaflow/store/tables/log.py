"""The log and what is kept of it: entries, streams that are no lead, signed heads, what went into files."""

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
    UniqueConstraint,
    text,
)

from slaflow.store.tables.metadata import metadata, partial
from slaflow.store.types import BigId, Instant, Word

_ONCE_PER_STEP = text("kind IN ('breached', 'escalated', 'timer_fired')")

_BREACHED = text("kind = 'breached'")

_LATE = text("occurred_at < at")

_HAS_TARGET = text("target IS NOT NULL")

_HAS_TRIGGER = text('"trigger" IS NOT NULL')

_HAS_TO = text('"to" IS NOT NULL')

_TOLD_LATER = text("arrived_at > at")

OVERRIDDEN = text("kind = 'transition' AND reason IS NOT NULL")

BLANK = text("data IS NULL AND kind IN ('activity', 'transition')")
"""Of what rows are made, where its data is erased; queries say it with the same words, or SQLite takes no
index."""

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
    partial(
        "entry_breached_once",
        "lead",
        "target",
        "clock",
        unique=True,
        where=_BREACHED,
    ),
    partial(
        "entry_step_once",
        "lead",
        "target",
        "clock",
        "step",
        "kind",
        unique=True,
        where=_ONCE_PER_STEP,
    ),
    # One for each filter of the log; a lead's entries are those of its stream.
    Index("entry_kind", "kind", "id"),
    Index("entry_actor", "actor", "id"),
    Index("entry_party", "party", "id"),
    partial("entry_target", "target", "id", where=_HAS_TARGET),
    partial("entry_trigger", "trigger", "id", where=_HAS_TRIGGER),
    Index("entry_at", "at", "id"),
    partial("entry_breached_at", "kind", "at", where=_BREACHED),
    partial("entry_overridden", "kind", "at", where=OVERRIDDEN),
    partial("entry_late", "occurred_at", where=_LATE),
    # What the funnel goes through: where each lead went, and when.
    partial("entry_moves", "lead", "seq", "at", "kind", "from", "to", where=_HAS_TO),
    # What time travel asks for beside what lies past an instant: inputs that were told after it.
    partial("entry_told_later", "arrived_at", where=_TOLD_LATER),
    # Entries that tell less than their rows do, unless the rows were made anew when that was taken away.
    partial("entry_blank", "lead", where=BLANK),
)

stream = Table(
    "stream",
    metadata,
    Column("name", Word, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("head", Text, nullable=False),
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
