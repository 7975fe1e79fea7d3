"""Checks of states: all can be reached and left, and in each somebody owes something."""

from __future__ import annotations

from collections.abc import Iterator

from slaflow.workflow.checks.moves import living_states, moves, reached
from slaflow.workflow.checks.remark import Remark
from slaflow.workflow.model.workflow import Workflow


def check_reachable(workflow: Workflow) -> Iterator[Remark]:
    """Every state can be come to from the initial one."""
    known = reached([workflow.initial], [(move.source, move.target) for move in moves(workflow)])
    for name, state in workflow.states.items():
        if name not in known:
            what = f"final state {name}" if state.final else name
            words = f"{what} can't be reached: no transitions lead there from {workflow.initial}"
            yield Remark(("states", name), words, key=True)


def check_leavable(workflow: Workflow) -> Iterator[Remark]:
    """A state that can be reached and is not final has a way out."""
    ways = [(move.source, move.target) for move in moves(workflow)]
    left, known = {source for source, _ in ways}, reached([workflow.initial], ways)
    for name, state in workflow.states.items():
        if not state.final and name in known and name not in left:
            words = f"nobody can leave {name}: no transition leads from it; add one, or make it final"
            yield Remark(("states", name), words, key=True)


def check_owed(workflow: Workflow) -> Iterator[Remark]:
    """In a state that is not final some party owes something."""
    owed: set[str] = set()
    always: set[str] = set()
    for target in workflow.targets:
        if not target.is_timer:
            states = living_states(workflow, target)
            owed |= states
            always |= set() if target.per_owner else states
    for name, state in workflow.states.items():
        if state.rest:
            continue
        if not state.final and name not in owed:
            words = f"nobody owes anything in {name}: no target lives there"
            yield Remark(("states", name), words, warning=True, key=True)
        elif not state.final and name not in always:
            words = (
                f"while nobody owns a lead in {name}, nobody owes anything: every promise there is per owner"
            )
            yield Remark(("states", name), words, warning=True, key=True)
