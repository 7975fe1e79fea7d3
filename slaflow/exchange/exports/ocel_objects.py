"""What the log says about objects, gathered on disk while the events go by: memory would not hold it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from slaflow.exchange.exports.lines import instant_text
from slaflow.exchange.exports.ocel import OBJECT_TYPES, TYPED, Attribute, Event

BEGINNING = "1970-01-01T00:00:00Z"
"""The instant from which OCEL has an object's first values."""

_TABLES = """
CREATE TEMP TABLE seen (id TEXT PRIMARY KEY, type TEXT NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE attribute (
    number INTEGER PRIMARY KEY, object TEXT NOT NULL, name TEXT NOT NULL, at TEXT, value);
CREATE TEMP TABLE link (
    source TEXT, target TEXT, role TEXT, PRIMARY KEY (source, target, role)) WITHOUT ROWID;
"""


class Objects:
    """Objects, their values over time and how they are linked, in temporary tables of *connection*."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.executescript("PRAGMA temp_store = FILE;" + _TABLES)

    def add(self, events: Iterable[Event]) -> None:
        """Takes up every object that *events* name, and all they tell of them."""
        seen: dict[str, None] = {}
        attributes: list[tuple[str, str, str | None, str | int]] = []
        links: list[tuple[str, str, str]] = []
        for event in events:
            seen.update((object_id, None) for object_id, _ in event.roles)
            attributes += map(_row, event.of_objects)
            links += event.links
        for source, target, _ in links:
            seen[source] = seen[target] = None
        many = self._connection.executemany
        many("INSERT OR IGNORE INTO seen VALUES (?, ?)", ((each, type_of(each)) for each in seen))
        many("INSERT INTO attribute (object, name, at, value) VALUES (?, ?, ?, ?)", attributes)
        many("INSERT OR IGNORE INTO link VALUES (?, ?, ?)", links)

    def close(self) -> None:
        """No more comes; attributes are put where they are found by object."""
        self._connection.execute("CREATE INDEX temp.attribute_of ON attribute (object, number)")

    def each(
        self,
    ) -> Iterator[tuple[str, str, list[tuple[str, str | None, str | int]], list[tuple[str, str]]]]:
        """(id, type, values as (name, at, value) in their order, links as (object, role)) of every object."""
        ask = self._connection.execute
        for object_id, type in ask("SELECT id, type FROM seen ORDER BY id"):
            attributes = ask(
                "SELECT name, at, value FROM attribute WHERE object = ? ORDER BY number", (object_id,)
            )
            links = ask("SELECT target, role FROM link WHERE source = ?", (object_id,))
            yield object_id, type, attributes.fetchall(), links.fetchall()


def _row(attribute: Attribute) -> tuple[str, str, str | None, str | int]:
    value = attribute.value if isinstance(attribute.value, int) else str(attribute.value)
    at = None if attribute.at is None else instant_text(attribute.at)
    return attribute.object_id, attribute.name, at, value


def type_of(object_id: str) -> str:
    return object_id.partition(":")[0]


def attribute_type(name: str) -> str:
    """The OCEL type of an object's attribute."""
    return TYPED.get(name, "string")


def declared() -> list[dict[str, object]]:
    """The object types as OCEL's JSON declares them."""
    return [
        {"name": type, "attributes": [{"name": name, "type": attribute_type(name)} for name in names]}
        for type, names in OBJECT_TYPES.items()
    ]
