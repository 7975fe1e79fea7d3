"""What is never come to, since whatever stands before it takes all that it would take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from slaflow.workflow.checks.remark import Remark, path_of
from slaflow.workflow.model.clocks import Pattern
from slaflow.workflow.model.flow import Transition
from slaflow.workflow.model.parties import Route
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.proof.conditions import condition_of
from slaflow.workflow.proof.truths import Condition, Truths

MAX_ROWS = 100
"""Rows before one that are looked at."""


def hidden_rows(workflow: Workflow, truths: Truths) -> Iterator[Remark]:
    """Rows that nobody can take, nor the lead by itself, since earlier ones may be taken instead."""
    for row in workflow.transitions:
        earlier = workflow.transitions[max(row.index - MAX_ROWS, 0) : row.index]
        before = [other for other in earlier if _comes_before(other, row)]
        if not row.override and before and _is_hidden(workflow, row, before, truths):
            first = before[0] if len(before) == 1 else None
            which = f"transitions[{first.index}] comes" if first else f"{len(before)} rows come"
            words = f"{row.trigger} is never taken: whenever it may be, {which} before it"
            yield Remark(("transitions", row.index), words, warning=True)


def _comes_before(other: Transition, row: Transition) -> bool:
    """Whether *other* is taken for certain where its guard passes, and may be asked for in place of *row*."""
    plain = not other.names_owner and not any(each.names for each in other.sets.values())
    same = other.trigger == row.trigger or (other.auto and row.auto)
    meets = set(other.from_states) & set(row.from_states)
    return bool(plain and same and meets) and dict(other.requires) == dict(row.requires)


def _is_hidden(workflow: Workflow, row: Transition, before: list[Transition], truths: Truths) -> bool:
    for state in row.from_states:
        for party in row.by:
            fired = [other for other in before if _may(other, row, party, state)]
            if not _covers(row, fired, truths):
                return False
        if row.auto:
            autos = [other for other in before if other.auto and _leaves(other, state)]
            if not _covers(row, autos, truths):
                return False
    return True


def _may(other: Transition, row: Transition, party: str, state: str) -> bool:
    """Whether everybody of *party* who fires *row* from *state* may take *other* instead."""
    same = other.trigger == row.trigger and state in other.from_states and party in other.by
    return same and other.roles.get(party) in (None, row.roles.get(party))


def _leaves(other: Transition, state: str) -> bool:
    return state in other.from_states and other.to not in (None, state)


def _covers(row: Transition, before: list[Transition], truths: Truths) -> bool:
    if not before:
        return False
    asked = [_condition(other) for other in before]
    return truths.together([_condition(row)], asked) is None


def _condition(row: Transition) -> Condition:
    return Condition(tuple(clause.that for clause in row.guard), row.requires)


def hidden_starts(workflow: Workflow, truths: Truths) -> Iterator[Remark]:
    """Patterns of ``start`` that start nothing which earlier ones do not."""
    for clock in workflow.targets:
        for index, pattern in enumerate(clock.start):
            before = clock.start[:index]
            if before and all(_is_seen(name, pattern, before, truths) for name in pattern.names or {""}):
                words = f"every start that this would be is one by what stands before it in {clock.name}"
                yield Remark((*path_of(clock), "start", index), words, warning=True)


def _is_seen(name: str, pattern: Pattern, before: Iterable[Pattern], truths: Truths) -> bool:
    same = [each for each in before if each.kind == pattern.kind and (not name or name in each.names)]
    asked = [condition_of(each.when) for each in same]
    return bool(same) and truths.together([condition_of(pattern.when)], asked) is None


def hidden_routes(workflow: Workflow, truths: Truths) -> Iterator[Remark]:
    """Rules that are read only while nobody of the teams before them is there.

    Teams with limits are none of these: what is too much for them goes on to the rules behind.
    """
    routes = workflow.routing or ()
    takers = {state.held_by for state in workflow.states.values() if state.held_by is not None}
    for index, route in enumerate(routes):
        parties = {workflow.teams[route.to].party} if route.kind == "team" else takers
        before = [_teams_of(workflow, routes[:index], party) for party in sorted(parties)]
        if before and all(each and _takes_all(route, each, truths) for each in before):
            teams = ", ".join(dict.fromkeys(each.to for rules in before for each in rules))
            words = f"rules before it take every lead that this would, unless nobody of {teams} is there"
            yield Remark(("routing", index), words, warning=True)


def _teams_of(workflow: Workflow, routes: Iterable[Route], party: str) -> list[Route]:
    teams = [(each, workflow.teams[each.to]) for each in routes if each.kind == "team"]
    return [each for each, team in teams if team.party == party and not team.is_bounded]


def _takes_all(route: Route, before: list[Route], truths: Truths) -> bool:
    asked = [condition_of(each.when) for each in before]
    return truths.together([condition_of(route.when)], asked) is None
