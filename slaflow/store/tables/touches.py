"""Touches, and how leads ended: nothing that the log does not say, kept so that reports need not look."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, PrimaryKeyConstraint, Table, Text

from slaflow.store.tables.metadata import metadata
from slaflow.store.types import Instant

BY_LEAD = {"sqlite_with_rowid": False}
"""The rows of a lead lie together."""

touch = Table(
    "touch",
    metadata,
    Column("lead", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("owner", Text),
    Column("what", Text, nullable=False),
    Column("how", Text, nullable=False),
    PrimaryKeyConstraint("lead", "seq", name="touch_of_lead"),
    info=BY_LEAD,
)
"""One row per activity in the log, by its lead and ``seq``. ``what`` and ``how`` are JSON, spelt always
alike, so that two texts tell apart what seven columns would."""

ending = Table(
    "ending",
    metadata,
    Column("lead", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("digest", Text),
    Column("owner", Text),
    Column("what", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("trigger", Text),
    Column("gave", Text),
    Column("reason", Text),
    Column("by_system", Boolean, nullable=False),
    Column("since_at", Instant, nullable=False),
    Column("elapsed", BigInteger, nullable=False),
    Column("effort", Text, nullable=False),
    Column("open", BigInteger),
    Column("reckoned", BigInteger),
    PrimaryKeyConstraint("lead", "seq", name="ending_of_lead"),
    info=BY_LEAD,
)
"""One row per move in the log that closed its lead or gave it back. ``open`` are open seconds, by the
calendars that ``reckoned`` stands for; ``effort`` is JSON: kinds of activity, how often each."""
