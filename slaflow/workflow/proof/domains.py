"""Which values each name of an agreement's expressions can have, whatever happens to a lead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from slaflow.workflow.model.lead import Field
from slaflow.workflow.model.parties import SYSTEM
from slaflow.workflow.model.values import to_cel
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.proof.values import (
    EVERYTHING,
    INFINITE,
    NOT_SET,
    UNREADABLE,
    Bound,
    Numbers,
    Values,
    any_item,
    between,
    items,
    numbers,
)

MAX_ATTEMPTS = 200
"""Attempts that are kept of a lead. Source: rules.md, 10.3."""
LARGEST = 2**63 - 1
"""What a whole number can be in CEL."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
TRUTHS = frozenset((True, False))
TYPES: Mapping[str, str] = {
    "int": "int",
    "decimal": "double",
    "bool": "bool",
    "date": "timestamp",
    "datetime": "timestamp",
}
"""Of the types of fields those that are not text, as expressions see them."""


def moment(at: datetime) -> int:
    """An instant as a number: microseconds since 1970."""
    return (at - _EPOCH) // _TICK


def of_field(field: Field, timezone: str, lacks: int = NOT_SET) -> Values:
    """What a declared value can be; texts are not held against ``pattern`` and ``min_length``."""
    kind = TYPES.get(field.type, "string")
    read = partial(_read, field, timezone)
    if kind == "string":
        return items(field.one_of, lacks) if field.one_of else any_item(lacks)
    if kind == "bool":
        return items(field.one_of or TRUTHS, lacks)
    whole = kind != "double"
    low = -LARGEST - 1 if kind == "int" else -INFINITE
    high = LARGEST if kind == "int" else INFINITE
    if field.one_of:
        found = numbers((read(value) for value in field.one_of), whole, lacks)
        return found & between(Bound(low), Bound(high), whole, lacks)
    first = low if field.min is None else max(low, read(field.min))
    last = high if field.max is None else min(high, read(field.max))
    bounded = field.min is not None and field.max is not None and first > low and last < high
    lacks |= UNREADABLE if kind == "int" and not bounded else 0
    return between(Bound(first), Bound(last), whole, lacks)


def _read(field: Field, timezone: str, value: Any) -> Any:
    """A declared value as a number that others are compared with."""
    if field.type == "int":
        return int(value)
    stored = value.isoformat() if hasattr(value, "isoformat") else str(value)
    found = to_cel(field, stored, timezone)
    return moment(found) if isinstance(found, datetime) else found


class Domains:
    """The values of every name but ``input``, ``answer``, ``touch`` and the three scores."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        self._found: dict[str, Values | None] = {}

    def of(self, name: str) -> Values | None:
        """What *name* can be; None where that cannot be said."""
        if name not in self._found:
            self._found[name] = self._of(name)
        return self._found[name]

    def _of(self, name: str) -> Values | None:
        head, _, rest = name.partition(".")
        if head == "lead":
            return self._of_lead(rest)
        if head == "attempts":
            return between(Bound(0), Bound(self._most(rest)), True)
        if (read := _PLAIN.get(head)) is not None and not rest:
            return read(self.workflow)
        match head:
            case "check" if rest in self.workflow.checks:
                return items(TRUTHS, NOT_SET)
            case "activity" if rest.endswith(".count"):
                return between(Bound(0), Bound(INFINITE), True)
            case "activity" if rest.endswith(".last"):
                return Values(Numbers(EVERYTHING, True), NOT_SET)
            case "open":
                return items({True}) if rest == "always" else items(TRUTHS)
            case _:
                return None

    def _of_lead(self, name: str) -> Values | None:
        workflow = self.workflow
        if name in workflow.fields:
            return of_field(workflow.fields[name], workflow.timezone)
        if name == "stage":
            stages = stages_come_to(workflow)
            return items(stages) if stages else items((), NOT_SET)
        if name == "owner":
            return any_item(NOT_SET)
        return None

    def _most(self, name: str) -> int:
        """How many attempts or channels there can be."""
        by_hand = (kind for kind in self.workflow.activities.values() if set(kind.by) != {SYSTEM})
        channels = {kind.attempt for kind in by_hand if kind.attempt is not None}
        return len(channels) if name == "channels" else MAX_ATTEMPTS if channels else 0


def stages_come_to(workflow: Workflow) -> tuple[str, ...]:
    """The stages in which a lead can be: the first, and what activities signal."""
    signalled = {kind.stage for kind in workflow.activities.values()}
    return tuple(name for at, name in enumerate(workflow.stages) if not at or name in signalled)


def _contacted(workflow: Workflow) -> Values:
    kinds = workflow.activities.values()
    may_be = any(kind.contact and set(kind.by) != {SYSTEM} for kind in kinds)
    return items(TRUTHS if may_be else {False})


def _count(workflow: Workflow) -> Values:
    return between(Bound(0), Bound(INFINITE), True)


def _instant(workflow: Workflow) -> Values:
    return Values(Numbers(EVERYTHING, True))


def _perhaps_an_instant(workflow: Workflow) -> Values:
    return Values(Numbers(EVERYTHING, True), NOT_SET)


_PLAIN: Mapping[str, Callable[[Workflow], Values]] = {
    "contacted": _contacted,
    "assignments": _count,
    "cycles": _count,
    "created": _instant,
    "entered": _instant,
    "now": _instant,
    "touched": _perhaps_an_instant,
    "worked": _perhaps_an_instant,
}
