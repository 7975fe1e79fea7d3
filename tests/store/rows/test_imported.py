"""No file counts twice."""

from __future__ import annotations

from slaflow.store.database import Database
from slaflow.store.rows import imported


def test_what_became_of_a_row_is_remembered(database: Database) -> None:
    with database.write() as connection:
        imported.remember(connection, {"a": None, "b": "not allowed"})
        imported.remember(connection, {})
        assert imported.known(connection, ["a", "b", "c"]) == {"a": None, "b": "not allowed"}


def test_a_retry_replaces_the_outcome(database: Database) -> None:
    with database.write() as connection:
        imported.remember(connection, {"b": "not allowed"})
        imported.remember(connection, {"b": None, "c": None})
        assert imported.known(connection, ["b", "c"]) == {"b": None, "c": None}
