"""What is kept of erased leads: whether the files were rewritten since, and what they are known again by."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, Table, Text

from slaflow.store.tables.metadata import metadata
from slaflow.store.types import Instant

erasure = Table(
    "erasure",
    metadata,
    Column("lead", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("scrubbed_at", Instant),
)

erased_identity = Table(
    "erased_identity",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("erased_on", Text, nullable=False),
)

secret = Table(
    "secret",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""What this database alone knows: keys that no entry, export or archive holds."""
