"""The lead as the agreement has it: its fields, what is done with it, how it scores, what is checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from slaflow.workflow.expressions.value import Expression, Guard
from slaflow.workflow.spelling import folded

Value = str | int | bool | None
"""A field's value as it is stored and logged: decimals are plain text, a ``date`` is
``YYYY-MM-DD``, a ``datetime`` ISO 8601 in UTC with ``Z``."""

FieldType = Literal["string", "text", "int", "decimal", "bool", "date", "datetime", "email", "url"]


@dataclass(frozen=True, slots=True)
class Field:
    """A declared field or input, with what its values must satisfy."""

    name: str
    type: FieldType
    required: bool = False
    default: Value = None
    one_of: tuple[Value, ...] = ()
    min: Decimal | date | None = None
    max: Decimal | date | None = None
    min_length: int | None = None
    pattern: str | None = None
    title: str | None = None
    by: Mapping[str, str] | None = None
    """Who may set it by hand: parties, each with the least role; None: everybody who may set fields."""


@dataclass(frozen=True, slots=True)
class Account:
    """Which leads are one company's: those alike in what a field says, or in the domain of its address."""

    field: str
    is_domain: bool = False
    excepted: frozenset[str] = frozenset()
    """Folded domains that are no company's own, such as those of free mail."""

    def of(self, fields: Mapping[str, Value]) -> str | None:
        """The company of a lead with these *fields*, as it is compared; None: it belongs to none."""
        value = fields.get(self.field)
        text = folded(value) if isinstance(value, str) else ""
        if self.is_domain:
            text = text.rpartition("@")[2].strip() if "@" in text else ""
        return None if text in self.excepted else text or None


@dataclass(frozen=True, slots=True)
class Activity:
    """A kind of touchpoint. Points and stage count where ``when`` passes."""

    kind: str
    by: tuple[str, ...]
    points: Expression | Decimal | None = None
    when: Expression | None = None
    cap: Decimal | None = None
    stage: str | None = None
    fits: tuple[str, ...] = ()
    """The stages that it is meant for; none: any."""
    attempt: str | None = None
    contact: bool = False
    automated: bool = False
    fields: Mapping[str, Field] = field(default_factory=dict)
    title: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    """Of some of ``by`` the role that is asked for, by party."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the buyer's journey, as far as the file describes it."""

    name: str
    title: str | None = None
    about: str | None = None
    signal: str | None = None


@dataclass(frozen=True, slots=True)
class Approaches:
    """How often a prospect is approached by these parties: so many times within a while, and no more."""

    by: tuple[str, ...]
    at_most: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class FitRule:
    when: Expression
    points: Expression | Decimal
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Scoring:
    fit: tuple[FitRule, ...] = ()
    half_life: timedelta | None = None
    score: Expression | None = None
    """None is the default, ``fit + engagement``."""


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    fields: Mapping[str, Field]
    passes: Guard
    question: str | None = None
    by: tuple[str, ...] = ()
    """Parties that may answer beside the one that holds the lead."""
    valid_for: timedelta | None = None
    title: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    """Of some of ``by`` the role that is asked for, by party."""
