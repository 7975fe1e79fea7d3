"""Claim: no step stands after one that for certain ends its clock."""

from __future__ import annotations

from collections.abc import Iterator

from slaflow.workflow.checks.moves import living_states, moves, reached
from slaflow.workflow.checks.remark import Remark, path_of
from slaflow.workflow.model.clocks import Step, Target
from slaflow.workflow.model.flow import Fire, Transition
from slaflow.workflow.model.parties import SYSTEM
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.proof.falling import falls_before
from slaflow.workflow.proof.judged import Judged, judged
from slaflow.workflow.proof.truths import Condition, Truths

CLAIM = "steps can be carried out"


def judge(workflow: Workflow, truths: Truths) -> Judged:
    """The proof, with a warning for each step that is never come to."""
    faults = [remark for clock in workflow.targets for remark in _never_come_to(workflow, clock, truths)]
    steps = sum(len(clock.steps) for clock in workflow.targets)
    return judged(CLAIM, faults, steps, gave_up=truths.gave_up)


def _never_come_to(workflow: Workflow, clock: Target, truths: Truths) -> Iterator[Remark]:
    last: Step | None = None
    for step in clock.steps:
        if last is not None and step.actions and falls_before(workflow, clock, last, step):
            words = f"{step.label} is never come to: what {last.label} fires ends {clock.name} for certain"
            yield Remark((*path_of(clock), "steps", step.label), words, warning=True, key=True)
        if last is None and any(_ends(workflow, clock, each, truths) for each in step.actions):
            last = step


def _ends(workflow: Workflow, clock: Target, action: object, truths: Truths) -> bool:
    """Whether *action* takes the lead out of the clock's states, from whichever of them."""
    if not isinstance(action, Fire):
        return False
    states = _open_in(workflow, clock)
    return bool(states) and all(_leaves(workflow, clock, action, state, truths) for state in states)


def _open_in(workflow: Workflow, clock: Target) -> set[str]:
    """The states in which it may be open: autos may have gone on before it starts where the lead rests."""
    found = living_states(workflow, clock)
    if clock.lives_in is not None:
        return found
    return reached(found, ((move.source, move.target) for move in moves(workflow) if move.row.auto))


def _leaves(workflow: Workflow, clock: Target, fire: Fire, state: str, truths: Truths) -> bool:
    rows = [
        row
        for row in workflow.transitions
        if row.trigger == fire.trigger and SYSTEM in row.by and state in row.from_states
    ]
    stays = clock.lives_in or {state}
    certain = [_condition(row) for row in rows if _is_possible(row, fire)]
    every = bool(certain) and truths.together([], certain) is None
    return every and all(row.to is not None and row.to not in stays for row in rows)


def _is_possible(row: Transition, fire: Fire) -> bool:
    """Whether nothing but its guard can be in the way: inputs, what it sets, whom it names."""
    given = all(name in fire.inputs or not each.required for name, each in row.requires.items())
    plain = [*fire.inputs.values(), *row.sets.values()]
    known = fire.inputs.keys() <= row.requires.keys()
    return given and known and not row.names_owner and not any(each.names for each in plain)


def _condition(row: Transition) -> Condition:
    return Condition(tuple(clause.that for clause in row.guard), row.requires, f"{row.index} ")
