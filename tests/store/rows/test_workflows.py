"""Every text that was active, and which one is."""

from __future__ import annotations

from datetime import timedelta

from support.builders import MONDAY

from slaflow.store.database import Database
from slaflow.store.rows import workflows
from slaflow.store.rows.workflows import Version

DAY = timedelta(days=1)


def version(name: str, text: str, days: int = 0, holidays: str = "{}") -> Version:
    return Version(name, text * 64, f"workflow: {name} # {text}", MONDAY + days * DAY, holidays, "2026a")


def activated(database: Database, *versions: Version) -> None:
    with database.write() as connection:
        for each in versions:
            workflows.activate(
                connection,
                each.name,
                each.digest,
                each.source,
                each.activated_at,
                each.holidays,
                each.tz_release,
            )


def test_nothing_is_active_at_first(database: Database) -> None:
    with database.read() as connection:
        assert workflows.active(connection) is None
        assert workflows.all_active(connection) == {}
        assert workflows.versions(connection) == []


def test_the_version_activated_last_is_active(database: Database) -> None:
    old, new, other = version("b2b", "a"), version("b2b", "b", 2), version("events", "c", 1)
    activated(database, new, other, old)
    with database.read() as connection:
        assert workflows.active(connection, "b2b") == new
        assert workflows.active(connection, "events") == other
        assert workflows.active(connection, "unknown") is None
        assert workflows.active(connection) == new
        assert workflows.all_active(connection) == {"b2b": new, "events": other}
        assert workflows.versions(connection) == [new, other, old]
        assert workflows.versions(connection, "b2b") == [new, old]


def test_of_two_activations_at_one_instant_the_later_recorded_is_active(database: Database) -> None:
    activated(database, version("b2b", "a"), version("b2b", "b"))
    with database.read() as connection:
        assert workflows.active(connection, "b2b") == version("b2b", "b")


def test_a_text_activated_again_takes_its_new_holidays(database: Database) -> None:
    again = version("b2b", "a", 2, '{"SE": []}')
    activated(database, version("b2b", "a"), again, version("b2b", "b", 1))
    with database.read() as connection:
        found = workflows.by_digest(connection, ["a" * 64, "b" * 64, "c" * 64])
    assert found == {"a" * 64: again, "b" * 64: version("b2b", "b", 1)}
