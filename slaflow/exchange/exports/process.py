"""What a log entry is to process mining: what its activity is called, and its attributes with their types.

XES and OCEL share this; how they lay it out is theirs. An attribute is called by its key of ENTRY, what
``data`` holds by its path, as in ``data.inputs.return_reason``; nulls are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeAlias

import orjson

from slaflow.log.entry import KEYS, Entry

Value: TypeAlias = str | int | bool | float | datetime
Data: TypeAlias = Mapping[str, Any]

_SHOWN = ("id", "seq", "class", "kind", "occurred_at", "owner", "held_by", "trigger", "from", "to",
          "target", "clock", "step", "reason", "caused_by")  # fmt: skip
_PLACES = tuple((key, KEYS.index(key)) for key in _SHOWN)
_DECIMALS = frozenset(("data.points", "data.handoff.score", "data.handoff.fit", "data.handoff.engagement"))
_INSTANTS = frozenset(("data.due_at", "data.started_at"))
_TOO_LONG = frozenset(("source", "holidays"))
"""What an activated agreement's entry carries for replay: the whole file and years of holidays."""


def data_of(entry: Entry) -> Data:
    """The entry's data; empty once erased."""
    found = entry.data
    return found if isinstance(found, dict) else {}


def activity_name(entry: Entry, data: Data) -> str:
    """``promote`` of a transition, ``call`` of an activity, ``check value``, ``accept refused``.

    All others are called by their kind, and so is what erasure has taken the name of.
    """
    kind = entry.kind
    if kind == "transition":
        return entry.trigger or kind
    if kind == "activity":
        return str(data.get("activity", kind))
    if kind == "checked":
        return f"check {data['check']}" if "check" in data else kind
    if kind == "refused":
        what = entry.trigger or data.get("activity") or data.get("check") or _other(data)
        return f"{what} refused" if what else kind
    return kind


def _other(data: Data) -> str | None:
    """What was refused for want of a right alone."""
    return next((word for word in ("assign", "erase") if word in data), "set" if "change" in data else None)


def attributes(entry: Entry, data: Data) -> Iterator[tuple[str, Value]]:
    """(name, value) of everything the entry says but who acted and when."""
    for key, place in _PLACES:
        if (value := entry[place]) is not None:
            yield key, value
    if entry.kind == "transition":
        yield "handoff", entry.handoff
    for key, value in data.items():
        if not (entry.kind == "activated" and key in _TOO_LONG):
            yield from _flat(f"data.{key}", value)


def _flat(path: str, value: Any) -> Iterator[tuple[str, Value]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _flat(f"{path}.{key}", part)
    elif isinstance(value, list):
        yield path, orjson.dumps(value).decode()
    elif value is not None:
        yield path, _typed(path, value)


def _typed(path: str, value: Value) -> Value:
    """Decimals and instants, which data keeps as text, as what they are."""
    try:
        if path in _DECIMALS:
            return float(str(value))
        if path in _INSTANTS:
            return datetime.fromisoformat(str(value))
    except ValueError:
        # Somebody wrote into the log; it is exported as it stands, and verify tells.
        return value
    return value
