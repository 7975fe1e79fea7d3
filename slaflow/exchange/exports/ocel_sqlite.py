"""OCEL 2.0 as an SQLite file, laid out as the standard has it: a table per type of event and of object.

Source: the OCEL 2.0 specification, "Relational implementation", with all its keys.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from itertools import islice
from pathlib import Path

from slaflow.exchange.exports.lines import instant_text
from slaflow.exchange.exports.ocel import OBJECT_TYPES, Event, events
from slaflow.exchange.exports.ocel_json import Attributes
from slaflow.exchange.exports.ocel_objects import BEGINNING, Objects, attribute_type
from slaflow.exchange.exports.process import Value
from slaflow.log.entry import Entry

AT_ONCE = 5000

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL UNIQUE);
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL UNIQUE);
CREATE TABLE event (
    ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL REFERENCES event_map_type (ocel_type));
CREATE TABLE object (
    ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL REFERENCES object_map_type (ocel_type));
CREATE TABLE event_object (
    ocel_event_id TEXT NOT NULL REFERENCES event (ocel_id),
    ocel_object_id TEXT NOT NULL REFERENCES object (ocel_id),
    ocel_qualifier TEXT NOT NULL,
    PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier)) WITHOUT ROWID;
CREATE TABLE object_object (
    ocel_source_id TEXT NOT NULL REFERENCES object (ocel_id),
    ocel_target_id TEXT NOT NULL REFERENCES object (ocel_id),
    ocel_qualifier TEXT NOT NULL,
    PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier)) WITHOUT ROWID;
"""
_COLUMN_TYPES = {
    "string": "TEXT", "integer": "INTEGER", "float": "REAL", "boolean": "BOOLEAN", "time": "TIMESTAMP",
}  # fmt: skip
_TAKEN = ("map_type", "object")
"""Names of event types whose tables would bear the names of others."""


def write_ocel_sqlite(entries: Iterable[Entry], file: Path) -> None:
    """A whole OCEL 2.0 database in *file*, which must not be there yet.

    Booleans are 1 and 0, instants ISO 8601 text in UTC.
    """
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.executescript(_TABLES)
        objects, tables, pending = Objects(connection), _EventTables(connection), events(entries)
        connection.execute("BEGIN")
        while batch := list(islice(pending, AT_ONCE)):
            tables.add(batch)
            objects.add(batch)
        objects.close()
        _write_objects(connection)
        connection.execute("COMMIT")


class _EventTables:
    """A table per type of event, with a column for each attribute that appeared."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._attributes = Attributes()
        self._columns: dict[str, list[str]] = {}
        self._maps: dict[str, str] = {}

    def add(self, batch: list[Event]) -> None:
        by_type: dict[str, list[Event]] = {}
        for event in batch:
            self._attributes.note(event)
            by_type.setdefault(event.type, []).append(event)
        for type in by_type:
            self._make_room(type)
        many = self._connection.executemany
        many("INSERT INTO event VALUES (?, ?)", ((event.id, event.type) for event in batch))
        for type, found in by_type.items():
            marks = ", ".join("?" * (len(self._columns[type]) + 2))
            many(f"INSERT INTO {self._table(type)} VALUES ({marks})", self._rows(type, found))
        roles = ((event.id, object_id, role) for event in batch for object_id, role in event.roles)
        many("INSERT INTO event_object VALUES (?, ?, ?)", roles)

    def _rows(self, type: str, found: list[Event]) -> Iterator[list[Value | None]]:
        columns, types = self._columns[type], self._attributes.types[type]
        instants = [place for place, name in enumerate(columns, 2) if types[name] in ("time", "string")]
        for event in found:
            row = [event.id, instant_text(event.at), *map(event.attributes.get, columns)]
            for place in instants:
                if isinstance(at := row[place], datetime):
                    row[place] = instant_text(at)
            yield row

    def _make_room(self, type: str) -> None:
        if type not in self._maps:
            self._maps[type] = _map_name(type, self._maps.values())
            self._connection.execute("INSERT INTO event_map_type VALUES (?, ?)", (type, self._maps[type]))
            self._connection.execute(
                f"CREATE TABLE {self._table(type)} "
                "(ocel_id TEXT PRIMARY KEY REFERENCES event (ocel_id), ocel_time TIMESTAMP NOT NULL)"
            )
        columns = self._columns.setdefault(type, [])
        for name, of in self._attributes.types[type].items():
            if name not in columns:
                columns.append(name)
                column = f"{_identifier(name)} {_COLUMN_TYPES[of]}"
                self._connection.execute(f"ALTER TABLE {self._table(type)} ADD COLUMN {column}")

    def _table(self, type: str) -> str:
        return _identifier(f"event_{self._maps[type]}")


def _write_objects(connection: sqlite3.Connection) -> None:
    """Lays out what was gathered: first values in a row of their own, each later one in another."""
    connection.executemany(
        "INSERT INTO object_map_type VALUES (?, ?)", ((each, each) for each in OBJECT_TYPES)
    )
    connection.execute("INSERT INTO object SELECT id, type FROM seen ORDER BY id")
    connection.execute("INSERT INTO object_object SELECT source, target, role FROM link")
    for type, names in OBJECT_TYPES.items():
        columns = "".join(f", {name} {_COLUMN_TYPES[attribute_type(name)]}" for name in names)
        connection.execute(
            f"CREATE TABLE object_{type} (ocel_id TEXT NOT NULL REFERENCES object (ocel_id), "
            f"ocel_time TIMESTAMP NOT NULL, ocel_changed_field TEXT{columns})"
        )
        first = "".join(f", max(CASE WHEN name = '{name}' THEN value END)" for name in names)
        connection.execute(
            f"INSERT INTO object_{type} SELECT seen.id, '{BEGINNING}', NULL{first} FROM seen "
            "LEFT JOIN attribute ON attribute.object = seen.id AND attribute.at IS NULL WHERE seen.type = ? "
            "GROUP BY seen.id",
            (type,),
        )
        changed = "".join(f", CASE WHEN name = '{name}' THEN value END" for name in names)
        connection.execute(
            f"INSERT INTO object_{type} SELECT object, at, name{changed} FROM seen "
            "JOIN attribute ON attribute.object = seen.id AND attribute.at IS NOT NULL WHERE seen.type = ? "
            "ORDER BY seen.id, number",
            (type,),
        )


def _map_name(type: str, taken: Iterable[str]) -> str:
    """*type* as the end of a table's name: letters, digits and underscores, unlike all others."""
    plain = re.sub(r"\W", "_", type)
    known = {*_TAKEN, *(each.lower() for each in taken)}
    number, name = 1, plain
    while name.lower() in known:
        number += 1
        name = f"{plain}_{number}"
    return name


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
