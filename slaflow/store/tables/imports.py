"""What was imported before."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text

from slaflow.store.tables.metadata import metadata

imported = Table(
    "imported",
    metadata,
    Column("key", Text, primary_key=True),
    Column("reason", Text),
    Column("lead", BigInteger),
)
