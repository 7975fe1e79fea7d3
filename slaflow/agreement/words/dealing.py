"""Whom leads go to, in words: how a team deals them out, what one company's are, the rules of routing."""

from __future__ import annotations

from slaflow.agreement.words.conditions import condition
from slaflow.agreement.words.naming import Naming, either, plain
from slaflow.language import _, marked
from slaflow.workflow.model.lead import Account
from slaflow.workflow.model.parties import Route, Team

_WAYS = {"round_robin": marked("round robin"), "least_loaded": marked("to whoever has the fewest open leads")}


def way(assign: str) -> str:
    """How a team's leads are given out, as it follows ``leads go``."""
    return _(_WAYS[assign]) if assign in _WAYS else plain(assign)


def dealt(team: Team) -> str:
    """The same with its limits: ``round robin, at most 30 open each, at most 10 a day each``."""
    said = [way(team.assign)]
    if team.capacity is not None:
        said.append(_("at most {n} open each").format(n=team.capacity))
    if team.per_day is not None:
        said.append(_("at most {n} a day each").format(n=team.per_day))
    if team.only_open:
        said.append(_("in open time alone"))
    return ", ".join(said)


def company(given: Account, naming: Naming) -> str:
    """Which leads are one company's, as it follows ``are``: ``those with the same company``."""
    field = naming.field(given.field)
    if not given.is_domain:
        return _("those with the same {field}").format(field=field)
    words = _("those whose {field} is of the same domain")
    if given.excepted:
        words = _("those whose {field} is of the same domain, other than {domains}")
    return words.format(field=field, domains=either(sorted(given.excepted)))


def receiver(given: Route, naming: Naming) -> str:
    """Whom a rule names: ``the next of team north``, with its condition."""
    match given.kind:
        case "previous":
            to = _("whoever of that party had it before")
            if given.skip_breached:
                to = _("whoever of that party had it before, unless they broke a promise on it")
        case "account":
            to = _("whoever of that party owns another open lead of the same company")
        case "field":
            to = _("whom {field} names").format(field=naming.field(given.to))
        case "person":
            to = given.to
        case _:
            to = _("the next of team {team}").format(team=naming.team(given.to))
    if given.when is None:
        return to
    return _("{to}, if {condition}").format(to=to, condition=condition(given.when, naming))
