"""What of an agreement figures need: which party a state means, which way a handoff goes."""

from __future__ import annotations

from collections.abc import Iterator

from slaflow.store.figures.terms import Gate, Terms
from slaflow.workflow.model.workflow import Workflow


def terms_of(workflow: Workflow) -> Terms:
    """What of an agreement the figures need.

    A handback is a handoff to a party that stands nearer to the beginning of the lifecycle.
    """
    ranks = party_ranks(workflow)
    holders = {state.name: state.held_by for state in workflow.states.values() if state.held_by}
    back = {(giver, taker) for giver in ranks for taker in ranks if ranks[taker] < ranks[giver]}
    inputs = [field for row in workflow.transitions for field in row.requires.values()]
    attempts = {kind.kind for kind in workflow.activities.values() if kind.attempt is not None}
    return Terms(
        timezone=workflow.timezone,
        holders=holders,
        finals=frozenset(state.name for state in workflow.states.values() if state.final),
        back=frozenset(back),
        attempts=frozenset(attempts),
        reasons=tuple(dict.fromkeys(field.name for field in inputs if field.one_of)),
        feedback=tuple(dict.fromkeys(field.name for field in inputs if field.type == "text")),
        **_closing(workflow),
        first_stage=workflow.stages[0] if workflow.tells_stages and workflow.stages else None,
        gates=tuple(_gates(workflow)),
    )


def _gates(workflow: Workflow) -> Iterator[Gate]:
    for row in workflow.transitions:
        read = {name.partition(".") for clause in row.guard for name in clause.that.names}
        checks = {name for of, _, name in read if of in ("check", "checked")}
        if len(checks) > 1:
            yield row.trigger, tuple(sorted(row.from_states)), row.to, tuple(sorted(checks))


def _closing(workflow: Workflow) -> dict[str, tuple[str, ...]]:
    """The final states that every way into asks for a reason, a listed value or a word, and those inputs."""
    finals = [state.name for state in workflow.states.values() if state.final]
    ways = {name: [row for row in workflow.transitions if row.to == name] for name in finals}
    asked = {
        row.index: [field.name for field in row.requires.values() if field.one_of or field.type == "string"]
        for rows in ways.values()
        for row in rows
    }
    lost = tuple(name for name, rows in ways.items() if rows and all(asked[row.index] for row in rows))
    reasons = (name for state in lost for row in ways[state] for name in asked[row.index])
    return {"lost": lost, "closing": tuple(dict.fromkeys(reasons))}


def party_ranks(workflow: Workflow) -> dict[str, int]:
    """The parties in the order in which a lead can first come to them, from its creation on."""
    ranks: dict[str, int] = {}
    seen, coming = {workflow.initial}, [workflow.initial]
    while coming:
        state = workflow.states[coming.pop(0)]
        if state.held_by is not None:
            ranks.setdefault(state.held_by, len(ranks))
        if state.final:
            continue
        for row in workflow.transitions:
            if state.name in row.from_states and row.to is not None and row.to not in seen:
                seen.add(row.to)
                coming.append(row.to)
    return ranks
