"""Checks of teams and routing: every rule is read, every team is given something."""

from __future__ import annotations

from collections.abc import Iterator

from slaflow.workflow.checks.moves import living_states
from slaflow.workflow.checks.remark import Remark, path_of
from slaflow.workflow.model.flow import Action, Assign, Notify
from slaflow.workflow.model.workflow import Workflow


def check_rules(workflow: Workflow) -> Iterator[Remark]:
    """No rule stands behind one that always applies for the same party."""
    takers = {state.held_by for state in workflow.states.values() if state.held_by is not None}
    always: dict[str, int] = {}
    for index, route in enumerate(workflow.routing or ()):
        parties = {workflow.teams[route.to].party} if route.kind == "team" else takers
        if parties and parties <= always.keys():
            first = always[min(parties)]
            words = f"routing[{first}] comes before it and always applies: this is read only while nobody"
            to = (workflow.routing or ())[first].to
            yield Remark(("routing", index), f"{words} of {to} is there", warning=True)
        elif route.kind == "team" and (route.when is None or route.when.evaluate({}) is True):
            always.setdefault(workflow.teams[route.to].party, index)


def check_teams(workflow: Workflow) -> Iterator[Remark]:
    """Every team gets leads, is told of something, or says when its people work."""
    routes = workflow.routing or ()
    if any(route.kind in ("field", "person") for route in routes):
        return
    named = {route.to for route in routes if route.kind == "team"} | _named(workflow)
    by_owner = any("owner" in clock.calendars for clock in workflow.targets)
    for name, team in workflow.teams.items():
        if name not in named and not (by_owner and team.calendar is not None):
            words = f"nobody routes to {name}: no rule of routing and no assign names it"
            yield Remark(("teams", name), words, warning=True, key=True)


def check_owners_calendar(workflow: Workflow) -> Iterator[Remark]:
    """Where a clock goes by its owner's calendar, every team that may own the lead has one."""
    for clock in workflow.targets:
        if "owner" in clock.calendars:
            holders = {workflow.states[name].held_by for name in living_states(workflow, clock)}
            teams = [team for team in workflow.teams.values() if team.party in holders]
            without = [team.name for team in teams if team.calendar is None]
            if without or not teams:
                who = f"{', '.join(without)} has no calendar" if teams else "there is no team that holds it"
                words = f"{who}, so {clock.name} falls back to {workflow.first_calendar}"
                yield Remark((*path_of(clock), "calendar"), words, warning=True)


def _named(workflow: Workflow) -> set[str]:
    """Whom steps and transitions assign to or tell."""
    found: set[str] = set()
    for action in _actions(workflow):
        if isinstance(action, Assign) and action.kind == "name":
            found.add(action.to)
        elif isinstance(action, Notify):
            found.update(action.to)
    return found


def _actions(workflow: Workflow) -> Iterator[Action]:
    for row in workflow.transitions:
        yield from row.actions
    for clock in workflow.targets:
        for step in clock.steps:
            yield from step.actions
