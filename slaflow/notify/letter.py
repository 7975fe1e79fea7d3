"""What a message says before it has words: what templates see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads it: a person, a desk or a room. ``name`` is what they are called, where that is known."""

    address: str
    zone: ZoneInfo
    language: str = "en"
    name: str | None = None
    is_person: bool = False


@dataclass(frozen=True, slots=True)
class LeadTold:
    """The lead as of sending; ``title`` and ``state_title`` are how people call it and its state."""

    id: int
    title: str
    workflow: str
    state: str
    state_title: str
    owner: str | None
    held_by: str
    fields: Mapping[str, Any]
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ClockTold:
    """The promise; ``allowed`` is its time in words, ``step`` what fell, ``ended_at`` once it is over."""

    target: str
    title: str
    owed_by: str
    status: str
    step: str | None
    started_at: datetime
    due_at: datetime | None
    allowed: str
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MessageTold:
    """One message of the outbox. ``kind`` is its entry's; ``since`` are sentences on what happened since.

    ``why`` says why this reader gets it: as the owner, for the desk of a party, as somebody's stand-in.
    """

    id: int
    kind: str
    at: datetime
    why: str
    lead: LeadTold | None = None
    clock: ClockTold | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    since: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Button:
    """A link by which the reader acts, or looks."""

    label: str
    url: str
    trigger: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """What one reader is sent at once: one message, or several in a digest, worst first.

    ``counts`` tells how many there are of each kind in all, those not shown included; ``stop_url`` ends them.
    """

    id: str
    reader: Reader
    messages: tuple[MessageTold, ...]
    buttons: tuple[Button, ...] = ()
    is_digest: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)
    stop_url: str | None = None
