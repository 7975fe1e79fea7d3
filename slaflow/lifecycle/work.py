"""The working copy of one decision: a lead and its clocks on their way to what is stored.

Entries are numbered and stamped here, messages gathered; which rule applies when is decided by the
modules that use it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from slaflow.clock.state import Clock
from slaflow.hours.calendar import Calendar
from slaflow.lifecycle.dealing.loads import Draw
from slaflow.lifecycle.decision import Decision, Draft, EntryClass, Message
from slaflow.lifecycle.late import Late
from slaflow.lifecycle.lead import SYSTEM_ACTOR, Lead
from slaflow.lifecycle.migration.move import ClockMove, Renamed
from slaflow.lifecycle.people import Directory
from slaflow.lifecycle.routing import Routing
from slaflow.lifecycle.view import View
from slaflow.workflow.model.clocks import Target
from slaflow.workflow.model.workflow import Workflow

if TYPE_CHECKING:
    from slaflow.lifecycle.guards import Trace

_VERDICTS = frozenset(("breached", "clock_met"))
"""Kinds of entries that say whether a promise was kept."""
ClockKey = tuple[str, int]
"""A target and the number of its clock."""
Versions = Callable[[str], Workflow]
"""The version of an agreement with a digest."""


def no_other(digest: str) -> Workflow:
    """For leads of which every clock keeps the terms of the version they live under."""
    raise LookupError(f"a clock keeps the terms of version {digest}, and nobody says what these are")


class Cause(NamedTuple):
    """Why something happens: at which instant, and which input or step is behind it.

    What a step causes meets no target and draws no turn (rules.md, 11 and 19). ``arrived_at`` and
    ``occurred_at`` are the input's; a pick it draws is an input too and carries them (rules.md, 21).
    """

    at: datetime
    by_step: bool = False
    arrived_at: datetime | None = None
    occurred_at: datetime | None = None
    actor: str | None = None
    """Who did it; None: slaflow itself."""


def _called(target: str, number: int) -> str:
    """A clock of a lead, as its breach is remembered."""
    return f"{target} {number}"


@dataclass(slots=True)
class Work:
    """A decision in the making."""

    workflow: Workflow
    people: Directory
    lead: Lead
    clocks: list[Clock]
    versions: Versions = no_other
    """What gives versions that clocks name and the lead no longer lives under."""
    entries: list[Draft] = field(default_factory=list)
    draws: list[Draw] = field(default_factory=list)
    steps: int = 0
    _told: dict[tuple[str, int, str], Message] = field(default_factory=dict)
    _messages: list[Message] = field(default_factory=list)
    is_moved: bool = False
    """Whether more of the lead changed than the end of its log and the version it lives under."""
    moves: list[ClockMove] = field(default_factory=list)
    """What became of each clock, where the input moved the lead to another version."""
    renamed: list[Renamed] = field(default_factory=list)
    """Its clocks that another text calls otherwise."""
    late: Late | None = None
    """The input in hand, where it is told late."""
    trace: Trace | None = None
    """What it went by, where somebody asked for it."""
    _open: list[Clock] = field(default_factory=list)
    _changed: dict[int, Clock] = field(default_factory=dict)
    _fallen: dict[int, Clock] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Kept apart: over years a lead gathers far more clocks that ended than open ones.
        self._open = sorted(self.clocks, key=self._place) if len(self.clocks) > 1 else list(self.clocks)

    def _place(self, clock: Clock) -> int:
        return self.target(clock).index

    def view(self, at: datetime, given: Mapping[str, Any] | None = None) -> View:
        """What expressions see of the lead now."""
        return View(self.workflow, self.lead, at, given)

    def routing(self, cause: Cause) -> Routing:
        return Routing(self.workflow, self.people, self.lead, cause.at, cause.by_step)

    def version(self, clock: Clock) -> Workflow:
        """The version whose terms *clock* keeps; of a clock that ended it may be one the lead has left."""
        return self.workflow if clock.digest == self.workflow.digest else self.versions(clock.digest)

    def target(self, clock: Clock) -> Target:
        """The terms of *clock*, by the version that it keeps."""
        workflow = self.workflow
        if clock.digest != workflow.digest:
            workflow = self.versions(clock.digest)
        return workflow.target(clock.target)

    def calendar(self, clock: Clock) -> Calendar:
        return self.version(clock).calendars[clock.calendar]

    def open_clocks(self) -> list[Clock]:
        """The open clocks in file order, targets before timers."""
        return [c for c in self._open if c.ended_at is None]

    def clocks_in_order(self) -> list[Clock]:
        """Every clock that was given or started, also ended ones, in the same order, oldest first."""
        return sorted(self.clocks, key=lambda clock: (self._place(clock), clock.number))

    def add(self, clock: Clock) -> None:
        """Takes in a clock that starts."""
        self.clocks.append(clock)
        # Those that ended meanwhile are let go: a timer may start itself anew a thousand times.
        self._open = [*self.open_clocks(), clock]
        if len(self._open) > 1:
            self._open.sort(key=self._place)

    def touch(self, clock: Clock) -> None:
        """Notes that *clock* changed and has to be written."""
        self._changed[id(clock)] = clock

    def log(
        self, kind: str, at: datetime, *, entry_class: EntryClass = "consequence",
        actor: str = SYSTEM_ACTOR.name, party: str | None = SYSTEM_ACTOR.party, **rest: Any,
    ) -> int:  # fmt: skip
        """Adds a consequence (or, with ``entry_class``, an input); gives its ``seq``.

        Owner and holder are those at this point, so the order of calls is part of the record.
        """
        lead = self.lead
        lead.seq = seq = lead.seq + 1
        lead.as_of = at
        draft = Draft(
            seq, kind, entry_class, at, actor, party, owner=lead.owner, held_by=lead.held_by,
            digest=self.workflow.digest, **rest,
        )  # fmt: skip
        self.entries.append(draft)
        return seq

    def log_clock(self, kind: str, at: datetime, clock: Clock, cause: int | None, **rest: Any) -> int:
        """Adds an entry about *clock*; its party is the one that owes."""
        self.touch(clock)
        seq = self.log(
            kind,
            at,
            party=clock.owed_by or SYSTEM_ACTOR.party,
            target=clock.target,
            clock=clock.number,
            caused_by=cause,
            **rest,
        )
        if kind in _VERDICTS:
            self._note_verdict(clock.target, seq, at)
        elif kind == "breach_lifted":
            self.forget_breach(clock)
        return seq

    def log_step(self, kind: str, at: datetime, clock: Clock, step: str, data: Mapping[str, Any]) -> int:
        """Adds the entry of a step that fell; of the clock nothing else changed."""
        self._fallen[id(clock)] = clock
        party = clock.owed_by or SYSTEM_ACTOR.party
        seq = self.log(kind, at, party=party, target=clock.target, clock=clock.number, step=step, data=data)
        if kind in _VERDICTS:
            self._note_verdict(clock.target, seq, at)
        if kind == "breached":
            self._note_breach(clock)
        return seq

    def _note_breach(self, clock: Clock) -> None:
        """Notes under whom a promise of their party broke, where routing asks for that."""
        lead = self.lead
        if lead.owner is None or clock.owed_by != lead.held_by or not self.workflow.skips_breached:
            return
        self.is_moved = True
        lead.broken.setdefault(self.people.spelt(lead.owner), []).append(_called(clock.target, clock.number))

    def forget_breach(self, clock: Clock) -> None:
        """Its breach was lifted: nobody is passed over for it any more."""
        name = _called(clock.target, clock.number)
        for owner, broken in list(self.lead.broken.items()):
            if name in broken:
                self.is_moved = True
                broken.remove(name)
                if not broken:
                    del self.lead.broken[owner]

    def rename_breach(self, was: ClockKey, now: ClockKey) -> None:
        """The clock *was* goes by the name *now*, in what is remembered of breaches too."""
        for broken in self.lead.broken.values():
            broken[:] = [_called(*now) if each == _called(*was) else each for each in broken]

    def entry(self, seq: int) -> Draft:
        """An entry of this decision."""
        return self.entries[seq - self.entries[0].seq]

    def note(self, seq: int, counts: Mapping[str, bool | str]) -> None:
        """Writes down in an entry of this decision what it counts for, if anything."""
        if counts:
            draft = self.entry(seq)
            draft.data = {**draft.data, "counts": dict(counts)}

    def _note_verdict(self, target: str, seq: int, at: datetime) -> None:
        """Notes in the entry of a clock's verdict which shares it counts for."""
        if self.workflow.notes is None:
            return
        asked = self.workflow.notes.verdicts.get(target, ())
        view = self.view(at)
        self.note(seq, {each.noted: True for each in asked if each.noted and view.holds(each.when)})

    def tell(self, message: Message) -> None:
        """Queues *message*; of one clock's steps each person hears only the latest (rules.md, 14)."""
        if message.target is None or message.clock is None:
            self._messages.append(message)
            return
        key = (message.target, message.clock, message.recipient)
        self._told.pop(key, None)
        self._told[key] = message

    def decision(self) -> Decision:
        """What is to be stored. A warning whose clock has ended meanwhile is dropped."""
        messages = self._messages
        if self._told:
            ended = {(c.target, c.number) for c in self.clocks if c.ended_at is not None}
            told = self._told.values()
            messages += [m for m in told if m.kind != "warned" or (m.target, m.clock) not in ended]
        if len(messages) > 1:
            messages.sort(key=lambda m: m.seq)
        fallen = self._fallen and [each for at, each in self._fallen.items() if at not in self._changed]
        return Decision(
            lead=self.lead,
            clocks=self.clocks,
            changed=list(self._changed.values()),
            fallen=fallen or [],
            is_moved=self.is_moved,
            entries=self.entries,
            messages=messages,
            draws=self.draws,
            steps=self.steps,
            moves=self.moves,
            renamed=self.renamed,
            trace=self.trace,
        )
