"""One lead of a story: it and its clocks, decided by the core instant by instant.

Time passes as if a tick ran at every instant, so that each step's message is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from slaflow.clock.state import Clock
from slaflow.errors import SlaflowError
from slaflow.lifecycle.breaches.returns import returned
from slaflow.lifecycle.decide import check_not_ahead
from slaflow.lifecycle.decision import Decision, Draft, Refusal
from slaflow.lifecycle.events import Assigned, Contested, Created, Dealt, Input
from slaflow.lifecycle.guards import Trace
from slaflow.lifecycle.input_values import typed
from slaflow.lifecycle.lead import SYSTEM_ACTOR, Actor, Lead
from slaflow.lifecycle.life import Life
from slaflow.lifecycle.people import Directory
from slaflow.lifecycle.rights.judged import judged
from slaflow.lifecycle.rights.permits import Asker, asker
from slaflow.lifecycle.rights.rules import addition_denied
from slaflow.lifecycle.routing import obstacle
from slaflow.lifecycle.work import ClockKey
from slaflow.trial.actors import default_party
from slaflow.trial.scenario import Cast, Do, with_defaults
from slaflow.workflow.identity import identity_key
from slaflow.workflow.model.lead import Value
from slaflow.workflow.model.parties import LEAD, ROLES, SYSTEM
from slaflow.workflow.model.workflow import Workflow

INSTANT = timedelta(microseconds=1)
"""A step is carried out by what comes strictly after it; nothing comes sooner."""


class NotAdded(SlaflowError):
    """Who is to add a lead may not, or not with these fields."""

    code = "not_permitted"


class World(Protocol):
    """What a lead shares with others."""

    workflow: Workflow
    cast: Cast
    people: Directory
    now: datetime


class Play:
    """One lead of a scenario under way. ``told`` is who was notified since it was last asked for."""

    def __init__(
        self, world: World, number: int, name: str, fields: Mapping[str, Value], actor: str | None = None
    ) -> None:
        self.world = world
        self.number = number
        self.life = Life()
        self.entries: list[Draft] = []
        self.traces: list[Trace] = []
        self.told: set[str] = set()
        self.stopped: set[ClockKey] = set()
        self._create(name, fields, actor)

    def fork(self, world: World) -> Play:
        """The same lead in another telling of its story."""
        twin = copy(self)
        twin.world = world
        twin.life = Life(self.life.lead, list(self.life.open), dict(self.life.ended))
        twin.entries, twin.told, twin.stopped = list(self.entries), set(self.told), set(self.stopped)
        return twin

    def _create(self, name: str, given: Mapping[str, Value], creator: str | None) -> None:
        fields = with_defaults(self.workflow, given)
        happening = Created(self.number, identity_key(self.workflow, fields) or name, fields, bytes(16))
        actor = self.actor(creator, self.workflow.states[self.workflow.initial].held_by or SYSTEM)
        if creator is not None:
            who = asker(self.people, actor, self.now)
            if (because := addition_denied(self.workflow, who, given)) is not None:
                raise NotAdded(because)
        event = Input(happening, actor, self.now, self.now)
        self._decide(event, self.now)

    @property
    def workflow(self) -> Workflow:
        return self.world.workflow

    @property
    def people(self) -> Directory:
        return self.world.people

    @property
    def now(self) -> datetime:
        return self.world.now

    @property
    def lead(self) -> Lead:
        """The lead as it stands; it was created when the story began."""
        assert self.life.lead is not None
        return self.life.lead

    def do(self, deed: Do) -> Refusal | None:
        """What somebody does, now; the refusal if the agreement says no.

        Raises:
            SlaflowError: it claims to have happened ahead of now, or a calendar never opens again.
        """
        default = default_party(self.workflow, self.lead, self.entries, deed.happening)
        actor = self.actor(deed.actor, default)
        if isinstance(deed.happening, Assigned) and deed.happening.owner is not None:
            because = obstacle(self.people, self.lead, deed.happening.owner, self.now)
            if because is not None:
                return Refusal("assign", (because,))
        occurred_at = check_not_ahead(deed.occurred_at or self.now, self.now)
        happening = deed.happening
        if isinstance(happening, Contested):
            happening = replace(happening, returned=returned(self.entries, happening.about))
        event = Input(typed(self.workflow, happening), actor, occurred_at, self.now)
        decision = self._decide(self._judged(event, is_named=deed.actor is not None), self.now)
        return decision.refusal

    def _judged(self, event: Input, *, is_named: bool) -> Input:
        """With its right, or denied. Where the story names nobody, somebody with every role does it."""
        anybody = Asker(event.actor.name, event.actor.party, ROLES[-1])
        who = None if is_named else anybody
        return judged(self.workflow, self.people, event, lambda: self.lead, who)

    def pass_instant(self) -> None:
        """Carries out what falls next, at its instant."""
        wake = self.life.next_wake
        assert wake is not None
        self._decide(None, wake + INSTANT)

    def deal(self, at: datetime) -> bool:
        """Gives the lead to whose turn it is of the team that it waits for; whether anybody could take it."""
        return self._decide(Input(Dealt(), SYSTEM_ACTOR, at, at), at).refusal is None

    def latest(self, target: str) -> Clock | None:
        """The clock of *target* that started last."""
        numbered = target, self.lead.clock_numbers.get(target, 0)
        return next((c for c in self.life.clocks if (c.target, c.number) == numbered), None)

    def actor(self, name: str | None, default: str) -> Actor:
        """*name* as a person of the file or a bare party; None is the party *default*."""
        if name is None:
            return Actor(default, default)
        is_party = name in self.workflow.parties or name in (LEAD, SYSTEM)
        return Actor(name, name if is_party else self.world.cast.party_of(name) or name)

    def _decide(self, event: Input | None, now: datetime) -> Decision:
        """Decides until nothing that fell before is left over."""
        while True:
            decision = self.life.decide(self.workflow, self.people, event, now, traced=True)
            self._take(decision)
            if not decision.more:
                return decision

    def _take(self, decision: Decision) -> None:
        self.life.take(decision)
        for draw in decision.draws:
            self.world.people = self.people.after_draw(draw)
        self.entries += decision.entries
        self.traces += [decision.trace] if decision.trace is not None else []
        self.told |= {message.recipient for message in decision.messages}
        for entry in decision.entries:
            self._note_pause(entry)

    def _note_pause(self, entry: Draft) -> None:
        """A clock that ends while paused has used what it had used when the pause began."""
        if entry.kind == "clock_paused" and entry.target is not None and entry.clock is not None:
            self.stopped.add((entry.target, entry.clock))
        elif entry.kind == "clock_resumed" and entry.target is not None and entry.clock is not None:
            self.stopped.discard((entry.target, entry.clock))
