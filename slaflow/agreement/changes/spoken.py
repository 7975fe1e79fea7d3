"""Any value of an agreement in words, by what it is and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from slaflow.agreement.changes.written import written
from slaflow.agreement.words import actions as done
from slaflow.agreement.words import deeds, measures, promises, values
from slaflow.agreement.words.conditions import condition, value
from slaflow.agreement.words.naming import Naming, either, listed, plain
from slaflow.agreement.words.spans import ALWAYS, OWNER, bare, elapsed
from slaflow.workflow.expressions.compiled import CompiledExpression
from slaflow.workflow.expressions.value import Clause
from slaflow.workflow.model.clocks import Days, Months, OpenTime, Pattern, Target
from slaflow.workflow.model.commitment import Commitment, Missed, PaceStep
from slaflow.workflow.model.flow import Assign, Fire, Notify, SetFields, State, Transition
from slaflow.workflow.model.lead import Activity, Approaches, Check, Field, FitRule, Scoring
from slaflow.workflow.model.parties import Grant, Route, Team
from slaflow.workflow.model.workflow import Workflow

Words = Callable[[Any, Naming], str]

LABELS: Mapping[tuple[type, str], str] = {
    (Workflow, "attempt_spacing"): "time between two attempts",
    (Workflow, "late_evidence"): "time in which late evidence counts",
    (Workflow, "notify_within"): "time in which a message is worth sending",
    (Workflow, "grace"): "grace for promises that are moved",
    (Workflow, "signatures"): "list of who signs",
    (Workflow, "identity"): "list of what makes two records one lead",
    (Workflow, "stages"): "order of stages",
    (Workflow, "initial"): "state in which a lead begins",
    (Workflow, "first_calendar"): "calendar of owners who have none",
    (Workflow, "pace"): "limit on how often a lead is approached",
    (Workflow, "on_assign"): "thing done when somebody becomes the owner",
    (Workflow, "lift"): "right to lift breaches",
    (Workflow, "timezone"): "time zone",
    (Workflow, "takes_unseen"): "leave for addresses to hold what nobody sees",
    (Scoring, "half_life"): "time in which engagement halves",
    (Scoring, "score"): "formula of the score",
    (Target, "start"): "beginning",
    (Target, "meet"): "way to keep it",
    (Target, "calendar"): "calendar",
    (Target, "lives_in"): "state in which it goes on",
    (Target, "restart"): "way to begin anew",
    (Target, "repeat"): "rule that it begins anew once kept",
    (Target, "per_owner"): "rule that it is each owner's own",
    (Target, "lift"): "right to lift its breaches",
    (Target, "owed_by"): "party that owes it",
    (Field, "by"): "right to set it by hand",
    (Field, "default"): "value at first",
    (Field, "required"): "rule that it must be given",
    (State, "held_by"): "party that holds it",
    (State, "initial"): "rule that a lead begins there",
    (State, "final"): "rule that it is closed",
    (Team, "assign"): "way in which leads are given out",
    (Transition, "from_states"): "state it is done from",
    (Transition, "by"): "party that may do it",
    (Transition, "roles"): "role that it takes",
    (Transition, "auto"): "rule that it happens by itself",
    (Transition, "sets"): "thing it fills in",
    (Transition, "reset"): "thing it sets back",
    (Transition, "actions"): "thing done with it",
    (Transition, "override"): "right to pass its conditions by",
    (Transition, "to"): "state it leads to",
    (Transition, "click"): "link to it in the owner's messages",
    (Commitment, "owed_by"): "party that owes it",
    (Commitment, "every"): "period",
    (Commitment, "measure"): "figure",
    (Commitment, "matures"): "time after which it is judged",
    (Commitment, "min_sample"): "number below which no verdict is given",
    (Commitment, "per_owner"): "rule that it is each owner's own",
    (Commitment, "missed"): "message when it is missed",
    (Commitment, "pace"): "message when it is out of pace",
    (Activity, "by"): "party that may record it",
    (Activity, "roles"): "role that it takes",
    (Activity, "points"): "number of points",
    (Activity, "when"): "condition of its points",
    (Activity, "cap"): "most points that count",
    (Activity, "stage"): "stage that it shows",
    (Activity, "fits"): "stage that it is meant for",
    (Activity, "attempt"): "channel of an attempt",
    (Activity, "contact"): "rule that it counts as having spoken",
    (Activity, "automated"): "rule that it is automatic",
    (Check, "by"): "party that may answer beside the holder",
    (Check, "roles"): "role that it takes",
    (Check, "valid_for"): "time for which an answer holds",
}
"""What a key is called where its own name says too little; the key, in plain words, where it is not here."""


EMPTY_IS_NOBODY = frozenset(((Workflow, "lift"), (Target, "lift"), (Field, "by")))
"""Keys whose empty list says that nobody may, which is more than saying nothing."""


def label(owner: type, field: str) -> str:
    return LABELS.get((owner, field)) or plain(field)


def _starts(patterns: tuple[Pattern, ...], naming: Naming) -> str:
    return f"when {deeds.begins(patterns, naming)}"


def _may(roles: Mapping[str, str], naming: Naming) -> str:
    return naming.may(roles, roles) or "nobody"


def _pace(steps: tuple[PaceStep, ...], naming: Naming) -> str:
    return listed(f"to {naming.people(step.to)} at {step.label}" for step in steps)


_CALENDARS = {ALWAYS: "day and night", OWNER: "the owner's own"}
SPOKEN: Mapping[tuple[type, str], Words] = {
    (Workflow, "initial"): lambda name, naming: naming.state(name),
    (Workflow, "signatures"): lambda names, naming: naming.parties(names),
    (Workflow, "stages"): lambda names, naming: listed(map(naming.stage, names)),
    (Workflow, "identity"): lambda names, naming: listed(map(naming.field, names)),
    (Workflow, "lift"): _may,
    (Scoring, "score"): lambda text, naming: value(text.text, naming),
    (Target, "start"): _starts,
    (Target, "restart"): _starts,
    (Target, "meet"): lambda given, naming: deeds.kept_by(given, naming),
    (Target, "lives_in"): lambda names, naming: naming.states(names),
    (Target, "calendar"): lambda name, naming: _CALENDARS.get(name, plain(name)),
    (Target, "pause"): lambda given, naming: promises.pause(given, ALWAYS, naming),
    (Target, "lift"): _may,
    (Target, "owed_by"): lambda name, naming: naming.party(name),
    (Field, "by"): _may,
    (Transition, "from_states"): lambda names, naming: naming.states(names),
    (Transition, "to"): lambda name, naming: naming.state(name),
    (Transition, "by"): lambda names, naming: naming.parties(names, "or"),
    (Transition, "override"): lambda grants, naming: naming.granted(grants),
    (Transition, "roles"): _may,
    (Transition, "sets"): done.settings,
    (Transition, "reset"): lambda names, naming: listed(sorted(names)),
    (Commitment, "owed_by"): lambda names, naming: naming.parties(names),
    (Commitment, "measure"): measures.measured,
    (Commitment, "pace"): _pace,
    (State, "held_by"): lambda name, naming: naming.party(name),
    (Activity, "by"): lambda names, naming: naming.parties(names, "or"),
    (Activity, "stage"): lambda name, naming: naming.stage(name),
    (Activity, "fits"): lambda names, naming: either(map(naming.stage, names)),
    (Activity, "roles"): _may,
    (Check, "by"): lambda names, naming: naming.parties(names, "or"),
    (Check, "roles"): _may,
}


def spoken(owner: type, field: str, value: Any, naming: Naming) -> str:
    """*value* as it follows ``is``."""
    words = SPOKEN.get((owner, field))
    return words(value, naming) if words else any_value(value, naming)


def any_value(given: Any, naming: Naming) -> str:
    """A value by its kind alone."""
    match given:
        case bool():
            return "yes" if given else "no"
        case None | int() | str() | Decimal():
            return values.shown(given)
        case timedelta():
            return elapsed(given)
        case OpenTime() | Days() | Months():
            return bare(given)
        case CompiledExpression():
            return condition(given, naming) if given.result == "bool" else value(given.text, naming)
        case Clause():
            return condition(given.that, naming)
        case Notify() | Assign() | Fire() | SetFields():
            return done.action(given, naming)
        case Field():
            return values.holds(given)
        case tuple() | frozenset():
            return listed(any_value(each, naming) for each in given)
        case Mapping():
            return listed(f"{plain(str(name))}: {any_value(each, naming)}" for name, each in given.items())
        case _:
            return _part(given, naming)


def _part(given: Any, naming: Naming) -> str:
    match given:
        case Grant():
            return naming.granted([given])
        case Approaches():
            by = naming.parties(given.by)
            return f"{given.at_most} times in {elapsed(given.per)} by {by}"
        case Missed():
            row = f" when it is missed {given.in_a_row} times in a row" if given.in_a_row > 1 else ""
            return f"to {naming.people(given.to)}{row}"
        case Route():
            return route(given, naming)
        case FitRule():
            return fit(given, naming)
        case _:
            return str(written(given))


def route(given: Route, naming: Naming) -> str:
    """One rule of routing: whom a lead goes to, and when."""
    to = {
        "previous": "to whoever of that party had it before",
        "field": f"to whom {naming.field(given.to)} names",
        "person": f"to {given.to}",
    }.get(given.kind) or f"to the next of team {naming.team(given.to)}"
    return f"{to} if {condition(given.when, naming)}" if given.when else to


def fit(given: FitRule, naming: Naming) -> str:
    """One rule of the fit: how many points, and for whom."""
    points = any_value(given.points, naming)
    return f"{points} points if {condition(given.when, naming)}"
