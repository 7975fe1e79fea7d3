"""The SLA clock as data: one promise (or timer) running for one lead."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Literal

Status = Literal["running", "paused", "met", "breached", "met_late", "cancelled", "passed_on", "fired"]
"""``passed_on`` is how a promise of each owner ends unbroken when another follows; ``fired`` how a timer
ends that carried out what it was set for."""


@dataclass(slots=True)
class Clock:
    """A clock of one lead. Open while ``ended_at`` is None; instants are aware UTC.

    Time is kept from ``base_at`` on (the start, or the latest resumption or move of due): ``left`` is
    the open time that remained of ``allowance`` at ``base_at``, or, while paused, at ``paused_at``.
    ``carried_out`` holds the labels of the steps that have fallen. ``seen`` holds, per place in the
    target's ``meet`` list, when that pattern was seen (None: not known when); see ``sightings.py``.
    ``budget`` is what is left of the pause's ``at_most`` (None: unlimited or never paused). ``lifted``
    says that its breach no longer counts; ``ended_at`` is when it really was fulfilled, however late
    that was told.
    """

    target: str
    number: int
    """1 for the lead's first clock of this target, and so on."""
    digest: str
    """The workflow version whose terms it keeps."""
    status: Status
    owed_by: str | None
    owner: str | None
    calendar: str
    lives_in: frozenset[str]
    started_at: datetime
    base_at: datetime
    due_at: datetime | None
    """While paused: the due instant as it stood when the pause began."""
    allowance: timedelta
    left: timedelta
    case: int = 0
    """Which case of ``within`` applied."""
    paused_at: datetime | None = None
    budget: timedelta | None = None
    breached_at: datetime | None = None
    ended_at: datetime | None = None
    lifted: bool = False
    carried_out: list[str] = field(default_factory=list)
    seen: dict[int, tuple[datetime | None, ...]] = field(default_factory=dict)
    wake_at: datetime | None = None
    """When the next step falls or the pause's budget ends; None: nothing left to do."""
    open_seconds: int | None = None
    """Whole open seconds from its start to its fulfilment, as reports count them; None: not fulfilled."""
    let_go: bool | None = False
    """Whether it ended unbroken since the party that owed it moved the lead; None: nobody knows any more."""
    graced: bool = False
    """Whether it was given ``grace`` when its lead moved to a version under which nothing was left."""
    id: int | None = None
    """The store's row; None until saved."""

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def is_broken(self) -> bool:
        return self.breached_at is not None

    def copy(self) -> Clock:
        """A clock that can be changed without touching this one."""
        twin = Clock(*_values(self))
        twin.carried_out = self.carried_out.copy()
        twin.seen = self.seen.copy()
        return twin


_values = attrgetter(*Clock.__slots__)
