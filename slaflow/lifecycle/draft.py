"""Log entries as the core words them, before they are sealed into the chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal

EntryClass = Literal["input", "consequence"]

KINDS = (
    "created", "changed", "activity", "checked", "transition", "refused", "assigned",
    "clock_started", "clock_paused", "clock_resumed", "clock_met", "clock_cancelled",
    "warned", "breached", "breach_lifted", "met_late", "escalated", "timer_fired",
    "clock_moved", "clock_restarted", "migrated", "merged", "erased",
    "commitment", "signed", "activated", "person", "archived",
)  # fmt: skip


@dataclass(slots=True)
class Draft:
    """An entry as the core words it: everything but what storing adds.

    ``caused_by`` is the ``seq`` of the entry of the same stream that caused a consequence, None for
    inputs and for steps, which their ``clock`` and ``step`` name. ``data`` is JSON without floats.
    """

    seq: int
    kind: str
    entry_class: EntryClass
    at: datetime
    actor: str
    party: str | None
    arrived_at: datetime | None = None
    occurred_at: datetime | None = None
    owner: str | None = None
    held_by: str | None = None
    trigger: str | None = None
    from_state: str | None = None
    to_state: str | None = None
    target: str | None = None
    clock: int | None = None
    step: str | None = None
    handoff: bool = False
    reason: str | None = None
    caused_by: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@lru_cache(4096)
def instant_text(at: datetime) -> str:
    """*at* as it is hashed and shown: ISO 8601, UTC, ``Z``; microseconds only where there are any."""
    # Kept, because what falls or happens at one instant is told several times.
    return at.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
