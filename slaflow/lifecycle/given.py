"""Inputs as they were given, in a form that JSON without floats takes and that can be given again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

_LIMIT = 2**63


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What is no value of any kind, such as a list; every field refuses it in the same words."""

    written: Mapping[str, str]


def as_given(values: Mapping[str, object]) -> dict[str, Any]:
    """*values* as an entry carries them: text, truths and whole numbers as they are, the rest named.

    ``{"type": "float", "text": "0.5"}``: what a field makes of a value hangs on what it is given.
    """
    return {name: _written(value) for name, value in values.items()}


def from_given(written: Mapping[str, Any]) -> dict[str, object]:
    """What :func:`as_given` wrote, as it was given."""
    return {name: _read(value) if isinstance(value, Mapping) else value for name, value in written.items()}


def _written(value: object) -> object:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int) and -_LIMIT <= value < _LIMIT:
        return value
    if isinstance(value, Unreadable):
        return value.written
    if isinstance(value, datetime | date):
        return {"type": type(value).__name__, "text": value.isoformat()}
    return {"type": type(value).__name__, "text": repr(value) if isinstance(value, float) else str(value)}


def _read(value: Mapping[str, str]) -> object:
    reader = _READERS.get(value["type"])
    return Unreadable(value) if reader is None else reader(value["text"])


_READERS: dict[str, Callable[[str], object]] = {
    "int": int,
    "float": float,
    "Decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
}
