"""Checks of transitions: none is hidden behind another, and who gets a link to one may do it."""

from __future__ import annotations

from collections.abc import Iterator

from slaflow.workflow.checks.remark import Remark
from slaflow.workflow.model.flow import Transition
from slaflow.workflow.model.workflow import Workflow


def check_shadowed(workflow: Workflow) -> Iterator[Remark]:
    """No row of a trigger stands behind one without a guard, from the same state for the same party."""
    unguarded: dict[tuple[str, str, str], Transition] = {}
    for row in workflow.transitions:
        hidden = next((key for key in _keys(row) if key in unguarded), None)
        if hidden is not None:
            words = _words(row, hidden, unguarded[hidden])
            yield Remark(("transitions", row.index), words, warning=True)
        if not row.guard:
            for key in _keys(row):
                unguarded.setdefault(key, row)


def check_clicked(workflow: Workflow) -> Iterator[Remark]:
    """Of what may be done by a link in a message, the party that holds the lead may do it."""
    for row in workflow.transitions:
        holders = {workflow.states[name].held_by for name in row.from_states}
        if row.click and not holders & set(row.by):
            where, who = " or ".join(row.from_states), " or ".join(row.by)
            words = f"nobody gets that link: who holds the lead in {where} may not {row.trigger}, but {who}"
            yield Remark(("transitions", row.index, "click"), words, warning=True)


def _words(row: Transition, hidden: tuple[str, str, str], first: Transition) -> str:
    _, state, party = hidden
    asks = any(given.required for given in first.requires.values())
    when = "taken only where an input of the first is missing" if asks else "never taken"
    who = f"{row.trigger} by {party} from {state}"
    return f"{who} is {when}: transitions[{first.index}] comes before it and has no guard"


def _keys(row: Transition) -> list[tuple[str, str, str]]:
    return [(row.trigger, state, party) for state in row.from_states for party in row.by]
