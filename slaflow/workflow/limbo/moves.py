"""What may happen next to a lead in a configuration, each with every configuration it may lead to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from slaflow.workflow.limbo.chain import Chains
from slaflow.workflow.limbo.configuration import CLOSED, Configuration, bits, may_follow
from slaflow.workflow.limbo.effects import (
    ANY_FIELD,
    Course,
    Event,
    happen,
    is_settled,
    kept_before,
    levels,
    rest,
    starting,
)
from slaflow.workflow.limbo.effort import TooMuch
from slaflow.workflow.model.clocks import Pattern
from slaflow.workflow.model.flow import Transition

AT_ONCE = 3
"""How often each step falls at one instant before a search is given up: what it causes starts it anew."""
Kind = Literal["create", "fire", "refused", "touch", "set", "assign", "dispute", "ruling", "step", "causes"]


class Move(NamedTuple):
    """One happening on the way of a lead."""

    kind: Kind
    names: tuple[str, ...] = ()
    """A trigger, activities any of which will do, a target, or whom it is about."""
    late: bool = False
    row: int | None = None
    """Of a transition its place in the file."""


Ways = Iterator[tuple[Move, Iterable[Configuration]]]


class Moves:
    """Every move there is under one agreement."""

    def __init__(self, chains: Chains) -> None:
        self.chains = chains
        self.terms = chains.terms
        self.workflow = chains.workflow
        patterns = list(self.terms.patterns("start", "meet", "restart"))
        self.most_at_once = AT_ONCE * sum(map(len, self.terms.acting))
        self._masks: dict[Event, tuple[int, int, int]] = {}
        self._living = {
            name: bits(t.index for t in self.terms.targets if self.terms.lives(t, name))
            for name in self.workflow.states
        }
        self.touches = tuple(self._touches())
        self.evidence = tuple(
            each for each in self.touches
            if levels((p for t in self.terms.targets for p in t.meet), each[1], True)
        )  # fmt: skip
        self.disputes = _told_apart(patterns, "dispute")
        self.rulings = _told_apart(patterns, "ruling")
        self.autos = frozenset(
            name for row in self.workflow.transitions if row.auto for name in row.from_states
        )
        self.sees_fields = any(p.kind == "set" for p in patterns) or any(
            self.terms.until_fields(each) for each in self.terms.targets
        )
        triggers = {name for p in self.terms.patterns("meet") if p.kind == "trigger" for name in p.names}
        self.witnessed = [name for name in self.workflow.triggers if name in triggers]

    def first(self) -> Ways:
        """How a lead comes in."""
        clocks = (CLOSED,) * len(self.terms.targets)
        now = Configuration(self.workflow.initial, clocks)
        fields = frozenset((ANY_FIELD,))
        courses = list(happen(self.terms, Course(now), Event(entered=now.state, fields=fields)))
        yield Move("create"), self._routed(courses)

    def _routed(self, courses: list[Course]) -> Iterator[Configuration]:
        """Autos first, then the first owner is looked for; clocks start last."""
        routes = self.workflow.routing is not None and self.terms.tracks_owner
        if not routes:
            yield from self.chains.settle(courses)
            return
        settled = list(self.chains.autos(courses))
        for course in self.chains.assign(settled):
            yield from rest(self.terms, course)

    def ways(self, now: Configuration) -> Ways:
        """Every move from *now*."""
        yield from self._time(now)
        if now.pending:
            return
        yield from self._deeds(now)
        yield from self._touched(now)
        yield from self._said(now)

    def _matters(self, now: Configuration, event: Event) -> bool:
        """Whether some clock sees *event*, more than that something happened."""
        if event not in self._masks:
            self._masks[event] = self._masked(event)
        ends, starts, again = self._masks[event]
        still_open = bits(place for place, value in enumerate(now.clocks) if value)
        if now.state not in self.autos:
            starts &= self._living[now.state]
        return bool(ends & still_open or (starts | again) & ~still_open)

    def _masked(self, event: Event) -> tuple[int, int, int]:
        """The targets that *event* may end or restart, may start, and may begin anew, as bits."""
        terms = self.terms
        ends = bits(
            t.index for t in terms.targets
            if levels((*t.meet, *t.restart), event, True)
            or (event.late and is_settled(terms, t, event))
            or (event.fields and terms.until_fields(t))
        )  # fmt: skip
        may, _, here, _ = starting(terms, event)
        starts = 0 if event.is_past else may | here
        return ends, starts, kept_before(terms, event)

    def _deeds(self, now: Configuration) -> Ways:
        chains = self.chains
        for row in chains.rows(now.state):
            if chains.guards.may_pass(row):
                late = self._repeats_by(row.trigger, now)
                courses = chains.fire(Course(now), row)
                courses += chains.fire(Course(now), row, late=True) if late else []
                yield Move("fire", (row.trigger,), row=row.index), chains.settle(courses)
        for trigger in self.witnessed:
            if any(now.clocks) and self._may_be_refused(now, trigger):
                event = Event(trigger=trigger, late=True, refused=True)
                courses = list(happen(self.terms, Course(now), event))
                found = (after for course in courses for after in rest(self.terms, course))
                yield Move("refused", (trigger,), late=True), found

    def _repeats_by(self, trigger: str, now: Configuration) -> bool:
        """Whether such a trigger, told late, may begin a repeating promise anew that ended before."""
        event = Event(trigger=trigger, late=True)
        ended = (t for t in self.terms.targets if t.repeat and not now.clocks[t.index])
        return any(levels(t.meet, event, True) for t in ended)

    def _may_be_refused(self, now: Configuration, trigger: str) -> bool:
        """Whether *trigger* may be refused here although it could once have left a state of an open clock."""
        here = [row for row in self.chains.rows(now.state) if row.trigger == trigger]
        sure = [row for row in here if self.chains.guards.must_pass(row)]
        for row in self.workflow.transitions:
            if row.trigger == trigger and not any(_takes_as_much(each, row) for each in sure):
                return True
        return False

    def _touches(self) -> Iterator[tuple[tuple[str, ...], Event]]:
        """Every kind of touchpoint that clocks tell apart, and one for all they do not."""
        found: dict[Event, list[str]] = {UNSEEN: []}
        patterns = list(self.terms.patterns("start", "meet", "restart"))
        named = {name for p in patterns if p.kind == "activity" for name in p.names}
        efforts = {p.kind for p in patterns}
        for kind in self.workflow.activities.values():
            activity = kind.kind if kind.kind in named else None
            attempt = kind.attempt is not None and "attempts" in efforts
            contact = kind.contact and "contact" in efforts
            for by_hand in (True, False) if attempt or contact else (False,):
                event = Event(
                    activity=activity or "", attempt=attempt and by_hand, contact=contact and by_hand
                )
                found.setdefault(event, []).append(kind.kind)
        yield from ((tuple(names), event) for event, names in found.items())

    def _touched(self, now: Configuration) -> Ways:
        chains = self.chains
        for names, event in self.touches:
            if now.state in self.autos if event == UNSEEN else self._matters(now, event):
                yield Move("touch", names), chains.after(Course(now), event)
        for names, event in self.evidence:
            late = event._replace(late=True)
            if self._matters(now, late):
                yield Move("touch", names, late=True), chains.after(Course(now), late)
        if self.sees_fields and self._matters(now, ANYTHING_SET):
            yield Move("set"), chains.after(Course(now), ANYTHING_SET)
        if self.terms.tracks_owner:
            yield Move("assign"), chains.settle(chains.assign([Course(now)], sure=True))

    def _said(self, now: Configuration) -> Ways:
        for names in self.disputes:
            disputed = Event(disputed=names[0])
            if self._matters(now, disputed):
                yield Move("dispute", names), self.chains.after(Course(now), disputed)
        for names in self.rulings:
            ruled = Event(ruled=names[0])
            if self._matters(now, ruled):
                yield Move("ruling", names), self.chains.after(Course(now), ruled)

    def _time(self, now: Configuration) -> Ways:
        """Steps that fall; at one instant all facts come first, then what they cause, in order."""
        for place, value in enumerate(now.clocks):
            target = self.terms.targets[place]
            for step in self.terms.acting[place] if value else ():
                if not target.is_timer and not may_follow(target, value >> 1, step):
                    continue
                clocks = list(now.clocks)
                clocks[place] = CLOSED if target.is_timer else value | 2 << step
                pending = now.pending
                if self.terms.acts(target.steps[step].actions):
                    pending = tuple(sorted((*pending, (place, step))))
                    if len(pending) > self.most_at_once:
                        raise TooMuch
                fell = now._replace(clocks=tuple(clocks), pending=pending)
                yield Move("step", (target.name, target.steps[step].label)), (fell,)
        if now.pending:
            place, step = now.pending[0]
            target = self.terms.targets[place]
            caused = self.chains.step(now._replace(pending=now.pending[1:]), target.steps[step].actions)
            yield Move("causes", (target.name, target.steps[step].label)), caused


ANYTHING_SET = Event(fields=frozenset((ANY_FIELD,)))
UNSEEN = Event(activity="")
"""A touchpoint that no clock sees."""


def _told_apart(patterns: Iterable[Pattern], kind: str) -> list[tuple[str, ...]]:
    """What patterns of *kind* name, together what every one of them names together."""
    asked = [p.names for p in patterns if p.kind == kind]
    found: dict[tuple[bool, ...], list[str]] = {}
    for name in sorted(frozenset().union(*asked)):
        found.setdefault(tuple(name in each for each in asked), []).append(name)
    return [tuple(names) for names in found.values()]


def _takes_as_much(row: Transition, other: Transition) -> bool:
    """Whether who may fire *other* with its inputs may fire *row* with them."""
    if row is other:
        return True
    return set(other.by) <= set(row.by) and not row.roles and not row.requires and not other.requires
