"""A transition and the autos that follow, as `slaflow.lifecycle` carries them out, with every choice open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from slaflow.workflow.limbo.configuration import Configuration, Terms
from slaflow.workflow.limbo.effects import Course, Event, happen, rest
from slaflow.workflow.limbo.effort import Effort
from slaflow.workflow.limbo.guards import Guards
from slaflow.workflow.model.flow import Action, Assign, Fire, SetFields, Transition
from slaflow.workflow.model.parties import SYSTEM


class Chains:
    """What may come of an event of a lead under one agreement."""

    def __init__(self, terms: Terms, guards: Guards, effort: Effort) -> None:
        self.terms = terms
        self.guards = guards
        self.workflow = terms.workflow
        self.effort = effort
        self._rows: dict[str, tuple[Transition, ...]] = {
            name: tuple(row for row in self.workflow.transitions if name in row.from_states)
            for name in self.workflow.states
        }
        self.sets_on_assign = [each for each in self.workflow.on_assign if isinstance(each, SetFields)]

    def rows(self, state: str) -> tuple[Transition, ...]:
        """The rows that lead from *state*, in file order."""
        return self._rows[state]

    def after(self, course: Course, event: Event) -> Iterator[Configuration]:
        """Every configuration at rest that *event* and what follows from it may lead to."""
        return self.settle(happen(self.terms, course, event))

    def settle(self, courses: Iterable[Course]) -> Iterator[Configuration]:
        """Fires autos until none passes, then starts clocks."""
        for course in self.autos(courses):
            yield from rest(self.terms, course)

    def autos(self, courses: Iterable[Course]) -> Iterator[Course]:
        """The courses once no auto fires any more."""
        seen: set[Course] = set()
        waiting = list(courses)
        while waiting:
            course = waiting.pop()
            if course in seen:
                continue
            seen.add(course)
            self.effort.spend()
            rests = True
            for row in self.rows(course.now.state):
                if not row.auto or row.index in course.fired or not self.guards.may_fire_itself(row):
                    continue
                waiting += self.fire(course, row)
                if self.guards.must_fire_itself(row):
                    rests = False
                    break
            if rests:
                yield course

    def fire(self, course: Course, row: Transition, *, late: bool = False) -> list[Course]:
        """Every course of the transition *row*, before the autos that follow."""
        state = course.now.state if row.to is None else row.to
        moved = state != course.now.state
        fields = frozenset((row.requires.keys() & self.workflow.fields.keys()) | row.sets.keys())
        entered = state if moved else None
        event = Event(entered=entered, trigger=row.trigger, fields=fields, late=late)
        course = course._replace(fired=course.fired | {row.index})
        found = self._happen([course], event)
        if moved and self._may_hand_over(course.now.state, state):
            found = self.assign(found)
        for action in row.actions:
            if isinstance(action, Assign):
                found = self.assign(found)
        return found

    def _may_hand_over(self, before: str, after: str) -> bool:
        gave, takes = self.workflow.states[before].held_by, self.workflow.states[after].held_by
        return takes is not None and gave != takes

    def assign(self, courses: Iterable[Course], *, sure: bool = False) -> list[Course]:
        """Somebody, or nobody, becomes the owner; without *sure* perhaps nothing happens."""
        courses = list(courses)
        if not self.terms.tracks_owner and not self.sets_on_assign:
            return courses
        found = [] if sure else list(courses)
        for owned in (True, False):
            given = [c._replace(now=c.now._replace(owned=owned and self.terms.tracks_owner)) for c in courses]
            made = self._happen(given, Event(assigned=True))
            found += made
            for action in self.sets_on_assign if owned else ():
                found += self._happen(made, Event(fields=frozenset(action.values)))
        return list(dict.fromkeys(found))

    def step(self, now: Configuration, actions: Iterable[Action]) -> Iterator[Configuration]:
        """What the *actions* of a step may lead to, one after the other, each on its own to rest."""
        reached: dict[Configuration, None] = {now: None}
        for action in actions:
            reached = {after: None for before in reached for after in self._act(before, action)}
        yield from reached

    def _act(self, now: Configuration, action: Action) -> Iterator[Configuration]:
        course = Course(now, by_step=True)
        if isinstance(action, Fire):
            yield from self._fire_by_step(course, action)
        elif isinstance(action, SetFields):
            yield now
            yield from self.after(course, Event(fields=frozenset(action.values)))
        elif isinstance(action, Assign):
            yield now
            yield from self.settle(self.assign([course]))
        else:
            yield now

    def _fire_by_step(self, course: Course, action: Fire) -> Iterator[Configuration]:
        for row in self.rows(course.now.state):
            if row.trigger != action.trigger or SYSTEM not in row.by or not self.guards.may_pass(row):
                continue
            yield from self.settle(self.fire(course, row))
            if self.guards.must_fire_by_step(row, action):
                return
        yield course.now

    def _happen(self, courses: Iterable[Course], event: Event) -> list[Course]:
        found: dict[Course, None] = {}
        for course in courses:
            for after in happen(self.terms, course, event):
                self.effort.spend()
                found[after] = None
        return list(found)
