"""Checks of who keeps a promise: whoever owes it can, and cannot just leave it behind."""

from __future__ import annotations

from collections.abc import Iterator

from slaflow.workflow.checks.moves import Move, living_states, moves
from slaflow.workflow.checks.remark import Remark, path_of
from slaflow.workflow.model.clocks import Pattern, Target
from slaflow.workflow.model.flow import Transition
from slaflow.workflow.model.workflow import Workflow


def check_debtor(workflow: Workflow) -> Iterator[Remark]:
    """Something that meets a promise may be done by the party that owes it."""
    for target in _promises(workflow):
        if not any(_may(workflow, target, pattern) for pattern in target.meet):
            words = f"{target.owed_by} owes {target.name} and can do nothing that meets it: only others may"
            yield Remark((*path_of(target), "meet"), words, warning=True)


def check_let_go(workflow: Workflow) -> Iterator[Remark]:
    """What a party's own move ends unkept, with nobody else to end it, some other promise looks after."""
    ways = list(moves(workflow))
    left: dict[int, list[Target]] = {}
    for target in _promises(workflow):
        for row in _leaves_behind(workflow, target, ways):
            left.setdefault(row.index, []).append(target)
    for row in workflow.transitions:
        if promises := left.get(row.index):
            names = ", ".join(target.name for target in promises)
            words = (
                f"by {row.trigger} {promises[0].owed_by} lets its own promise go, and nothing else watches: "
            )
            yield Remark(("transitions", row.index), f"{words}{names}", warning=True)


def _promises(workflow: Workflow) -> Iterator[Target]:
    return (clock for clock in workflow.targets if not clock.is_timer)


def _may(workflow: Workflow, target: Target, pattern: Pattern) -> bool:
    """Whether the debtor can bring that about; an auto follows what anybody does."""
    hand = [kind for kind in workflow.activities.values() if not kind.automated and target.owed_by in kind.by]
    match pattern.kind:
        case "trigger" | "enter":
            states = living_states(workflow, target)
            rows = [row for row in workflow.transitions if states & set(row.from_states)]
            return any(_brings(row, pattern) and (row.auto or target.owed_by in row.by) for row in rows)
        case "activity":
            return any(target.owed_by in workflow.activities[name].by for name in pattern.names)
        case "attempts":
            return len({kind.attempt for kind in hand} - {None}) >= pattern.channels
        case "contact":
            return any(kind.contact for kind in hand)
        case "dispute" | "ruling":
            # Who owes a promise disputes its breach, and never rules on that.
            owes = {each.owed_by for each in workflow.targets if each.name in pattern.names}
            return target.owed_by in owes if pattern.kind == "dispute" else bool(owes - {target.owed_by})
        case _:
            return True


def _brings(row: Transition, pattern: Pattern) -> bool:
    """Whether that move is what *pattern* looks for."""
    return (pattern.kind == "trigger" and row.trigger in pattern.names) or (
        pattern.kind == "enter" and row.to in pattern.names
    )


def _leaves_behind(workflow: Workflow, target: Target, ways: list[Move]) -> Iterator[Transition]:
    """The debtor's own moves, bound to nothing, after which nobody asks; none where others can end it."""
    states = living_states(workflow, target)
    ends = [way for way in ways if way.source in states and way.target not in states]
    if any(way.row.auto or set(way.row.by) != {target.owed_by} for way in ends):
        return
    for way in ends:
        keeps = any(_brings(way.row, pattern) for pattern in target.meet)
        if not keeps and not way.row.guard and not _is_watched(workflow, target, way):
            yield way.row


def _is_watched(workflow: Workflow, target: Target, way: Move) -> bool:
    """Whether another clock waits for that very move, or runs on where it leads."""
    for clock in workflow.targets:
        states = living_states(workflow, clock)
        waits = way.source in states and any(_brings(way.row, pattern) for pattern in clock.meet)
        if clock is not target and (waits or way.target in states):
            return True
    return False
