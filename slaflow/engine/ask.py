"""What is asked of a lead, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from slaflow.errors import SlaflowError
from slaflow.lifecycle.decision import Draft, Message, Refusal
from slaflow.lifecycle.events import Happening
from slaflow.lifecycle.lead import Actor, Lead
from slaflow.lifecycle.migration.move import ClockMove
from slaflow.workflow.model.workflow import Workflow


class LeadNotThere(SlaflowError):
    """An input for a lead that was never created."""

    code = "lead_not_there"

    def __init__(self, lead_id: int) -> None:
        self.lead_id = lead_id
        super().__init__(f"lead {lead_id} is not there; add it first with 'slaflow lead add'")


class AlreadyThere(SlaflowError):
    """A lead that is to move to the version it lives under."""

    code = "already_there"

    def __init__(self, lead_id: int) -> None:
        self.lead_id = lead_id
        super().__init__(f"lead {lead_id} is under that version already")


class LoggedSince(SlaflowError):
    """Something was logged for the lead since it was looked at."""

    code = "logged_since"

    def __init__(self, lead_id: int) -> None:
        self.lead_id = lead_id
        super().__init__("something was logged for it since")


class MovedOn(SlaflowError):
    """The lead is not any more where it was when somebody was asked what to do with it."""

    code = "moved_on"

    def __init__(self, lead_id: int, state: str, expected: str) -> None:
        self.lead_id = lead_id
        self.state = state
        stay = "it has left that and come back" if state == expected else f"it is {state} now"
        super().__init__(f"lead {lead_id} is not any more as it was told of, in {expected}: {stay}")


class Expected(NamedTuple):
    """Where the lead has to be, and since when, for an input to be meant for it."""

    state: str
    entered_at: datetime

    def check(self, lead: Lead) -> None:
        """Raises :class:`MovedOn` where *lead* is elsewhere, or has been elsewhere meanwhile."""
        if (lead.state, lead.entered_at) != self:
            raise MovedOn(lead.id, lead.state, self.state)


@dataclass(frozen=True, slots=True)
class Ask:
    """One input for one lead.

    ``at`` is its arrival; None: the clock, once the lead is held, never before what was logged last.
    ``occurred_at`` None is the arrival. ``workflow`` and a fresh ``lead_id`` go with a ``Created``. What is
    ``imported`` arrives at its own instant, however long ago that is. ``resurrect`` lets it take the identity
    of a lead that was erased. With a ``seq`` it is wrong once the lead's log ends elsewhere, and with what is
    ``expected`` where the input would find the lead elsewhere. ``via`` is the way by which it came.
    """

    lead_id: int
    happening: Happening
    actor: Actor
    at: datetime | None = None
    occurred_at: datetime | None = None
    workflow: Workflow | None = None
    imported: bool = False
    resurrect: bool = False
    seq: int | None = None
    expected: Expected | None = None
    via: str | None = None


@dataclass(slots=True)
class Outcome:
    """What became of one ask. ``error`` is set only where the batch was asked to be lenient.

    ``more`` says that the steps before the input filled a transaction: save, then ask again.
    ``resurrected`` says that the lead now has the identity of one that was erased.
    """

    lead: Lead | None = None
    refusal: Refusal | None = None
    error: SlaflowError | None = None
    more: bool = False
    entries: list[Draft] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    steps: int = 0
    resurrected: bool = False
    moves: list[ClockMove] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """Whether the input was taken."""
        return not (self.more or self.refusal or self.error)

    @property
    def is_denied(self) -> bool:
        """Whether it was refused for want of a right."""
        return self.refusal is not None and any((entry.data or {}).get("denied") for entry in self.entries)
