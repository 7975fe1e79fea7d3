"""A compiled workflow as JSON and back, so that it can be kept between processes.

Of what stands there nothing is run: a list is one of the model's own classes or a plain value, by the name it
begins with, and any other name is an error. What stands in several places is written, and made, once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import ModuleType
from typing import Any

from slaflow.hours import calendar, rules
from slaflow.workflow import errors
from slaflow.workflow.expressions import compiled, value
from slaflow.workflow.model import clocks, commitment, flow, lead, parties, workflow
from slaflow.workflow.model.workflow import Workflow

_HOMES: tuple[ModuleType, ...] = (
    calendar, rules, errors, compiled, value, clocks, commitment, flow, lead, parties, workflow,
)  # fmt: skip
_CLASSES: Mapping[str, type] = {
    name: each
    for home in _HOMES
    for name, each in vars(home).items()
    if isinstance(each, type) and is_dataclass(each) and each.__module__ == home.__name__
}
_FIELDS: Mapping[type, tuple[str, ...]] = {
    each: tuple(part.name for part in fields(each) if part.init) for each in _CLASSES.values()
}
_PLAIN = frozenset((str, int, bool, type(None)))
_MADE: Mapping[str, Callable[[Sequence[Any]], Any]] = {
    "tuple": tuple,
    "set": frozenset,
    "map": lambda parts: dict(zip(parts[::2], parts[1::2], strict=True)),
    "number": lambda parts: Decimal(parts[0]),
    "date": lambda parts: date.fromisoformat(parts[0]),
    "instant": lambda parts: datetime.fromisoformat(parts[0]),
    "span": lambda parts: timedelta(*parts),
    **{name: lambda parts, each=each: each(*parts) for name, each in _CLASSES.items()},  # type: ignore[misc]
}


def encoded(made: Workflow) -> bytes:
    """*made* without its ``source``, which has its own place. Raises TypeError for what is no such model."""
    writer = _Writer()
    whole = [writer.form("" if name == "source" else getattr(made, name)) for name in _FIELDS[Workflow]]
    return json.dumps([writer.parts, whole], separators=(",", ":")).encode()


def decoded(data: bytes, source: str) -> Workflow:
    """What was encoded, with its text. Raises ValueError, TypeError, LookupError for anything else."""
    forms, whole = json.loads(data)
    parts: list[Any] = []
    for form in forms:
        parts.append(_made(form, parts))
    names = dict(zip(_FIELDS[Workflow], (_made(form, parts) for form in whole), strict=True))
    return Workflow(**{**names, "source": source})


class _Writer:
    """Every part of the model once, those that others hold before them."""

    def __init__(self) -> None:
        self.parts: list[Any] = []
        self._places: dict[int, int] = {}

    def form(self, each: Any) -> Any:
        """*each* as JSON has it: itself, its name with what it holds, or its place among the parts."""
        kind = type(each)
        if kind in _PLAIN:
            return each
        if kind not in _FIELDS:
            return self._value(each, kind)
        # The model holds each of them as long as this lasts, so none takes another's id.
        if id(each) not in self._places:
            form = [kind.__name__, *(self.form(getattr(each, name)) for name in _FIELDS[kind])]
            self.parts.append(form)
            self._places[id(each)] = len(self.parts) - 1
        return [self._places[id(each)]]

    def _value(self, each: Any, kind: type) -> list[Any]:
        if kind is tuple:
            return ["tuple", *map(self.form, each)]
        if kind is frozenset:
            return ["set", *map(self.form, sorted(each))]
        if kind is dict:
            return ["map", *(self.form(part) for pair in each.items() for part in pair)]
        if kind is Decimal:
            return ["number", str(each)]
        if kind is date:
            return ["date", each.isoformat()]
        if kind is datetime and each.tzinfo is UTC:
            return ["instant", each.isoformat()]
        if kind is timedelta:
            return ["span", each.days, each.seconds, each.microseconds]
        raise TypeError(f"an agreement holds no {kind.__name__}")


def _made(form: Any, parts: Sequence[Any]) -> Any:
    if type(form) is not list:
        return form
    head, *rest = form
    if type(head) is int:
        return parts[head]
    return _MADE[head]([_made(each, parts) for each in rest])
