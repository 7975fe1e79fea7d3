"""Agreements: every text that was ever activated."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text

from slaflow.store.tables.metadata import metadata
from slaflow.store.types import BigId, Instant

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
