"""Whose records there are elsewhere, as hooks told of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, delete, select

from slaflow.store.bulk.rows import insert_rows
from slaflow.store.tables.links import known_record
from slaflow.store.types import one_of


def note(connection: Connection, hook: str, known: Iterable[tuple[str, int]]) -> None:
    """Notes of records, each with its lead, whose they are; of one that is known it stays."""
    rows = [(hook, remote, lead) for remote, lead in sorted(known)]
    insert_rows(connection, known_record, ("hook", "remote", "lead"), rows, "(hook, remote) DO NOTHING")


def leads_of(connection: Connection, hook: str, remotes: Collection[str]) -> dict[str, int]:
    """Whose record each of *remotes* is, as far as *hook* told."""
    theirs = (known_record.c.hook == hook, one_of(known_record.c.remote, "remotes"))
    query = select(known_record.c.remote, known_record.c.lead).where(*theirs)
    return {remote: lead for remote, lead in connection.execute(query, {"remotes": list(remotes)})}


def of_lead(connection: Connection, lead: int) -> list[str]:
    """Which records are the lead's, whatever hook told of them."""
    return list(
        connection.execute(select(known_record.c.remote).where(known_record.c.lead == lead)).scalars()
    )


def forget(connection: Connection, lead: int) -> None:
    """Nothing is known of the lead's records any more."""
    connection.execute(delete(known_record).where(known_record.c.lead == lead))
