"""How somebody wants the pages: which colours, and whether single keys do things."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete

from slaflow.store.bulk.rows import insert_rows
from slaflow.store.tables.access import account
from slaflow.store.types import instant_writer


def save(connection: Connection, who: str, theme: str | None, keys: bool, at: datetime) -> None:
    """Has that hold for *who*, an address as it is compared; theme None is as their system has it."""
    columns = ("person", "theme", "keys", "changed_at")
    changed = ", ".join(f'"{name}" = excluded."{name}"' for name in columns[1:])
    row = (who, theme, keys, instant_writer(connection.dialect.name)(at))
    insert_rows(connection, account, columns, [row], f"(person) DO UPDATE SET {changed}")


def forget(connection: Connection, who: str) -> None:
    """Forgets what *who* wanted."""
    connection.execute(delete(account).where(account.c.person == who))
