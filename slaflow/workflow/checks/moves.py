"""The ways a lead can go: what reaches what, and where a clock can live. No check is here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from slaflow.workflow.model.clocks import Pattern, Step, Target
from slaflow.workflow.model.flow import Fire, Transition
from slaflow.workflow.model.parties import SYSTEM
from slaflow.workflow.model.workflow import Workflow


class Move(NamedTuple):
    """One transition from one state into another."""

    source: str
    target: str
    row: Transition


def moves(workflow: Workflow) -> Iterator[Move]:
    """Every way from one state to another; rows that stay are none."""
    for row in workflow.transitions:
        for source in row.from_states:
            if row.to is not None and row.to != source:
                yield Move(source, row.to, row)


def reached(start: Iterable[str], ways: Iterable[tuple[str, str]]) -> set[str]:
    """All states that can be come to from *start*, which is among them."""
    following: dict[str, list[str]] = {}
    for source, target in ways:
        following.setdefault(source, []).append(target)
    found, waiting = set(start), list(start)
    while waiting:
        for target in following.get(waiting.pop(), ()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


def on_circles(ways: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """The ways that are part of a circle: both ends can be come to from each other."""
    ways = set(ways)
    following: dict[str, list[str]] = {}
    for source, target in ways:
        following.setdefault(source, []).append(target)
    component = _components(following)
    return {(source, target) for source, target in ways if component[source] == component.get(target)}


def _components(following: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """A number for each state with a way out, equal in a circle (Tarjan, no recursion)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    component: dict[str, int] = {}
    open_: list[str] = []
    for start in following:
        path = [(start, iter(following[start]))] if start not in order else []
        while path:
            state, ahead = path[-1]
            if state not in order:
                order[state] = low[state] = len(order)
                open_.append(state)
            target = next((t for t in ahead if t in following), None)
            if target is None:
                _close(path, low, order, open_, component)
            elif target not in order:
                path.append((target, iter(following[target])))
            elif target not in component:
                low[state] = min(low[state], order[target])
    return component


def _close(
    path: list[tuple[str, Iterator[str]]],
    low: dict[str, int],
    order: Mapping[str, int],
    open_: list[str],
    component: dict[str, int],
) -> None:
    """Leave the last state of *path*; its circle is complete if nothing before it was come back to."""
    state, _ = path.pop()
    if path:
        low[path[-1][0]] = min(low[path[-1][0]], low[state])
    if low[state] == order[state]:
        while state not in component:
            component[open_.pop()] = order[state]


def start_states(workflow: Workflow, clock: Target) -> set[str]:
    """The states in which *clock* can start. Without ``while`` no clock starts in a final state."""
    found: set[str] = set()
    for pattern in clock.start:
        found |= _rests(workflow, pattern)
    if clock.lives_in is not None:
        return found & clock.lives_in
    return {name for name in found if not workflow.states[name].final}


def _rests(workflow: Workflow, pattern: Pattern) -> set[str]:
    """The states in which a lead can be once such an event has happened."""
    if pattern.kind == "enter":
        return set(pattern.names)
    if pattern.kind != "trigger":
        return set(workflow.states)
    rows = [row for row in workflow.transitions if row.trigger in pattern.names]
    return {state for row in rows for state in ([row.to] if row.to is not None else row.from_states)}


def living_states(workflow: Workflow, clock: Target) -> set[str]:
    """The states in which *clock* can be open."""
    return set(clock.lives_in) if clock.lives_in is not None else start_states(workflow, clock)


def fires(clock: Target) -> Iterator[tuple[Step, int, Fire]]:
    """Every ``fire`` of a clock's steps, with its place in the step's list."""
    for step in clock.steps:
        for index, action in enumerate(step.actions):
            if isinstance(action, Fire):
                yield step, index, action


def rows_fired(workflow: Workflow, clock: Target, fire: Fire) -> list[Transition]:
    """The rows that slaflow itself may take for *fire* where the clock lives."""
    states = living_states(workflow, clock)
    return [
        row
        for row in workflow.transitions
        if row.trigger == fire.trigger and SYSTEM in row.by and states & set(row.from_states)
    ]
