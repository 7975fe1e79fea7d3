"""Checks of teams and routing: every rule is read, every team is given something."""

from __future__ import annotations

from collections.abc import Iterator

from slaflow.workflow.checks.moves import living_states
from slaflow.workflow.checks.remark import Remark, path_of
from slaflow.workflow.model.flow import Action, Assign, Notify
from slaflow.workflow.model.parties import ACCOUNT, LEAST_LOADED, Route, Team
from slaflow.workflow.model.workflow import Workflow


def check_rules(workflow: Workflow) -> Iterator[Remark]:
    """No rule stands behind one that always applies for the same party.

    A team with limits is no such rule: who stands behind it gets what is too much for it, or comes too late.
    """
    takers = {state.held_by for state in workflow.states.values() if state.held_by is not None}
    always: dict[str, int] = {}
    for index, route in enumerate(workflow.routing or ()):
        parties = {workflow.teams[route.to].party} if route.kind == "team" else takers
        if parties and parties <= always.keys():
            first = always[min(parties)]
            words = f"routing[{first}] comes before it and always applies: this is read only while nobody"
            to = (workflow.routing or ())[first].to
            yield Remark(("routing", index), f"{words} of {to} is there", warning=True)
        elif _takes_all(route, workflow) and (route.when is None or route.when.evaluate({}) is True):
            always.setdefault(workflow.teams[route.to].party, index)


def _takes_all(route: Route, workflow: Workflow) -> bool:
    """Whether it is a team that takes every lead for which a rule comes to it, while somebody is there."""
    return route.kind == "team" and not workflow.teams[route.to].is_bounded


def check_teams(workflow: Workflow) -> Iterator[Remark]:
    """Every team gets leads, is told of something, or says when its people work."""
    routes = workflow.routing or ()
    if any(route.kind in ("field", "person") for route in routes):
        return
    dealt = _dealt(workflow)
    named = dealt | {
        name for action in _actions(workflow) if isinstance(action, Notify) for name in action.to
    }
    by_owner = any("owner" in clock.calendars for clock in workflow.targets)
    for name, team in workflow.teams.items():
        told = any(_deals_by(team))  # each key of these is warned of
        if name not in named and not told and not (by_owner and team.calendar is not None):
            words = f"nobody routes to {name}: no rule of routing and no assign names it"
            yield Remark(("teams", name), words, warning=True, key=True)


def check_dealing(workflow: Workflow) -> Iterator[Remark]:
    """What is said of how a team deals its leads out counts for some, and floods no newcomer."""
    dealt = _dealt(workflow)
    if workflow.account is not None and ACCOUNT in workflow.teams:
        words = "to: account means this team, not who owns another lead of the company; name it otherwise"
        yield Remark(("teams", ACCOUNT), words, warning=True, key=True)
    for name, team in workflow.teams.items():
        if name not in dealt:
            for key in _deals_by(team):
                words = f"{key} counts for nothing: no rule of routing and no assign names {name}"
                yield Remark(("teams", name, key), words, warning=True, key=True)
        elif team.assign == LEAST_LOADED and team.per_day is None:
            words = "whoever joins the team gets every lead until they have as many as the others"
            yield Remark(("teams", name, "assign"), f"{words}; per_day bounds how many a day", warning=True)


def _deals_by(team: Team) -> Iterator[str]:
    """The keys by which *team* deals, but those that are as without them."""
    if team.assign == LEAST_LOADED:
        yield "assign"
    if team.capacity is not None:
        yield "capacity"
    if team.per_day is not None:
        yield "per_day"
    if team.only_open:
        yield "only_open"


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


def _dealt(workflow: Workflow) -> set[str]:
    """The teams that deal leads out: those of rules, and those that steps and transitions assign to."""
    rules = {route.to for route in workflow.routing or () if route.kind == "team"}
    assigned = (each for each in _actions(workflow) if isinstance(each, Assign))
    return rules | {each.to for each in assigned if each.kind == "name"}


def _actions(workflow: Workflow) -> Iterator[Action]:
    for row in workflow.transitions:
        yield from row.actions
    for clock in workflow.targets:
        for step in clock.steps:
            yield from step.actions
