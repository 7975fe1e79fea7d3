"""Sessions of PostgreSQL that wait for each other."""

from __future__ import annotations

from sqlalchemy import text

from slaflow.store.database import Database


def wait_until_blocked(database: Database) -> None:
    """Returns once some session waits for a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    for _ in range(20_000):
        with database.read() as connection:
            if connection.execute(waiting).scalar():
                return
    raise AssertionError("nobody waits")
