"""Figures of reports that were counted before somebody asks: nothing that the log does not say."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text, text

from slaflow.store.tables.metadata import metadata, partial
from slaflow.store.types import Instant

figure = Table(
    "figure",
    metadata,
    Column("report", Text, primary_key=True),
    Column("workflow", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("grouping", Text, primary_key=True),
    Column("read_at", Instant, nullable=False),
    Column("asked_at", Instant),
    Column("taken_until", Instant),
    Column("last_entry", BigInteger),
    Column("erasures", BigInteger),
    Column("at", Instant),
    Column("data", Text),
    partial("figure_asked", "asked_at", where=text("asked_at IS NOT NULL")),
)
"""``at`` is the instant as of which it was counted, with the log up to ``last_entry`` and after so many
``erasures``; null before it ever was. ``asked_at`` is since when it is to be counted anew, ``taken_until``
until when whoever took it has it in hand, ``read_at`` when it was looked at last, to the hour."""
