"""Any value of an agreement in words, by what it is and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from slaflow.agreement.changes.written import written
from slaflow.agreement.words import actions as done
from slaflow.agreement.words import dealing, deeds, measures, promises, values
from slaflow.agreement.words.conditions import condition, value
from slaflow.agreement.words.naming import Naming, either, listed, plain
from slaflow.agreement.words.spans import ALWAYS, OWNER, bare, elapsed
from slaflow.language import _, marked
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
    (Workflow, "attempt_spacing"): marked("time between two attempts"),
    (Workflow, "late_evidence"): marked("time in which late evidence counts"),
    (Workflow, "notify_within"): marked("time in which a message is worth sending"),
    (Workflow, "grace"): marked("grace for promises that are moved"),
    (Workflow, "signatures"): marked("list of who signs"),
    (Workflow, "identity"): marked("list of what makes two records one lead"),
    (Workflow, "stages"): marked("order of stages"),
    (Workflow, "initial"): marked("state in which a lead begins"),
    (Workflow, "first_calendar"): marked("calendar of owners who have none"),
    (Workflow, "pace"): marked("limit on how often a lead is approached"),
    (Workflow, "account"): marked("rule which leads are one company's"),
    (Workflow, "on_assign"): marked("thing done when somebody becomes the owner"),
    (Workflow, "lift"): marked("right to lift breaches"),
    (Workflow, "timezone"): marked("time zone"),
    (Workflow, "takes_unseen"): marked("leave for addresses to hold what nobody sees"),
    (Scoring, "half_life"): marked("time in which engagement halves"),
    (Scoring, "score"): marked("formula of the score"),
    (Target, "start"): marked("beginning"),
    (Target, "meet"): marked("way to keep it"),
    (Target, "calendar"): marked("calendar"),
    (Target, "lives_in"): marked("state in which it goes on"),
    (Target, "restart"): marked("way to begin anew"),
    (Target, "repeat"): marked("rule that it begins anew once kept"),
    (Target, "per_owner"): marked("rule that it is each owner's own"),
    (Target, "lift"): marked("right to lift its breaches"),
    (Target, "owed_by"): marked("party that owes it"),
    (Field, "by"): marked("right to set it by hand"),
    (Field, "default"): marked("value at first"),
    (Field, "required"): marked("rule that it must be given"),
    (State, "held_by"): marked("party that holds it"),
    (State, "initial"): marked("rule that a lead begins there"),
    (State, "final"): marked("rule that it is closed"),
    (State, "rest"): marked("rule that a lead may lie there with nothing owed"),
    (Team, "assign"): marked("way in which leads are given out"),
    (Team, "capacity"): marked("limit on how many open leads a member has"),
    (Team, "per_day"): marked("limit on how many leads a member gets in a day"),
    (Team, "only_open"): marked("rule that leads are given out in open time alone"),
    (Transition, "from_states"): marked("state it is done from"),
    (Transition, "by"): marked("party that may do it"),
    (Transition, "roles"): marked("role that it takes"),
    (Transition, "auto"): marked("rule that it happens by itself"),
    (Transition, "sets"): marked("thing it fills in"),
    (Transition, "reset"): marked("thing it sets back"),
    (Transition, "actions"): marked("thing done with it"),
    (Transition, "override"): marked("right to pass its conditions by"),
    (Transition, "to"): marked("state it leads to"),
    (Transition, "click"): marked("link to it in the owner's messages"),
    (Commitment, "owed_by"): marked("party that owes it"),
    (Commitment, "every"): marked("period"),
    (Commitment, "measure"): marked("figure"),
    (Commitment, "matures"): marked("time after which it is judged"),
    (Commitment, "min_sample"): marked("number below which no verdict is given"),
    (Commitment, "per_owner"): marked("rule that it is each owner's own"),
    (Commitment, "missed"): marked("message when it is missed"),
    (Commitment, "pace"): marked("message when it is out of pace"),
    (Activity, "by"): marked("party that may record it"),
    (Activity, "roles"): marked("role that it takes"),
    (Activity, "points"): marked("number of points"),
    (Activity, "when"): marked("condition of its points"),
    (Activity, "cap"): marked("most points that count"),
    (Activity, "stage"): marked("stage that it shows"),
    (Activity, "fits"): marked("stage that it is meant for"),
    (Activity, "attempt"): marked("channel of an attempt"),
    (Activity, "contact"): marked("rule that it counts as having spoken"),
    (Activity, "automated"): marked("rule that it is automatic"),
    (Check, "by"): marked("party that may answer beside the holder"),
    (Check, "roles"): marked("role that it takes"),
    (Check, "valid_for"): marked("time for which an answer holds"),
}
"""What a key is called where its own name says too little; the key, in plain words, where it is not here."""


_KEYS: Mapping[str, str] = {
    "pause": marked("pause"), "calendar": marked("calendar"), "desk": marked("desk"),
    "party": marked("party"),
    "timezone": marked("time zone"), "routing": marked("routing"),
}  # fmt: skip
"""What other keys are called."""
EMPTY_IS_NOBODY = frozenset(((Workflow, "lift"), (Target, "lift"), (Field, "by")))
"""Keys whose empty list says that nobody may, which is more than saying nothing."""


def label(owner: type, field: str) -> str:
    words = LABELS.get((owner, field)) or _KEYS.get(field)
    return _(words) if words else plain(field)


def _starts(patterns: tuple[Pattern, ...], naming: Naming) -> str:
    return _("when {begins}").format(begins=deeds.begins(patterns, naming))


def _may(roles: Mapping[str, str], naming: Naming) -> str:
    return naming.may(roles, roles) or _("nobody")


def _pace(steps: tuple[PaceStep, ...], naming: Naming) -> str:
    return listed(
        _("to {people} at {label}").format(people=naming.people(step.to), label=step.label) for step in steps
    )


_CALENDARS = {ALWAYS: marked("day and night"), OWNER: marked("the owner's own")}
SPOKEN: Mapping[tuple[type, str], Words] = {
    (Workflow, "initial"): lambda name, naming: naming.state(name),
    (Workflow, "signatures"): lambda names, naming: naming.parties(names),
    (Workflow, "stages"): lambda names, naming: listed(map(naming.stage, names)),
    (Workflow, "identity"): lambda names, naming: listed(map(naming.field, names)),
    (Workflow, "account"): dealing.company,
    (Workflow, "lift"): _may,
    (Team, "assign"): lambda name, naming: dealing.way(name),
    (Scoring, "score"): lambda text, naming: value(text.text, naming),
    (Target, "start"): _starts,
    (Target, "restart"): _starts,
    (Target, "meet"): lambda given, naming: deeds.kept_by(given, naming),
    (Target, "lives_in"): lambda names, naming: naming.states(names),
    (Target, "calendar"): lambda name, naming: _(_CALENDARS[name]) if name in _CALENDARS else plain(name),
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
            return _("yes") if given else _("no")
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
            return _("{at_most} times in {elapsed} by {by}").format(
                at_most=given.at_most, elapsed=elapsed(given.per), by=by
            )
        case Missed():
            words = _("to {people}")
            if given.in_a_row > 1:
                words = _("to {people} when it is missed {n} times in a row")
            return words.format(people=naming.people(given.to), n=given.in_a_row)
        case Route():
            return route(given, naming)
        case FitRule():
            return fit(given, naming)
        case _:
            return str(written(given))


def route(given: Route, naming: Naming) -> str:
    """One rule of routing: whom a lead goes to, and when."""
    return _("to {receiver}").format(receiver=dealing.receiver(given, naming))


def fit(given: FitRule, naming: Naming) -> str:
    """One rule of the fit: how many points, and for whom."""
    points = any_value(given.points, naming)
    return _("{points} points if {condition}").format(points=points, condition=condition(given.when, naming))
