"""Playing random histories: the same inputs again, with ticks in between or without any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from support.stories.course import Course
from support.stories.strategies import Told
from support.stories.strategies_agreements import ACTORS, MONDAY

from slaflow.lifecycle.decision import Refusal
from slaflow.lifecycle.events import Assigned, Disputed, Fired, Happening, Lifted, Upheld
from slaflow.lifecycle.lead import Actor
from slaflow.lifecycle.machine import lifecycle_of
from slaflow.lifecycle.people import Directory
from slaflow.workflow.model.workflow import Workflow

LONG_ENOUGH = timedelta(days=4)
HALF_A_DAY = timedelta(hours=12)
MOST_STEPS = 120
"""A circle of timers goes on for ever; such an example shows nothing after its first rounds."""


@dataclass(frozen=True)
class Arrival:
    """An input at its instants, and the ticks that run after the arrival before."""

    happening: Happening
    by: Actor
    arrived_at: datetime
    occurred_at: datetime
    ticks: tuple[datetime, ...]

    def reach(self, course: Course) -> Refusal | None:
        """Tells it, judged by who tells it."""
        return course.put(self.happening, self.by, self.arrived_at, self.occurred_at, by_right=True)


@dataclass(frozen=True, repr=False)
class Story:
    """An agreement, its people, and what arrived in which order about one lead."""

    workflow: Workflow
    people: Directory
    arrivals: tuple[Arrival, ...]
    end: datetime = MONDAY
    """An instant after all arrivals, to which all tellings are settled."""

    def __repr__(self) -> str:
        terms = (*self.workflow.transitions, *self.workflow.targets, self.workflow.routing)
        told = (*terms, self.people.absences, *self.arrivals)
        return "\n  ".join(("Story", *map(repr, told)))

    def told(self, *, ticks: bool) -> Course:
        """The course of the lead, with its ticks or without, settled to the end."""
        course = self.begun()
        for each in self.arrivals:
            for at in each.ticks if ticks else ():
                course.tick(at)
            each.reach(course)
        return course.tick(self.end)

    def begun(self) -> Course:
        return Course(self.workflow, self.people).create(number=7, fields={"employees": 20})


def story_of(workflow: Workflow, people: Directory, history: Sequence[Told]) -> Story:
    """The history with its instants: what was told to arrive when a step falls does so."""
    course, before, arrivals = Story(workflow, people, ()).begun(), MONDAY, []
    for each in history:
        at = _arrival(course, each, before)
        ticks = tuple(before + (at - before) * share for share in each.ticks)
        occurred = max(at - each.late, MONDAY - timedelta(hours=1))
        happening, by = _possible(course.fork().tick(at), each)
        arrivals.append(Arrival(happening, by, at, occurred, ticks))
        arrivals[-1].reach(course)
        before = at
        if _steps(course) > MOST_STEPS:
            break
    return Story(workflow, people, tuple(arrivals), _end(course, before))


def _end(course: Course, latest: datetime) -> datetime:
    end = latest
    while _steps(course.tick(end)) < MOST_STEPS and end < latest + LONG_ENOUGH:
        end += HALF_A_DAY
    return end


def _steps(course: Course) -> int:
    return sum(decision.steps for decision in course.decisions)


def _possible(course: Course, told: Told) -> tuple[Happening, Actor]:
    """What is told; a trigger that leads nowhere from there often gives way to one that does."""
    rows = lifecycle_of(course.workflow).rows_from(course.present.state)
    if isinstance(told.happening, Disputed | Upheld | Lifted):
        return _about_a_breach(course, told.happening, told.by)
    if not isinstance(told.happening, Fired) or told.possible is None or not rows:
        return told.happening, told.by
    row = rows[told.possible % len(rows)]
    fired = Fired(row.trigger, override=told.happening.override)
    return fired, _of(ACTORS, told.by, *row.by)


def _about_a_breach(course: Course, said: Disputed | Upheld | Lifted, by: Actor) -> tuple[Happening, Actor]:
    """What is said of a breach, of a promise that is broken where one is."""
    promises = [target for target in course.workflow.targets if not target.is_timer]
    broken = {clock.target for clock in course.every_clock.values() if clock.is_broken}
    about = next((target for target in promises if target.name in broken), (promises or [None])[0])
    if about is None:
        return Assigned(None), by
    sides = {"marketing", "sales"}
    sides &= {about.owed_by} if isinstance(said, Disputed) else sides - {about.owed_by}
    # Of a party's actors the last one has the most rights.
    return replace(said, target=about.name), _of(ACTORS[::-1], by, *sides)


def _of(actors: Sequence[Actor], by: Actor, *parties: str) -> Actor:
    """*by*, if of one of the *parties*, else the first of these who is."""
    return by if by.party in parties else next(actor for actor in actors if actor.party in parties)


def _arrival(course: Course, told: Told, before: datetime) -> datetime:
    if told.after is not None:
        return before + told.after
    falls = [c.wake_at for c in course.open_clocks if c.wake_at is not None]
    soon = [at for at in falls if before <= at < before + LONG_ENOUGH]
    return min(soon, default=before)
