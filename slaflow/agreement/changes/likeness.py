"""What two values of an agreement decide alike: all but words that people alone read, and layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from slaflow.agreement.changes.written import MADE_OF_THE_REST
from slaflow.hours.calendar import Calendar
from slaflow.workflow.expressions.compiled import CompiledExpression

WORDING = frozenset(("title", "about", "signal", "question", "otherwise", "because"))
"""Fields of the model that are read by people and decide nothing."""


def deciding(value: Any) -> Any:
    """*value* without what decides nothing; equal where no lead is treated otherwise."""
    if isinstance(value, CompiledExpression):
        return "expression", value.source, value.result
    if isinstance(value, Calendar):
        # Dates that a version stored are the same promise: the code says whose holidays they are.
        return value.name, value.timezone, value.is_always, replace(value.rules, resolved=None)
    if isinstance(value, Mapping):
        return {name: deciding(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return tuple(map(deciding, value))
    if is_dataclass(value) and not isinstance(value, type):
        kept = (each.name for each in fields(value) if each.init and not is_wording(each.name))
        return type(value).__name__, {name: deciding(getattr(value, name)) for name in kept}
    return value


def is_wording(field: str) -> bool:
    return field in WORDING or field in MADE_OF_THE_REST or field.startswith("_")


def alike(one: Any, other: Any) -> bool:
    return bool(deciding(one) == deciding(other))
