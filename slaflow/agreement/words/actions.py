"""What steps and transitions do by themselves, in words that follow a colon or a comma."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from slaflow.agreement.words.conditions import value
from slaflow.agreement.words.naming import Naming, called, is_quoted, listed, quoted
from slaflow.language import _, marked, ngettext
from slaflow.workflow.expressions.value import Expression
from slaflow.workflow.model.flow import Action, Assign, Fire, Notify

_OWNERS = {
    "next": marked("the next of the team becomes the owner"),
    "manager": marked("the owner's manager becomes the owner"),
    "actor": marked("whoever does it becomes the owner"),
}


def actions(given: Iterable[Action], naming: Naming) -> str:
    """``the owner is told, the next of the team becomes the owner``."""
    return listed(action(each, naming) for each in given) or _("nothing is done but noting it")


def told(names: Sequence[str], naming: Naming) -> str:
    words = ngettext("{people} is told", "{people} are told", len(names))
    return words.format(people=naming.people(names))


def action(given: Action, naming: Naming) -> str:
    match given:
        case Notify():
            return told(given.to, naming)
        case Assign():
            return _assigned(given, naming)
        case Fire():
            said = listed(f"{called(name)} {_quoted(each, naming)}" for name, each in given.inputs.items())
            words = _("{trigger} is done with {inputs}") if said else _("{trigger} is done")
            return words.format(trigger=naming.trigger(given.trigger), inputs=said)
        case _:
            return settings(given.values, naming)


def _quoted(given: Expression, naming: Naming) -> str:
    words = value(given.text, naming)
    return words if is_quoted(words) else quoted(words)


def _assigned(given: Assign, naming: Naming) -> str:
    if given.kind == "input":
        return _("whom {field} names becomes the owner").format(field=called(given.to))
    if given.kind == "field":
        return _("whom {field} names becomes the owner").format(field=naming.field(given.to))
    if given.kind == "actor":
        return _(_OWNERS["actor"])
    if given.to in naming.agreement.teams:
        return _("the next of team {team} becomes the owner").format(team=naming.team(given.to))
    return _(_OWNERS[given.to]) if given.to in _OWNERS else _("{to} becomes the owner").format(to=given.to)


def settings(values: Mapping[str, Expression], naming: Naming) -> str:
    """``on hold becomes false, hold reason is emptied``."""
    return listed(
        _("{field} is emptied").format(field=naming.field(name))
        if each.text == "null"
        else _("{field} becomes {value}").format(field=naming.field(name), value=value(each.text, naming))
        for name, each in values.items()
    )
