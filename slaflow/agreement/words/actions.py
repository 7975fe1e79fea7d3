"""What steps and transitions do by themselves, in words that follow a colon or a comma."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from slaflow.agreement.words.conditions import value
from slaflow.agreement.words.naming import Naming, called, listed
from slaflow.workflow.expressions.value import Expression
from slaflow.workflow.model.flow import Action, Assign, Fire, Notify

_OWNERS = {
    "next": "the next of the team becomes the owner",
    "manager": "the owner's manager becomes the owner",
    "actor": "whoever does it becomes the owner",
}


def actions(given: Iterable[Action], naming: Naming) -> str:
    """``the owner is told, the next of the team becomes the owner``."""
    return listed(action(each, naming) for each in given) or "nothing is done but noting it"


def action(given: Action, naming: Naming) -> str:
    match given:
        case Notify():
            several = len(given.to) > 1
            return f"{naming.people(given.to)} {'are' if several else 'is'} told"
        case Assign():
            return _assigned(given, naming)
        case Fire():
            said = listed(f"{called(name)} {_quoted(each, naming)}" for name, each in given.inputs.items())
            return f"{naming.trigger(given.trigger)} is done" + (f" with {said}" if said else "")
        case _:
            return settings(given.values, naming)


def _quoted(given: Expression, naming: Naming) -> str:
    words = value(given.text, naming)
    return words if words.startswith("“") else f"“{words}”"


def _assigned(given: Assign, naming: Naming) -> str:
    if given.kind == "input":
        return f"whom {called(given.to)} names becomes the owner"
    if given.kind == "field":
        return f"whom {naming.field(given.to)} names becomes the owner"
    if given.kind == "actor":
        return _OWNERS["actor"]
    if given.to in naming.agreement.teams:
        return f"the next of team {naming.team(given.to)} becomes the owner"
    return _OWNERS.get(given.to) or f"{given.to} becomes the owner"


def settings(values: Mapping[str, Expression], naming: Naming) -> str:
    """``on hold becomes false, hold reason is emptied``."""
    return listed(
        f"{naming.field(name)} is emptied"
        if each.text == "null"
        else f"{naming.field(name)} becomes {value(each.text, naming)}"
        for name, each in values.items()
    )
