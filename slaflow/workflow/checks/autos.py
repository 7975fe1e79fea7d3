"""Checks of autos: that they come to rest, and do not fire again at once on the way back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from slaflow.workflow.checks.clauses import timely_scores
from slaflow.workflow.checks.moves import Move, moves, on_circles, reached
from slaflow.workflow.checks.remark import Remark
from slaflow.workflow.expressions.syntax import Node, bare, parse
from slaflow.workflow.model.flow import Transition
from slaflow.workflow.model.workflow import Workflow

MAX_AUTOS = 50
"""Autos whose ways back are followed; each walk goes through the whole file."""


def check_cycles(workflow: Workflow) -> Iterator[Remark]:
    """No lead is passed round by autos alone. Source: workflow-file.md, "Transitions"."""
    ways = [move for move in moves(workflow) if move.row.auto]
    circling = on_circles([(move.source, move.target) for move in ways])
    reported: set[int] = set()
    for move in ways:
        if (move.source, move.target) in circling and move.row.index not in reported:
            reported.add(move.row.index)
            way = f"{move.row.trigger} from {move.source} to {move.target}"
            words = f"autos lead in a circle: {way} is part of it"
            yield Remark(("transitions", move.row.index, "auto"), words)


_TIMELY = {"attempts.within.": "attempts.within()", "open.": "open()"}
"""What changes as time passes beside ``now``, and how people write it."""


def check_reads_time(workflow: Workflow) -> Iterator[Remark]:
    """An auto is tried after events, never because time passes."""
    for row in _autos(workflow):
        timely = sorted(name for name in _read(row) if name == "now" or name.startswith(tuple(_TIMELY)))
        if timely:
            shown = next((words for head, words in _TIMELY.items() if timely[0].startswith(head)), "now")
            words = f"{shown} changes without an event, and an auto is tried after events only; use a timer"
            yield Remark(("transitions", row.index, "when"), words, warning=True)


def check_reads_scores(workflow: Workflow) -> Iterator[Remark]:
    """No auto waits for a score to change by itself; one that fades may be waited for while it grows."""
    moving = timely_scores(workflow, decaying=False)
    fading = timely_scores(workflow) - moving
    for row in _autos(workflow):
        found = sorted(_read(row) & moving)
        for clause in row.guard:
            if not found and (names := clause.that.names & fading):
                found = sorted(names) if _waits_for_less(parse(clause.that.text).root, names) else []
        if found:
            words = f"{found[0]} changes without an event too, and an auto is tried after events only"
            yield Remark(("transitions", row.index, "when"), f"{words}; use a timer", warning=True)


def _waits_for_less(node: Node, names: frozenset[str], denied: bool = False) -> bool:
    """Whether *node* can become true as one of *names* becomes less; *denied*: under a ``!``."""
    if node.kind == "unary" and node.text == "!":
        return _waits_for_less(node.args[0], names, not denied)
    if node.kind == "binary" and node.text in ("<", "<=", ">", ">="):
        less, more = node.args if node.text in ("<", "<=") else node.args[::-1]
        return _is_read(more if denied else less, names)
    return any(_waits_for_less(part, names, denied) for part in node.args)


def _is_read(node: Node, names: frozenset[str]) -> bool:
    inner = bare(node)
    return (inner.kind == "name" and inner.text in names) or any(_is_read(part, names) for part in inner.args)


def check_guarded(workflow: Workflow) -> Iterator[Remark]:
    """An auto has a guard. Source: rules.md, 13.7."""
    for row in _autos(workflow):
        if not row.guard:
            words = f"{row.trigger} is auto without a guard: no lead will ever rest in {_listed(row)}"
            yield Remark(("transitions", row.index, "auto"), words, warning=True)


def check_reset(workflow: Workflow) -> Iterator[Remark]:
    """On every way back to where an auto fires, something its guard reads is reset."""
    everything = list(moves(workflow))
    for row in islice(_autos(workflow), MAX_AUTOS):
        if not row.guard or row.to is None or row.to in row.from_states:
            continue
        names = _read(row)
        ways = [(m.source, m.target) for m in everything if not _resets(workflow, m, names)]
        back = sorted(reached([row.to], ways) & set(row.from_states))
        if back:
            words = (
                f"{row.trigger} fires again at the next event of a lead that comes back to {back[0]}: "
                "nothing its guard reads is reset on the way"
            )
            yield Remark(("transitions", row.index, "when"), words, warning=True)


def _autos(workflow: Workflow) -> Iterator[Transition]:
    return (row for row in workflow.transitions if row.auto)


def _read(row: Transition) -> set[str]:
    return {name for clause in row.guard for name in clause.that.names}


def _listed(row: Transition) -> str:
    return " or ".join(row.from_states)


_RESET = {
    "engagement": ("lead.engagement", "lead.score", "activity."),
    "stage": ("lead.stage", "stage.reached."),
    "checks": ("check.", "checked."),
}


def _resets(workflow: Workflow, move: Move, names: set[str]) -> bool:
    """Whether that move changes something among *names* by itself."""
    heads = ["entered", *(head for part in move.row.reset for head in _RESET[part])]
    stored = set(move.row.sets) | (set(move.row.requires) & set(workflow.fields))
    changed = {f"{head}.{name}" for name in stored for head in ("lead", "known")}
    giver, taker = workflow.states[move.source].held_by, workflow.states[move.target].held_by
    if taker is not None and giver is not None and giver != taker:
        heads += ["attempts.", "contacted", "assignments", "cycles"]
    return bool(changed & names) or any(name.startswith(tuple(heads)) for name in names)
