"""OCEL 2.0 as JSON, written as the log is read: events first, then the objects, then the types seen."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from itertools import islice
from typing import Any

import orjson

from slaflow.exchange.exports.lines import Write, instant_text
from slaflow.exchange.exports.ocel import Event, events
from slaflow.exchange.exports.ocel_objects import BEGINNING, Objects, declared
from slaflow.exchange.exports.process import Value
from slaflow.log.entry import Entry

AT_ONCE = 1000
OCEL_TYPES: dict[type, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "float",
    datetime: "time",
}


def write_ocel(entries: Iterable[Entry], write: Write) -> None:
    """A whole OCEL 2.0 document. Values are text, as its schema wants; their types stand in ``eventTypes``.

    The attributes of objects wait in a temporary file, so memory does not grow with the log.
    """
    attributes = Attributes()
    # An empty name is SQLite's own temporary file, gone when it is closed.
    with closing(sqlite3.connect("")) as connection:
        objects, pending = Objects(connection), events(entries)
        write(b'{"events":[')
        before = b"\n"
        while batch := list(islice(pending, AT_ONCE)):
            for event in batch:
                attributes.note(event)
            write(before + b",\n".join(orjson.dumps(_event(event)) for event in batch))
            objects.add(batch)
            before = b",\n"
        write(b'\n],\n"objects":[')
        objects.close()
        before = b"\n"
        for each in objects.each():
            write(before + orjson.dumps(_object(*each)))
            before = b",\n"
    write(b'\n],\n"objectTypes":' + orjson.dumps(declared()))
    write(b',\n"eventTypes":' + orjson.dumps(_declared(attributes.types)) + b"}\n")


class Attributes:
    """Which attributes the events of each type have, as they appear; ``types`` says what they hold."""

    def __init__(self) -> None:
        self.types: dict[str, dict[str, str]] = {}
        self._seen: dict[str, set[tuple[str, type]]] = {}

    def note(self, event: Event) -> None:
        """Takes up the event's attributes; one that held values of two types is text from then on."""
        seen = self._seen.setdefault(event.type, set())
        known = self.types.setdefault(event.type, {})
        # Mostly nothing is new, and one look at a set tells.
        fresh = {(name, value.__class__) for name, value in event.attributes.items()} - seen
        seen |= fresh
        for name, kind in sorted(fresh, key=lambda each: each[0]) if fresh else ():
            found = OCEL_TYPES[kind]
            if known.setdefault(name, found) != found:
                known[name] = "string"


def _event(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "type": event.type,
        "time": instant_text(event.at),
        "attributes": [{"name": name, "value": _text(value)} for name, value in event.attributes.items()],
        "relationships": [{"objectId": each, "qualifier": role} for each, role in event.roles],
    }


def _object(
    object_id: str,
    type: str,
    attributes: Iterable[tuple[str, str | None, Any]],
    links: Iterable[tuple[str, str]],
) -> dict[str, Any]:
    return {
        "id": object_id,
        "type": type,
        "attributes": [
            {"name": name, "time": at or BEGINNING, "value": str(v)} for name, at, v in attributes
        ],
        "relationships": [{"objectId": each, "qualifier": role} for each, role in links],
    }


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return instant_text(value) if isinstance(value, datetime) else str(value)


def _declared(types: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    return [
        {"name": type, "attributes": [{"name": name, "type": of} for name, of in sorted(known.items())]}
        for type, known in sorted(types.items())
    ]
