"""States, transitions and what steps do, from document to model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slaflow.workflow.checks.inputs import unfit
from slaflow.workflow.compile.assignment import assignment
from slaflow.workflow.compile.lead import agree_with_lead, fields, guard
from slaflow.workflow.compile.parts import Parts
from slaflow.workflow.compile.rights import actors as who_acts
from slaflow.workflow.compile.rights import grants
from slaflow.workflow.compile.scopes import result_of
from slaflow.workflow.document.flow import ActionDoc, TransitionDoc, action_kind
from slaflow.workflow.document.lead import StateDoc
from slaflow.workflow.expressions.cel import Scope
from slaflow.workflow.expressions.value import Expression
from slaflow.workflow.model.flow import Action, Fire, Notify, SetFields, State, Transition
from slaflow.workflow.model.lead import Field
from slaflow.workflow.model.parties import SYSTEM, Grant
from slaflow.workflow.yaml.tree import Path

ANY_STATE = "*"


def state(name: str, doc: StateDoc, parts: Parts) -> State:
    path: Path = ("states", name)
    if doc.held_by is not None:
        parts.lookup.one((*path, "held_by"), "party", doc.held_by, parts.names.parties)
    elif not doc.final:
        parts.findings.error(path, f"{name} is not final, so somebody holds it; add held_by", key=True)
    return State(name, doc.held_by, doc.initial, doc.final, doc.title, doc.rest)


def transition(
    index: int, doc: TransitionDoc, parts: Parts, states: Mapping[str, State]
) -> Transition | None:
    """The row, or None if it has faults."""
    path: Path = ("transitions", index)
    before = parts.findings.count
    requires = fields(doc.requires, (*path, "requires"), parts.findings, parts.timezone, required=True)
    agree_with_lead(requires, (*path, "requires"), parts)
    scope = parts.scopes.given("input", requires) if _reads_input(doc) else parts.scopes.lead
    if doc.to is not None:
        parts.lookup.one((*path, "to"), "state", doc.to, parts.names.states)
    by, roles = _by(doc, path, parts)
    made = Transition(
        index=index,
        trigger=doc.trigger,
        from_states=_from_states(doc, path, parts, states),
        to=doc.to,
        by=by,
        roles=roles,
        guard=guard(doc.when, (*path, "when"), parts, scope) or (),
        auto=doc.auto,
        requires=requires,
        sets=set_fields(doc.set, (*path, "set"), parts, scope),
        reset=frozenset(doc.reset),
        actions=_row_actions(doc, path, parts, requires),
        title=doc.title,
        override=_override(doc, path, parts),
        click=doc.click,
    )
    if doc.auto and (needed := [name for name, given in requires.items() if given.required]):
        parts.findings.error((*path, "requires"), f"nobody gives {needed[0]} to an auto", key=True)
    return made if parts.findings.count == before else None


def _reads_input(doc: TransitionDoc) -> bool:
    """Whether its expressions may name an input: a scope with inputs costs a millisecond to build."""
    return any("input" in text for text in (*(clause.that for clause in doc.when), *doc.set.values()))


def _from_states(
    doc: TransitionDoc, path: Path, parts: Parts, states: Mapping[str, State]
) -> tuple[str, ...]:
    if ANY_STATE in doc.from_:
        if len(doc.from_) > 1:
            parts.findings.error((*path, "from"), "'*' is every state that is not final; let it stand alone")
        return tuple(name for name, found in states.items() if not found.final)
    return parts.lookup.many((*path, "from"), "state", doc.from_, parts.names.states)


def _by(doc: TransitionDoc, path: Path, parts: Parts) -> tuple[tuple[str, ...], dict[str, str]]:
    if doc.by is None:
        if not doc.auto:
            parts.findings.error(path, f"by is missing: which party may {doc.trigger}?", key=True)
        return (SYSTEM,), {}
    return who_acts(doc.by, (*path, "by"), parts)


def _override(doc: TransitionDoc, path: Path, parts: Parts) -> tuple[Grant, ...]:
    if doc.override is None:
        return ()
    if not doc.when:
        parts.findings.error((*path, "override"), "there is no when to override", key=True)
    return grants(doc.override.by, (*path, "override", "by"), parts)


def _row_actions(
    doc: TransitionDoc, path: Path, parts: Parts, requires: Mapping[str, Field]
) -> tuple[Action, ...]:
    """``assign`` and ``notify`` of a transition take what steps take."""
    made: list[Action] = []
    if doc.assign is not None:
        made.append(assignment(doc.assign, (*path, "assign"), parts, requires, is_fired=not doc.auto))
    if doc.notify:
        made.append(_notify(doc.notify, (*path, "notify"), parts))
    return tuple(made)


def on_assign(parts: Parts) -> tuple[Action, ...]:
    """What is done whenever somebody becomes the owner; of actions those that move nothing."""
    docs = [doc for doc in parts.document.on_assign if doc is not None]
    for index, doc in enumerate(docs):
        if (kind := action_kind(doc)) not in ("notify", "set"):
            words = f"on_assign takes notify and set, not {kind}"
            parts.findings.error(("on_assign", index, kind), words, key=True)
    return actions([doc for doc in docs if action_kind(doc) in ("notify", "set")], ("on_assign",), parts)


def actions(docs: Sequence[ActionDoc], path: Path, parts: Parts) -> tuple[Action, ...]:
    """What a step does, in order."""
    return tuple(_action(doc, (*path, index), parts) for index, doc in enumerate(docs))


def _action(doc: ActionDoc, path: Path, parts: Parts) -> Action:
    match action_kind(doc):
        case "notify":
            return _notify(doc.notify or (), (*path, "notify"), parts)
        case "assign":
            return assignment(doc.assign or "", (*path, "assign"), parts)
        case "set":
            return SetFields(set_fields(doc.set or {}, (*path, "set"), parts, parts.scopes.lead))
        case _:
            return _fire(doc, path, parts)


def _notify(to: Sequence[str], path: Path, parts: Parts) -> Notify:
    return Notify(parts.lookup.people(path, to, parts.names.who_is_told))


def _fire(doc: ActionDoc, path: Path, parts: Parts) -> Fire:
    """Inputs are compiled as plain values; whether they suit the trigger is for the checks."""
    trigger = doc.fire or ""
    parts.lookup.one((*path, "fire"), "trigger", trigger, parts.names.triggers)
    inputs: dict[str, Expression] = {}
    for name, text in (doc.with_ or {}).items():
        compiled = parts.findings.compile((*path, "with", name), text, parts.scopes.lead, "any")
        if compiled is not None:
            inputs[name] = compiled
    return Fire(trigger, inputs)


def set_fields(docs: Mapping[str, str], path: Path, parts: Parts, scope: Scope) -> dict[str, Expression]:
    """Field to expression, each of its field's type; ``null`` empties it."""
    made: dict[str, Expression] = {}
    for name, text in docs.items():
        where: Path = (*path, name)
        field = parts.fields.get(name)
        if field is None:
            parts.lookup.one(where, "field", name, parts.names.fields, key=True)
            continue
        compiled = parts.findings.compile(
            where, text, scope, result_of(field), nullable=True, one_of=field.one_of
        )
        if compiled is None:
            continue
        if problem := unfit(field, compiled, parts.timezone, takes_unseen=parts.findings.stored):
            parts.findings.error(where, problem, offset=0)
        else:
            made[name] = compiled
    return made
