"""Checks of who keeps a promise: whoever owes it can, and cannot just leave it behind."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from slaflow.workflow.checks.moves import Move, living_states, moves
from slaflow.workflow.checks.remark import Remark, path_of
from slaflow.workflow.model.clocks import Pattern, Target
from slaflow.workflow.model.flow import Transition
from slaflow.workflow.model.workflow import Workflow

MAX_PROMISES = 100
"""Promises that are followed; each goes through every way that leads out of its states."""


def check_debtor(workflow: Workflow) -> Iterator[Remark]:
    """Something that meets a promise may be done by the party that owes it."""
    for target in _promises(workflow):
        states = living_states(workflow, target)
        rows = [row for row in workflow.transitions if states & set(row.from_states)]
        if not any(_may(workflow, target, pattern, rows) for pattern in target.meet):
            words = f"{target.owed_by} owes {target.name} and can do nothing that meets it: only others may"
            yield Remark((*path_of(target), "meet"), words, warning=True)


def check_let_go(workflow: Workflow) -> Iterator[Remark]:
    """What a party's own move ends unkept, with nobody else to end it, some other promise looks after."""
    left: dict[int, list[Target]] = {}
    ways, open_in = list(moves(workflow)), _open_in(workflow)
    for target in _promises(workflow):
        for row in _leaves_behind(target, ways, open_in):
            left.setdefault(row.index, []).append(target)
    for row in workflow.transitions:
        if promises := left.get(row.index):
            party, names = promises[0].owed_by, ", ".join(target.name for target in promises)
            words = f"by {row.trigger} {party} lets its own promise go, and nothing else watches: {names}"
            yield Remark(("transitions", row.index), words, warning=True)


def _promises(workflow: Workflow) -> Iterator[Target]:
    return islice((clock for clock in workflow.targets if not clock.is_timer), MAX_PROMISES)


def _open_in(workflow: Workflow) -> dict[str, list[Target]]:
    """The clocks that can be open in each state."""
    found: dict[str, list[Target]] = {name: [] for name in workflow.states}
    for clock in workflow.targets:
        for name in living_states(workflow, clock):
            found[name].append(clock)
    return found


def _may(workflow: Workflow, target: Target, pattern: Pattern, rows: list[Transition]) -> bool:
    """Whether the debtor can bring that about, by one of *rows* or otherwise; autos follow whoever acts."""
    kinds = [each for each in workflow.activities.values() if target.owed_by in each.by]
    hand = [each for each in kinds if not each.automated]
    match pattern.kind:
        case "trigger" | "enter":
            return any(_brings(row, pattern) and (row.auto or target.owed_by in row.by) for row in rows)
        case "activity":
            return any(each.kind in pattern.names for each in kinds)
        case "attempts":
            return len({each.attempt for each in hand} - {None}) >= pattern.channels
        case "contact":
            return any(each.contact for each in hand)
        case "dispute" | "ruling":
            # Who owes a promise disputes its breach, and never rules on that.
            if not {each.name for each in workflow.targets} & pattern.names:
                return True  # Of returns: whoever gets a lead back, and whoever gave it.
            owes = {each.owed_by for each in workflow.targets if each.name in pattern.names}
            return target.owed_by in owes if pattern.kind == "dispute" else bool(owes - {target.owed_by})
        case _:
            return True


def _brings(row: Transition, pattern: Pattern) -> bool:
    """Whether that move is what *pattern* looks for."""
    return (pattern.kind == "trigger" and row.trigger in pattern.names) or (
        pattern.kind == "enter" and row.to in pattern.names
    )


def _leaves_behind(
    target: Target, ways: list[Move], open_in: dict[str, list[Target]]
) -> Iterator[Transition]:
    """The debtor's own moves, bound to nothing, after which nobody asks; none where others can end it."""
    states = {name for name, clocks in open_in.items() if target in clocks}
    ends = [way for way in ways if way.source in states and way.target not in states]
    if any(way.row.auto or set(way.row.by) != {target.owed_by} for way in ends):
        return
    for way in ends:
        waiting = [clock for clock in open_in[way.source] if _is_met_by(clock, way.row)]
        if not way.row.guard and not waiting and not open_in[way.target]:
            yield way.row


def _is_met_by(clock: Target, row: Transition) -> bool:
    return any(_brings(row, pattern) for pattern in clock.meet)
