"""What ``decide`` gives back: everything that is to be stored, and nothing done yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from slaflow.clock.state import Clock
from slaflow.lifecycle.dealing.loads import Draw
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.migration.move import ClockMove, Renamed

if TYPE_CHECKING:
    from slaflow.lifecycle.guards import Trace

EntryClass = Literal["input", "consequence"]

NOTHING: Mapping[str, Any] = MappingProxyType({})

KINDS = (
    "created", "changed", "activity", "checked", "transition", "refused", "assigned",
    "clock_started", "clock_paused", "clock_resumed", "clock_met", "clock_cancelled",
    "warned", "breached", "breach_lifted", "disputed", "granted", "upheld", "met_late", "escalated",
    "timer_fired",
    "clock_moved", "clock_restarted", "clock_passed_on", "migrated", "merged", "erased",
    "commitment", "signed", "signature_withdrawn", "activated", "person", "access", "archived",
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
    digest: str | None = None
    """Of the version it was decided under; None: of none, or that of its whole batch."""


@lru_cache(4096)
def instant_text(at: datetime) -> str:
    """*at* as it is hashed and shown: ISO 8601, UTC, ``Z``; microseconds only where there are any."""
    # Kept, because what falls or happens at one instant is told several times.
    return at.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


class Message(NamedTuple):
    """One message to one recipient, to be sent later; unique per (lead, ``seq``, recipient, ``kind``).

    ``seq`` is the entry that caused it; ``kind`` that entry's kind, or ``unassigned`` where a
    party's desk hears that a lead found no owner. ``data`` says what it is about.
    """

    recipient: str
    kind: str
    at: datetime
    seq: int
    target: str | None = None
    clock: int | None = None
    step: str | None = None
    data: Mapping[str, Any] = NOTHING


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the input was not carried out, clause by clause. Settling before it stands."""

    what: str
    because: tuple[str, ...]


@dataclass(slots=True)
class Decision:
    """The lead and its clocks afterwards, the entries in order, the messages.

    ``clocks`` holds every clock that was given or started; ``changed`` those to be written whole, and
    ``fallen`` those of which only the steps carried out are new. Where ``is_moved`` is False, only the
    end of the lead's log is new, and the version it lives under where it migrated.
    ``draws`` are the teams' turns that were drawn, in order. ``more`` is True when 1,000 steps were carried
    out and others that fell before the input are still to come: save, then decide again. ``is_evidence``
    is True where the input was refused and keeps or lifts a promise all the same. ``trace`` is what it
    went by, where that was asked for; it is not stored.
    """

    lead: Lead
    clocks: list[Clock]
    changed: list[Clock] = field(default_factory=list)
    fallen: list[Clock] = field(default_factory=list)
    is_moved: bool = True
    entries: list[Draft] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    draws: list[Draw] = field(default_factory=list)
    refusal: Refusal | None = None
    is_evidence: bool = False
    more: bool = False
    steps: int = 0
    moves: list[ClockMove] = field(default_factory=list)
    renamed: list[Renamed] = field(default_factory=list)
    trace: Trace | None = None

    @property
    def turns(self) -> dict[str, str]:
        """Whom each team drew last."""
        return {each.team: each.email for each in self.draws}
