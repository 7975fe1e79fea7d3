"""What the leads of a story share: the agreement, the people, whose turn it is, and the time."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from datetime import datetime

from slaflow.errors import SlaflowError
from slaflow.lifecycle.dealing.loads import Since
from slaflow.lifecycle.people import Directory
from slaflow.trial import queue
from slaflow.trial.loads import StoryLoads
from slaflow.trial.play import INSTANT, Play
from slaflow.trial.scenario import Cast, Others, Scenario
from slaflow.workflow.model.workflow import Workflow


class Absent(SlaflowError):
    """A step about a lead that has not come in."""

    code = "absent"


class Stage:
    """A scenario under way. ``plays`` are its leads that have come in, by their names in the file."""

    def __init__(self, workflow: Workflow, cast: Cast, scenario: Scenario) -> None:
        self.workflow = workflow
        self.cast = cast
        self.people = Directory(cast.people, cast.absences).reading(StoryLoads(self))
        self.start = self.now = scenario.start
        self.others = scenario.others
        self.plays: dict[str, Play] = {}
        self._leads = scenario.leads
        for name in scenario.at_start:
            self.add(name, None)

    def fork(self) -> Stage:
        """The same story, to be told on in another way; nothing that happens in one is seen in the other."""
        twin = copy(self)
        drawn, loads = self.people.loads, StoryLoads(twin)
        twin.people = self.people.reading(drawn.over(loads) if isinstance(drawn, Since) else loads)
        twin.plays = {name: play.fork(twin) for name, play in self.plays.items()}
        return twin

    def add(self, name: str, actor: str | None) -> None:
        """The lead comes in, now. Raises SlaflowError: its creation is not possible."""
        self.plays[name] = Play(self, len(self.plays) + 1, name, self._leads[name], actor)

    def weigh(self, open: Mapping[str, int]) -> None:
        """These people have so many open leads now that the story does not tell."""
        self.others = self.others.with_more(Others(open=open))

    def play(self, name: str) -> Play:
        """The lead of that name; raises :class:`Absent` where it could not come in."""
        if name not in self.plays:
            raise Absent(f"{name} has not come in")
        return self.plays[name]

    def pass_time(self, until: datetime) -> None:
        """Carries out, one instant after the other, every step of any lead that falls before *until*.

        What waits for a team is dealt after each, now, and whenever somebody may be able to take it, until
        *until* and then too.
        """
        at: datetime | None = self.now
        while at is not None:
            while (falling := self._next(at)) is not None:
                falling.pass_instant()
            queue.deal(self.plays.values(), at)
            at = self._next_tick(at, until)
        self.now = until

    def _next_tick(self, at: datetime, until: datetime) -> datetime | None:
        """When something is to be carried out or may be dealt after *at*."""
        falling = self._next(until)
        wake = None if falling is None else falling.life.next_wake
        chance = queue.next_chance(self.workflow, self.people, self.plays.values(), at)
        ticks = [wake + INSTANT] if wake is not None else []
        ticks += [chance] if chance is not None and chance <= until else []
        return min(ticks, default=None)

    def _next(self, until: datetime) -> Play | None:
        waking = [(play.life.next_wake, place, play) for place, play in enumerate(self.plays.values())]
        due = [(wake, place, play) for wake, place, play in waking if wake is not None and wake < until]
        return min(due, key=lambda each: each[:2])[2] if due else None
