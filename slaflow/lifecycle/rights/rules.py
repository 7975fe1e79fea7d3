"""What an agreement itself says of who may set a field by hand, or lift breaches. Pure.

Source: rules.md, 34.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from slaflow.language import _
from slaflow.lifecycle.events import Changed, Contested, Happening, Input, Lifted, Upheld
from slaflow.lifecycle.rights.named import named, right_of
from slaflow.lifecycle.rights.permits import Asker, denied, refusal
from slaflow.workflow.model.parties import LEAD, ROLES, SYSTEM
from slaflow.workflow.model.workflow import Workflow

Rule = Mapping[str, str]


def own_rule(workflow: Workflow, happening: Happening) -> tuple[Rule, str] | None:
    """Whom the agreement itself lets lift this breach, and the words that say so."""
    if isinstance(happening, Contested):
        if workflow.lift is None or happening.verb == "dispute":
            return None
        words = _("the dispute of a return is upheld by {who}")
        if happening.verb == "lift":
            words = _("the dispute of a return is granted by {who}")
        return workflow.lift, words.format(who=whom(workflow.lift))
    if not isinstance(happening, Lifted | Upheld):
        return None
    own = workflow.target(happening.target).lift
    rule = workflow.lift if own is None else own
    if rule is None:
        return None
    words = _("a breach of {target} is upheld by {who}")
    if isinstance(happening, Lifted):
        words = _("a breach of {target} is lifted by {who}")
    return rule, words.format(target=happening.target, who=whom(rule))


def granted(rule: Rule, who: Asker) -> str | None:
    """The right that *rule*, parties with the least role of each, gives to *who*; None if none."""
    role = rule.get(who.party)
    if role is None or who.party == LEAD or not who.stands_as(role):
        return None
    return who.party if role == "member" else right_of(who.party, role)


def whom(rule: Rule) -> str:
    return named(rule, {party: role for party, role in rule.items() if role != "member"}) or _("nobody")


def named_for(workflow: Workflow, happening: Happening) -> tuple[str, ...] | None:
    """The parties that the agreement itself names for this; None where it says nothing of who may."""
    if isinstance(happening, Changed):
        rules = [rule for _, rule in _of_fields(workflow, happening.fields)]
    else:
        rule = own_rule(workflow, happening)
        rules = [] if rule is None else [rule[0]]
    if not rules:
        return None
    return tuple(party for party in rules[0] if all(party in rule for rule in rules))


def fields_judged(workflow: Workflow, event: Input, who: Asker) -> Input:
    """*event*, which sets fields, by what each of them says of who may."""
    assert isinstance(event.happening, Changed)
    roles = []
    for name, rule in _of_fields(workflow, event.happening.fields):
        if granted(rule, who) is None:
            return event._replace(denied=field_denied(name, rule, who))
        roles.append(rule[who.party])
    if not roles:
        return event
    return event._replace(right=granted({who.party: max(roles, key=ROLES.index)}, who))


def field_denied(name: str, rule: Rule, who: Asker) -> str:
    """Why *who* may not set the field *name* by hand."""
    if not rule:
        words = _("{name} is set by the agreement's transitions and steps, by nobody by hand")
        return words.format(name=name)
    return denied(who, _("{name} is set by {who}").format(name=name, who=whom(rule)))


def addition_denied(workflow: Workflow, who: Asker, given: Iterable[str]) -> str | None:
    """Why *who* may not add a lead, or not with these fields; None where they may."""
    if who.party == SYSTEM:
        return None
    if (because := refusal(who, "add")) is not None:
        return because
    rules = _of_fields(workflow, given)
    return next((field_denied(name, rule, who) for name, rule in rules if granted(rule, who) is None), None)


def _of_fields(workflow: Workflow, names: Iterable[str]) -> list[tuple[str, Rule]]:
    """Those of the fields of which the agreement says who sets them, with what it says."""
    declared = [(name, workflow.fields[name].by) for name in names if name in workflow.fields]
    return [(name, rule) for name, rule in declared if rule is not None]
