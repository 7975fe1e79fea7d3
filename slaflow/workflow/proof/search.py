"""Whether conditions can hold together: values are narrowed name by name, and alternatives tried in turn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from slaflow.workflow.proof.formula import Atom, Constant, Denied, Formula, Joined
from slaflow.workflow.proof.values import Values

TRUE, FALSE, NOT_TRUE, NOT_FALSE = range(4)
"""What is asked of a formula; what is unknown is neither true nor false."""
_DENIED = {TRUE: FALSE, FALSE: TRUE, NOT_TRUE: NOT_FALSE, NOT_FALSE: NOT_TRUE}
STEPS = 4_000
"""Most steps of one search."""


class Goal(NamedTuple):
    formula: Formula
    asked: int


Goals = tuple[Goal, ...]
Cube = dict[str, Values]
"""What each name can still be."""


class TooMuch(Exception):
    """The search was given up."""


class Effort:
    """How many steps all searches of an agreement may still take together."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise TooMuch


class _State(NamedTuple):
    cube: Cube
    goals: list[Goal]
    choices: list[list[Goals]]


def found(goals: Iterable[Goal], domains: Mapping[str, Values], effort: Effort) -> Cube | None:
    """Values for which all *goals* are met: what each name that matters can be; None if there are none.

    Raises:
        TooMuch: it takes more steps than there are.
    """
    own = Effort(STEPS)
    waiting = [_State(dict(domains), list(goals), [])]
    while waiting:
        state = waiting.pop()
        if not _narrowed(state, (own, effort)):
            continue
        if not state.choices:
            return state.cube
        first = min(state.choices, key=len)
        rest = [choice for choice in state.choices if choice is not first]
        for way in reversed(first):
            waiting.append(_State(dict(state.cube), list(way), list(rest)))
            _spend((own, effort), 1 + len(rest) // 16 + len(state.cube) // 64)
    return None


def _spend(efforts: tuple[Effort, ...], steps: int) -> None:
    for effort in efforts:
        effort.spend(steps)


def _narrowed(state: _State, efforts: tuple[Effort, ...]) -> bool:
    """Whether something is left once all that follows without a choice is followed."""
    while True:
        if not _followed(state, efforts):
            return False
        open_ = []
        for ways in state.choices:
            _spend(efforts, 1)
            possible = [way for way in ways if _is_possible(way, state.cube)]
            if not possible:
                return False
            if len(possible) == 1:
                state.goals.extend(possible[0])
            else:
                open_.append(possible)
        state.choices[:] = open_
        if not state.goals:
            return True


def _followed(state: _State, efforts: tuple[Effort, ...]) -> bool:
    while state.goals:
        _spend(efforts, 1)
        goal = state.goals.pop()
        if isinstance(goal.formula, Atom):
            name = goal.formula.name
            state.cube[name] = left = state.cube[name] & goal.formula.kept[goal.asked]
            if not left:
                return False
        else:
            ways = _ways(goal.formula, goal.asked)
            if len(ways) == 1:
                state.goals.extend(ways[0])
            else:
                state.choices.append(ways)
    return True


def _is_possible(way: Goals, cube: Cube) -> bool:
    """Whether none of its goals is plainly out of reach."""
    for formula, asked in way:
        if isinstance(formula, Atom) and not cube[formula.name] & formula.kept[asked]:
            return False
    return True


def _ways(formula: Formula, asked: int) -> list[Goals]:
    """The ways in which *formula* becomes what is asked; each a list of goals."""
    if isinstance(formula, Constant):
        return [()] if formula.value is (asked in (TRUE, NOT_FALSE)) else []
    if isinstance(formula, Denied):
        return [(Goal(formula.part, _DENIED[asked]),)]
    assert isinstance(formula, Joined)
    if formula.how in ("and", "or"):
        alone = (TRUE, NOT_FALSE) if formula.how == "or" else (FALSE, NOT_TRUE)
        goals = tuple(Goal(part, asked) for part in formula.parts)
        return [(goal,) for goal in goals] if asked in alone else [goals]
    return _alike(formula.parts, asked) if formula.how == "same" else _chosen(formula.parts, asked)


def _unknown(part: Formula) -> Goals:
    return (Goal(part, NOT_TRUE), Goal(part, NOT_FALSE))


def _alike(parts: tuple[Formula, ...], asked: int) -> list[Goals]:
    """Of two that must both be known."""
    one, other = parts
    alike = [(Goal(one, TRUE), Goal(other, TRUE)), (Goal(one, FALSE), Goal(other, FALSE))]
    unlike = [(Goal(one, TRUE), Goal(other, FALSE)), (Goal(one, FALSE), Goal(other, TRUE))]
    known = alike if asked in (TRUE, NOT_FALSE) else unlike
    return [*known, _unknown(one), _unknown(other)] if asked in (NOT_TRUE, NOT_FALSE) else [*known]


def _chosen(parts: tuple[Formula, ...], asked: int) -> list[Goals]:
    asks, yes, no = parts
    ways: list[Goals] = [(Goal(asks, TRUE), Goal(yes, asked)), (Goal(asks, FALSE), Goal(no, asked))]
    return [*ways, _unknown(asks)] if asked in (NOT_TRUE, NOT_FALSE) else ways
