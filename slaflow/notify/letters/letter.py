"""What a message says before it has words: what templates see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from slaflow.engine.desk.meanwhile import Happened

Reason = Literal["owner", "was_owner", "manager", "desk", "named", "stand_in", "somebody", "several"]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads it: a person, a desk or a room. ``name`` is what they are called, where that is known."""

    address: str
    zone: ZoneInfo
    language: str = "en"
    name: str | None = None
    is_person: bool = False


@dataclass(frozen=True, slots=True)
class Why:
    """Why this reader hears: as the lead's owner, now or when it fell, as that owner's manager, at the desk
    of a party, as somebody the agreement names, or standing in; in a room what is meant for somebody; of a
    digest ``several``. ``of`` is what that owner, party, absent or meant person is called.
    """

    reason: Reason
    of: str | None = None


@dataclass(frozen=True, slots=True)
class LeadTold:
    """The lead as of sending. ``title`` is how people call it, ``facts`` what is known of it, by titles."""

    id: int
    title: str
    state: str
    party: str | None
    owner: str | None
    facts: tuple[tuple[str, Any], ...] = ()
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ClockTold:
    """The promise as of sending; ``owed_by`` is what its party is called, None of a timer.

    ``left_seconds`` is open time until due, negative once that is past; None where nobody can tell.
    """

    target: str
    title: str
    owed_by: str | None
    due_at: datetime | None
    left_seconds: int | None
    is_broken: bool = False
    is_paused: bool = False
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MessageTold:
    """One message of the outbox. ``kind`` is its entry's, ``step`` what fell, as the agreement writes it.

    ``title`` is what the agreement calls the promise, the move or the commitment, ``agreement`` what it is
    called itself; ``data`` is what was told with it, ``since`` what happened since. ``promises`` are what who
    holds the lead owes on it, soonest first, where the message is about none of them itself.
    """

    id: int
    kind: str
    at: datetime
    why: Why
    agreement: str
    title: str | None = None
    step: str | None = None
    lead: LeadTold | None = None
    clock: ClockTold | None = None
    promises: tuple[ClockTold, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    since: tuple[Happened, ...] = ()


@dataclass(frozen=True, slots=True)
class Button:
    """A link by which the reader acts, or looks."""

    label: str
    url: str
    trigger: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """What one reader is sent at once: one message, or several in a digest, worst first.

    ``id`` is the same at every try and no other letter's. ``workflow`` is the agreement's name, by which a
    folder of templates may be its own; ``thread`` is the same of all letters about one lead. ``counts`` tells
    how many there are of each kind in all, those not shown included; ``stop_url`` ends them.
    """

    id: str
    reader: Reader
    messages: tuple[MessageTold, ...]
    workflow: str = ""
    thread: str | None = None
    buttons: tuple[Button, ...] = ()
    is_digest: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)
    stop_url: str | None = None

    @property
    def message(self) -> MessageTold:
        """The only one, or the first of a digest."""
        return self.messages[0]
