"""What a search knows of a lead: its state, and of each clock whether it is open and which steps it took."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from slaflow.workflow.model.clocks import Pattern, Step, Target, UntilField
from slaflow.workflow.model.flow import Action, Assign, Notify
from slaflow.workflow.model.workflow import Workflow

CLOSED = 0
"""Of a clock; an open one is 1 plus twice the set of its steps that did something, as bits."""
OPEN = 1


class Configuration(NamedTuple):
    """A lead between two happenings, or (with ``pending``) amid the steps of one instant."""

    state: str
    clocks: tuple[int, ...]
    """By the place of the target."""
    owned: bool = False
    """Whether somebody owns the lead; False throughout where no clock asks."""
    waits: int = 0
    """The promises per owner that wait for one, as bits by the place of the target."""
    pending: tuple[tuple[int, int], ...] = ()
    """Steps that fell at this instant and still have something to do: places of target and step, in order."""

    @property
    def is_bare(self) -> bool:
        """Whether no clock is open and nothing is about to happen."""
        return not self.pending and not any(self.clocks)


@dataclass(frozen=True)
class Terms:
    """A workflow as the search reads it, worked out once."""

    workflow: Workflow
    targets: tuple[Target, ...] = field(init=False)
    acting: tuple[tuple[int, ...], ...] = field(init=False)
    """Of each target the places of the steps that do more than tell somebody; of a timer its one step."""
    tracks_owner: bool = field(init=False)
    """Whether it makes a difference who owns the lead."""
    local: int = field(init=False)
    """Those that live in the state alone in which they start, as bits."""
    by_assignment: int = field(init=False)
    """Those that somebody's becoming the owner may start, as bits."""
    again: int = field(init=False)
    """The targets that begin anew once kept, as bits."""

    ruled_on: tuple[frozenset[str], ...] = field(init=False)
    """Of each target the promises a ruling on which keeps it."""
    starts: dict[Any, tuple[int, int, int, int]] = field(default_factory=dict, repr=False)
    met: dict[Any, Literal[0, 1, 2]] = field(default_factory=dict, repr=False)
    """What was worked out already, by the event and what else it hangs on."""

    def __post_init__(self) -> None:
        targets = self.workflow.targets
        patterns = [p for t in targets for p in (*t.start, *t.meet, *t.restart)]
        sets_on_assign = any(not isinstance(each, Notify) for each in self.workflow.on_assign)
        tracked = sets_on_assign or any(p.kind == "assign" for p in patterns)
        object.__setattr__(self, "targets", targets)
        object.__setattr__(self, "tracks_owner", tracked or self.workflow.has_owners_promises)
        rulings = (frozenset().union(*(p.names for p in t.meet if p.kind == "ruling")) for t in targets)
        object.__setattr__(self, "ruled_on", tuple(rulings))
        object.__setattr__(self, "acting", tuple(self._acting(each) for each in targets))
        object.__setattr__(self, "local", bits(t.index for t in targets if t.lives_in is None))
        given = (t.index for t in targets if any(p.kind == "assign" for p in t.start))
        object.__setattr__(self, "by_assignment", bits(given))
        object.__setattr__(self, "again", bits(t.index for t in targets if t.repeat))

    def acts(self, actions: Iterable[Action]) -> bool:
        """Whether any of *actions* makes a difference: who owns the lead may make none."""
        idle = (Notify,) if self.tracks_owner else (Notify, Assign)
        return any(not isinstance(each, idle) for each in actions)

    def _acting(self, target: Target) -> tuple[int, ...]:
        return tuple(i for i, step in enumerate(target.steps) if target.is_timer or self.acts(step.actions))

    def lives(self, target: Target, state: str) -> bool:
        """Whether a clock of *target* may run while the lead rests in *state*."""
        if target.lives_in is not None:
            return state in target.lives_in
        if self.workflow.states[state].final:
            return False
        # It lives in the state alone in which it started, and an entry starts it in none but the one entered.
        return any(p.kind != "enter" or state in p.names for p in target.start)

    def always_has_a_case(self, target: Target) -> bool:
        """Whether one of its cases holds whatever the lead."""
        return any(case.when is None and not isinstance(case.allowance, UntilField) for case in target.cases)

    def until_fields(self, target: Target) -> frozenset[str]:
        """The fields on which its due instants hang."""
        allowances = (case.allowance for case in target.cases)
        return frozenset(each.field for each in allowances if isinstance(each, UntilField))

    def patterns(self, *places: str) -> Iterable[Pattern]:
        """Every pattern in these places of targets and timers: ``start``, ``meet``, ``restart``."""
        return [p for t in self.targets for place in places for p in getattr(t, place)]


def bits(places: Iterable[int]) -> int:
    """A set of places as bits."""
    found = 0
    for place in places:
        found |= 1 << place
    return found


def may_follow(target: Target, fallen: int, place: int) -> bool:
    """Whether the step at *place* may still fall on a clock that took the steps *fallen*."""
    if fallen >> place & 1:
        return False
    step = target.steps[place]
    return not any(fallen >> i & 1 and _is_later(other, step) for i, other in enumerate(target.steps))


def _is_later(one: Step, other: Step) -> bool:
    """Whether *one* certainly falls after *other*."""
    if one.is_due or other.is_due or one.falls_after_due != other.falls_after_due:
        return _rank(one) > _rank(other)
    if one.kind != other.kind:
        return False
    return (one.percent, one.offset, one.days, one.months) > (
        other.percent, other.offset, other.days, other.months,
    ) if one.kind != "before" else one.offset < other.offset  # fmt: skip


def _rank(step: Step) -> int:
    return 1 if step.is_due else 2 if step.falls_after_due else 0


def is_broken(target: Target, fallen: int) -> bool:
    """Whether the steps *fallen* show that the promise is broken."""
    return any(fallen >> i & 1 and _rank(step) > 0 for i, step in enumerate(target.steps))
