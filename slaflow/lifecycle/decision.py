"""What ``decide`` gives back: everything that is to be stored, and nothing done yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slaflow.clock.state import Clock
from slaflow.lifecycle.draft import Draft
from slaflow.lifecycle.lead import Lead


@dataclass(frozen=True, slots=True)
class Message:
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
    data: Mapping[str, Any] = field(default_factory=dict)


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
    end of the lead's log is new.
    ``turns`` are the round-robin draws, by team. ``more`` is True when 1,000 steps were carried out
    and others that fell before the input are still to come: save, then decide again. ``is_evidence``
    is True where the input was refused and keeps or lifts a promise all the same.
    """

    lead: Lead
    clocks: list[Clock]
    changed: list[Clock] = field(default_factory=list)
    fallen: list[Clock] = field(default_factory=list)
    is_moved: bool = True
    entries: list[Draft] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    turns: dict[str, str] = field(default_factory=dict)
    refusal: Refusal | None = None
    is_evidence: bool = False
    more: bool = False
    steps: int = 0
