"""What people and other systems tell slaflow about a lead: the inputs of ``decide``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slaflow.lifecycle.lead import Actor
from slaflow.workflow.model.lead import Value


@dataclass(frozen=True, slots=True)
class Created:
    """A new lead; ``fields`` after defaults. ``id`` is its number and ``salt`` its 16 random bytes."""

    id: int
    key: str
    fields: Mapping[str, Value]
    salt: bytes


@dataclass(frozen=True, slots=True)
class Fired:
    """Somebody fires *trigger*. ``inputs`` are as given; ``decide`` validates them."""

    trigger: str
    inputs: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A touchpoint of *kind*. ``fields`` are as given; ``automated`` None takes the kind's word."""

    kind: str
    fields: Mapping[str, object] = field(default_factory=dict)
    automated: bool | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A qualification check is answered with evidence."""

    check: str
    answer: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Changed:
    """Fields are set by hand; None empties one. Values are in stored form already."""

    fields: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Assigned:
    """A person gives the lead to *owner* (None: to nobody)."""

    owner: str | None


@dataclass(frozen=True, slots=True)
class Erased:
    """What is known of the person goes; the lead is called *key* from then on.

    ``reason`` is hashed and stays for ever, so it must not hold what is to be erased. ``kept`` is what
    figures need of the entries before, by ``seq``; so it stays too.
    """

    reason: str
    key: str
    kept: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lifted:
    """A person excuses the breach of *target*: of the clock *number*, or of the latest broken one.

    ``reason`` is theirs, hashed, and stays for ever.
    """

    target: str
    reason: str
    number: int | None = None


Happening = Created | Fired | Recorded | Answered | Changed | Assigned | Erased | Lifted


@dataclass(frozen=True, slots=True)
class Input:
    """A happening with its two instants: when it happened, and when slaflow was told.

    An ``imported`` one arrives at its own instant, however long after it slaflow was told.
    """

    happening: Happening
    actor: Actor
    occurred_at: datetime
    arrived_at: datetime
    imported: bool = False
