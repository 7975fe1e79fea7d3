"""The lead as the core sees it: plain data, everything a decision needs.

A :class:`Lead` is one row of the store. It is changed only inside ``decide``, on a copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from slaflow.workflow.model.lead import Value

MAX_ATTEMPTS = 200


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: ``name`` is a person's e-mail or a bare party, ``party`` the side they are on."""

    name: str
    party: str


SYSTEM_ACTOR = Actor("system", "system")


@dataclass(frozen=True, slots=True)
class Tally:
    """What is remembered of one kind of activity.

    ``count`` and ``points`` (before decay) are since the last reset of engagement; ``last`` is ever.
    """

    count: int = 0
    points: float = 0.0
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The latest answer to a qualification check."""

    passed: bool
    values: Mapping[str, Value]
    at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    at: datetime
    channel: str


@dataclass(slots=True)
class Lead:
    """One lead. Instants are aware UTC; ``id`` doubles as the lead number.

    ``as_of`` is the last instant logged, ``step_at`` the last instant at which a step was carried
    out. ``seq`` and ``head`` are the end of its stream. ``holders`` remembers the last owner of each
    party, ``passed_to`` whom ``assign: next`` has tried in this cycle.
    """

    id: int
    key: str
    workflow: str
    digest: str
    state: str
    held_by: str
    created_at: datetime
    entered_at: datetime
    as_of: datetime
    owner: str | None = None
    fields: dict[str, Value] = field(default_factory=dict)
    field_at: dict[str, datetime] = field(default_factory=dict)
    """When each field was set last, and (``reset.stage``) when each of what a reset wipes was wiped."""
    engagement: float = 0.0
    engagement_at: datetime | None = None
    stage: str | None = None
    checks: dict[str, Answer] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    attempts_before_handoff: int = 0
    """How many of ``attempts`` were made before the last handoff."""
    approaches: list[datetime] = field(default_factory=list)
    """The latest approaches by those whose pace the agreement bounds, as many as it allows at once."""
    contacted: bool = False
    touched_at: datetime | None = None
    worked_at: datetime | None = None
    assignments: int = 0
    """How often it was given an owner since the last handoff."""
    cycles: int = 0
    step_at: datetime | None = None
    reset_at: datetime | None = None
    handoff_at: datetime | None = None
    holders: dict[str, str] = field(default_factory=dict)
    passed_to: list[str] = field(default_factory=list)
    clock_numbers: dict[str, int] = field(default_factory=dict)
    """The number of the latest clock of each target."""
    closed: bool = False
    """Whether its state is a final one: nobody has it on their hands any more."""
    account: str | None = None
    """Which company's it is, where the agreement asks; the same text is the same company."""
    assigned_at: datetime | None = None
    """When it was given its owner, where the agreement asks who has the company's leads."""
    waits_for: str | None = None
    """The team that is to give it an owner as soon as one of its members can take it."""
    waits_since: datetime | None = None
    broken: dict[str, list[str]] = field(default_factory=dict)
    """Under whom promises on it broke that were not lifted, where the agreement asks: owner to the clocks."""
    seq: int = 0
    head: str = "0" * 64
    salt: bytes = b""

    @property
    def erased_at(self) -> datetime | None:
        """When the lead was erased, None where it was not.

        Erasure destroys the salt, and nothing is logged for the lead after it.
        """
        return None if self.salt else self.as_of

    def copy(self) -> Lead:
        """A lead that can be changed without touching this one."""
        # dataclasses.replace takes ten times as long, and a decision that may be dropped needs a copy.
        twin = Lead(*_values(self))
        # Each by its name: a loop over them takes twice as long.
        twin.fields = self.fields.copy()
        twin.field_at = self.field_at.copy()
        twin.checks = self.checks.copy()
        twin.tallies = self.tallies.copy()
        twin.attempts = self.attempts.copy()
        twin.approaches = self.approaches.copy()
        twin.holders = self.holders.copy()
        twin.passed_to = self.passed_to.copy()
        twin.clock_numbers = self.clock_numbers.copy()
        if self.broken:
            twin.broken = {owner: clocks.copy() for owner, clocks in self.broken.items()}
        else:
            twin.broken = {}
        return twin


_values = attrgetter(*Lead.__slots__)
