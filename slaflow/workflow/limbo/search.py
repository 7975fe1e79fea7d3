"""Breadth first over every configuration: which of them are a limbo, and the shortest way there."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from slaflow.workflow.limbo.chain import Chains
from slaflow.workflow.limbo.configuration import Configuration, Terms
from slaflow.workflow.limbo.effort import MOST_CONFIGURATIONS, MOST_WORK, Effort, TooMuch
from slaflow.workflow.limbo.guards import Decided, Free, Guards
from slaflow.workflow.limbo.moves import Move, Moves, Ways
from slaflow.workflow.model.workflow import Workflow

MOST_LINKS = 300_000
"""Ways between configurations that are remembered so that a way into a limbo can be played."""
Link = tuple[Configuration | None, Move]


@dataclass
class Searched:
    """What a search found. ``links`` lead back from each configuration to those before it, shortest first."""

    terms: Terms
    guards: Guards
    links: dict[Configuration, list[Link]] = field(default_factory=dict)
    limbos: dict[str, list[Configuration]] = field(default_factory=dict)
    """By state, the nearest first."""
    is_whole: bool = True
    """Whether everything was searched."""

    @property
    def configurations(self) -> int:
        return sum(not each.pending for each in self.links)

    def way(self, to: Configuration) -> list[tuple[Move, Configuration]]:
        """The shortest way to *to*, from the coming in."""
        found: list[tuple[Move, Configuration]] = []
        at: Configuration | None = to
        while at is not None:
            before, move = self.links[at][0]
            found.append((move, at))
            at = before
        return found[::-1]


def is_limbo(terms: Terms, now: Configuration) -> bool:
    """Whether a lead rests there of which nobody owes anything, and no timer runs, although it should."""
    state = terms.workflow.states[now.state]
    return now.is_bare and not state.final and not state.rest


def search(
    workflow: Workflow,
    decided: Decided | None = None,
    most: int = MOST_CONFIGURATIONS,
    work: int = MOST_WORK,
) -> Searched:
    """Every configuration that a history can bring about, or the first *most* of them, for so much *work*."""
    terms, guards, effort = Terms(workflow), Guards(decided or Free()), Effort(work)
    found = Searched(terms, guards)
    moves = Moves(Chains(terms, guards, effort))
    waiting: deque[Configuration] = deque()
    remembered = 0
    try:
        for before, move, after in _steps(moves, waiting, effort):
            known = found.links.get(after)
            if known is None:
                if len(found.links) >= most:
                    raise TooMuch
                found.links[after] = [(before, move)]
                waiting.append(after)
                if is_limbo(terms, after):
                    found.limbos.setdefault(after.state, []).append(after)
            elif remembered < MOST_LINKS and (before, move) not in known[:8]:
                remembered += 1
                known.append((before, move))
    except TooMuch:
        found.is_whole = False
    return found


def _steps(
    moves: Moves, waiting: deque[Configuration], effort: Effort
) -> Iterator[tuple[Configuration | None, Move, Configuration]]:
    yield from _taken(None, moves.first(), effort)
    while waiting:
        now = waiting.popleft()
        yield from _taken(now, moves.ways(now), effort)


def _taken(
    before: Configuration | None, ways: Ways, effort: Effort
) -> Iterator[tuple[Configuration | None, Move, Configuration]]:
    for move, reached in ways:
        for after in reached:
            effort.spend()
            if after != before:
                yield before, move, after
