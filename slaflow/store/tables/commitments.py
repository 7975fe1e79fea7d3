"""Commitments' tables: what was stated of each period, when the next closes, what arrived late."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text, UniqueConstraint

from slaflow.store.tables.metadata import metadata
from slaflow.store.types import BigId, Instant, JsonText

period = Table(
    "period",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("workflow", Text, nullable=False),
    Column("commitment", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("closed_at", Instant, nullable=False),
    Column("verdict", Text),
    Column("data", JsonText, nullable=False),
    UniqueConstraint("workflow", "commitment", "period", name="period_once"),
    Index("period_closed", "workflow", "closed_at"),
)

closing = Table(
    "closing",
    metadata,
    Column("workflow", Text, primary_key=True),
    Column("done_until", Instant, nullable=False),
    Column("wake_at", Instant),
    Index("closing_wake", "wake_at"),
)

late_arrival = Table(
    "late_arrival",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("workflow", Text, nullable=False),
    Column("happened_at", Instant, nullable=False),
    Column("known_at", Instant, nullable=False),
    Index("late_arrival_known", "known_at"),
)
