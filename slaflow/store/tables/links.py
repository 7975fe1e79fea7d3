"""What other systems send, until it is applied; and what their fields are to be."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, UniqueConstraint, text

from slaflow.store.tables.metadata import metadata, partial
from slaflow.store.types import BigId, Instant, JsonText, Word

_NOTHING = text("'{}'")

inbox = Table(
    "inbox",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("hook", Text, nullable=False),
    Column("key", Word, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("apply_at", Instant, nullable=False),
    Column("remote", Text),
    Column("row", JsonText, nullable=False),
    Column("status", Text, nullable=False),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("lead", BigInteger),
    Column("reason", Text),
    UniqueConstraint("hook", "key", name="inbox_key"),
    partial("inbox_waiting", "hook", "apply_at", "id", where=text("status = 'waiting'")),
    Index("inbox_status", "status", "id"),
    Index("inbox_lead", "lead"),
    Index("inbox_remote", "hook", "remote"),
)
"""One thing that a delivery says: ``row`` is its payload as flat texts, ``remote`` the record it is about.
``status`` is waiting, applied, unchanged, echo or failed, with ``reason``."""

known_record = Table(
    "known_record",
    metadata,
    Column("hook", Text, primary_key=True),
    Column("remote", Word, primary_key=True),
    Column("lead", BigInteger, nullable=False),
    Index("known_record_lead", "lead"),
)
"""Whose record it is of which a hook told; a lead may have several."""

mirror = Table(
    "mirror",
    metadata,
    Column("receiver", Text, primary_key=True),
    Column("lead", BigInteger, primary_key=True, autoincrement=False),
    Column("dirty_seq", BigInteger, nullable=False),
    Column("sent_seq", BigInteger, nullable=False, server_default=text("0")),
    Column("remote", Text),
    Column("sent", JsonText, nullable=False, server_default=_NOTHING),
    Column("told", JsonText, nullable=False, server_default=_NOTHING),
    Column("writes", JsonText, nullable=False, server_default=_NOTHING),
    Column("status", Text, nullable=False, server_default=text("'ok'")),
    Column("reason", Text),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("next_try_at", Instant),
    Column("claimed_until", Instant),
    partial(
        "mirror_dirty", "receiver", "next_try_at", "lead",
        where=text("dirty_seq > sent_seq AND status = 'ok'"),
    ),
    # Without the many whose record is not known, which each change of a lead would have to enter.
    partial("mirror_remote", "receiver", "remote", where=text("remote IS NOT NULL")),
)  # fmt: skip
"""A lead and its record elsewhere: ``dirty_seq`` is how far its log had gone when it was changed last,
``sent_seq`` how far when it was written there. By field of the record: ``sent`` digests of what stands there
as far as is known, ``told`` when it was changed there, ``writes`` when it was written lately. ``status`` is
ok, gone or stopped, with ``reason``."""
