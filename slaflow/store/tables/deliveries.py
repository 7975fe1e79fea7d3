"""What is sent: each message's way to each address, who listens, and how people want to be told."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text, UniqueConstraint, text

from slaflow.store.tables.metadata import ROOM_TO_UPDATE, metadata, partial
from slaflow.store.types import BigId, Instant, JsonText

WAITS = text("status = 'waiting'")

delivery = Table(
    "delivery",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("message", BigInteger, nullable=False),
    Column("lead", BigInteger),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("person", Text),
    Column("status", Text, nullable=False),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("next_try_at", Instant, nullable=False),
    Column("claimed_until", Instant),
    Column("claimed_by", Text),
    Column("held_at", Instant),
    Column("last_error", Text),
    Column("provider_id", Text),
    Column("digest", Text),
    Column("body", Text),
    Column("planned_at", Instant, nullable=False),
    Column("done_at", Instant),
    UniqueConstraint("message", "channel", "address", name="delivery_way"),
    partial("delivery_due", "channel", "next_try_at", where=WAITS),
    partial("delivery_line", "channel", "address", "lead", "id", where=WAITS),
    Index("delivery_lead", "lead"),
    partial("delivery_done", "done_at", where=text("status <> 'waiting'")),
    partial("delivery_body", "done_at", where=text("body IS NOT NULL AND status <> 'waiting'")),
    info=ROOM_TO_UPDATE,
)
"""One row per message, channel and address: ``waiting``, ``sent``, ``failed``, ``dropped`` (no longer true)
or ``superseded`` (a later step says it). ``channel`` is a channel's name or ``receiver:NAME``; ``person`` the
recorded person who is reached so. ``digest`` names the one letter in which several went; ``body`` is what was
rendered at the first try, so that every later one is the same. Held rows wait for ``outbox release``."""

channel = Table(
    "channel",
    metadata,
    Column("name", Text, primary_key=True),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("closed_until", Instant),
    Column("closed_because", Text),
    Column("off_at", Instant),
    Column("off_because", Text),
    Column("last_sent_at", Instant),
    Column("last_error", Text),
)
"""How each channel and receiver does, for all who send: failures in a row, closed until then, or off until
somebody puts it on."""

receiver = Table(
    "receiver",
    metadata,
    Column("name", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("events", JsonText, nullable=False),
    Column("personal", Boolean, nullable=False),
    Column("applied_at", Instant, nullable=False),
)
"""Systems that are told of entries, as ``receiver apply`` found them; no address, no secret."""

preference = Table(
    "preference",
    metadata,
    Column("person", Text, primary_key=True),
    Column("channels", JsonText, nullable=False),
    Column("digest", Text),
    Column("quiet", Text),
    Column("timezone", Text),
    Column("language", Text),
    Column("changed_at", Instant, nullable=False),
)
"""How a person wants to be told, by their folded address; no part of the log."""

used_link = Table(
    "used_link",
    metadata,
    Column("id", Text, primary_key=True),
    Column("lead", BigInteger, nullable=False),
    Column("person", Text, nullable=False),
    Column("trigger", Text, nullable=False),
    Column("seq", BigInteger),
    Column("used_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("used_link_expires", "expires_at"),
)
"""Links that somebody acted by, so that none is used twice; ``seq`` is the lead's entry that came of it."""
