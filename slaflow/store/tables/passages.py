"""Handoffs with what came of each: nothing that the log does not say, kept so that reports need not look."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, Table, Text, UniqueConstraint

from slaflow.store.tables.metadata import ROOM_TO_UPDATE, metadata
from slaflow.store.types import BigId, Instant

passage = Table(
    "passage",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("lead", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("digest", Text),
    Column("trigger", Text),
    Column("from_state", Text),
    Column("to_state", Text),
    Column("by_system", Boolean, nullable=False),
    Column("gave", Text),
    Column("gave_owner", Text),
    Column("took", Text),
    Column("took_owner", Text),
    Column("direction", Text, nullable=False),
    Column("score", Float(53)),
    Column("stage", Text),
    Column("fit", Text),
    Column("touchpoints", Text),
    Column("reason", Text),
    Column("cycle", Integer, nullable=False),
    Column("handed_at", Instant),
    Column("until_at", Instant),
    Column("came_back", Boolean, nullable=False),
    Column("given_back", Boolean, nullable=False),
    Column("is_held", Boolean, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("decided_at", Instant),
    Column("touched_at", Instant),
    Column("touched_again_at", Instant),
    Column("attempted_at", Instant),
    Column("decision", BigInteger),
    Column("first_touch", BigInteger),
    Column("first_attempt", BigInteger),
    Column("reckoned", BigInteger),
    UniqueConstraint("lead", "seq", name="passage_handoff"),
    Index("passage_at", "at"),
    info=ROOM_TO_UPDATE,
)
"""One row per handoff in the log, by its lead and ``seq``. ``decision``, ``first_touch`` and
``first_attempt`` are open seconds, by the calendars that ``reckoned`` stands for."""

derived = Table(
    "derived",
    metadata,
    Column("name", Text, primary_key=True),
    Column("made_by", Integer, nullable=False),
)
"""The tables of which every row is what the log says; and by which version of the rules they were made."""
