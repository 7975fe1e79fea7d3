"""What was imported before: keys of applied and of refused rows, so that no file counts twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, func, select

from slaflow.store.bulk.rows import insert_rows
from slaflow.store.tables.imports import imported
from slaflow.store.types import one_of

NO_LEADS: Mapping[str, int | None] = {}
_WRITTEN = ("key", "reason", "lead")
_TAKES_OVER = "(key) DO UPDATE SET reason = excluded.reason, lead = excluded.lead"
_KNOWN = select(imported.c.key, imported.c.reason).where(one_of(imported.c.key, "keys"))


def known(connection: Connection, keys: Collection[str]) -> dict[str, str | None]:
    """Those of *keys* met before: None where it was applied, else why it was refused."""
    return {key: reason for key, reason in connection.execute(_KNOWN, {"keys": keys})}


def remember(
    connection: Connection, outcomes: Mapping[str, str | None], leads: Mapping[str, int | None] = NO_LEADS
) -> None:
    """Keeps what became of each key; a key known before takes the new outcome.

    *leads* says whose each key is, so that erasing the lead forgets it.
    """
    rows = sorted((key, reason, leads.get(key)) for key, reason in outcomes.items())
    insert_rows(connection, imported, _WRITTEN, rows, _TAKES_OVER)


def refused(connection: Connection) -> int:
    """How many rows were refused, and so stand in no log."""
    query = select(func.count()).where(imported.c.reason.is_not(None))
    return int(connection.execute(query).scalar_one())
