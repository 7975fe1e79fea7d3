"""What other systems sent of a person, and what is known of her records there, gone with her."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from slaflow.store.linking import inbox, mirrors, records


def forget(connection: Connection, lead: int, values: Collection[str]) -> None:
    """Drops all that was sent of the lead, of her records, or with one of her *values* in it."""
    remotes = {*mirrors.remotes_of(connection, lead), *records.of_lead(connection, lead)}
    inbox.forget(connection, lead, remotes, values)
    mirrors.forget(connection, lead)
    records.forget(connection, lead)
