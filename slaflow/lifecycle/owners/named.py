"""Owners whom an agreement names by who fires, by an input, or by a field of the lead.

They are present people of the party that then holds the lead; anybody else is refused, before anything is
done. The words of a refusal name nobody, as they cannot be erased. Source: rules.md, 28.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from slaflow.language import _
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.routing import Pick, Routing
from slaflow.workflow.model.flow import Assign, Transition
from slaflow.workflow.model.lead import Value


def named(action: Assign, lead: Lead, inputs: Mapping[str, Value], actor: str | None) -> str | None:
    """Whom *action* means, known or not; None for nobody."""
    if action.kind == "actor":
        return actor
    value = inputs.get(action.to) if action.kind == "input" else lead.fields.get(action.to)
    return None if value is None else str(value)


def obstacles(
    routing: Routing, row: Transition, given: Mapping[str, Mapping[str, Value]], actor: str | None
) -> Iterator[str]:
    """Why *row* cannot be taken for want of the owner it names; nothing where nothing is in the way.

    *given* are its ``inputs`` and what it ``sets``, which the lead does not have yet.
    """
    lead, workflow = routing.lead, routing.workflow
    holder = workflow.holder(row.to or lead.state, lead.held_by) or lead.held_by
    for action in row.actions:
        if not isinstance(action, Assign) or action.kind == "name":
            continue
        inputs = given["inputs"]
        if action.kind == "input" and action.to not in inputs:
            continue
        if action.kind == "field" and action.to in (after := {**inputs, **given["sets"]}):
            owner = None if after[action.to] is None else str(after[action.to])
        else:
            owner = named(action, lead, inputs, actor)
        if problem := obstacle(routing, action, owner, holder):
            yield problem


def obstacle(routing: Routing, action: Assign, owner: str | None, party: str) -> str | None:
    """Why *owner*, whom *action* names, cannot have the lead that *party* holds; None if they can."""
    what = {"actor": _("who fires it"), "input": f"input.{action.to}", "field": f"lead.{action.to}"}[
        action.kind
    ]
    if owner is None:
        return _("{what} becomes the owner, and is not set").format(what=what)
    person = routing.people.person(owner, routing.at)
    if person is None:
        words = _("{what} becomes the owner, and is no person who is known; name one of {party}")
        if action.kind == "actor":
            words = _("{what} becomes the owner, and is no person who is known; fire it as one of {party}")
        return words.format(what=what, party=party)
    if person.party != party:
        return _("{what} becomes the owner, and is not of {party}, which holds the lead then").format(
            what=what, party=party
        )
    if routing.people.is_away(owner, routing.at):
        return _("{what} becomes the owner, and is away").format(what=what)
    return None


def pick(routing: Routing, action: Assign, owner: str) -> Pick:
    """*owner*, as they were first recorded."""
    found = routing.people.spelt(owner)
    return Pick(found, action.kind, candidates=(found,))
