"""Looks for a story that ends in a limbo, along the ways that the search found, nearest first."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from zoneinfo import ZoneInfo

from slaflow.trial.limbo.deeds import Deeds, Rows
from slaflow.trial.limbo.story import Story, begun, full, people
from slaflow.trial.limbo.values import Values
from slaflow.trial.scenario import NO_OTHERS, Cast
from slaflow.workflow.limbo.configuration import Configuration
from slaflow.workflow.limbo.moves import Move
from slaflow.workflow.limbo.search import Searched

MOST_TOLD = 1_500
"""Steps that are tried before a story is given up."""
MOST_BEGINNINGS = 24
START = "2026-03-02T10:00"
"""A Monday morning, in the agreement's zone."""
Distances = Mapping[Configuration, int]


@dataclass
class Sought:
    """What came of looking for a story; ``nearest`` is what came closest."""

    story: Story | None = None
    nearest: Configuration | None = None
    refused: dict[Move, tuple[str, ...]] = field(default_factory=dict)
    """What was said against each move that was tried."""


class Seeker:
    """Looks for stories under one agreement that was searched."""

    def __init__(self, searched: Searched) -> None:
        self.searched = searched
        self.terms = searched.terms
        workflow = searched.terms.workflow
        self.cast = Cast(people(workflow) if searched.terms.tracks_owner else ())
        self.values = Values(workflow, [person.email for person in self.cast.people])
        self.deeds = Deeds(workflow, self.values)
        self.start = datetime.fromisoformat(START).replace(tzinfo=ZoneInfo(workflow.timezone))
        self.ahead: dict[Configuration, list[tuple[Move, Configuration]]] = {}
        for after, links in searched.links.items():
            for before, move in links:
                if before is not None:
                    self.ahead.setdefault(before, []).append((move, after))

    def seek(self, state: str) -> Sought:
        """The story of a lead that ends in the limbo of *state*, if one is found."""
        ends = frozenset(self.searched.limbos[state])
        far = distances(self.searched, ends)
        sought = Sought()
        queue: list[tuple[float, int, Story]] = []
        seen: set[object] = set()
        left = MOST_TOLD
        for story in self._beginnings():
            self._push(queue, seen, story, far, sought)
        while queue and left > 0:
            story = heappop(queue)[2]
            if story.configuration(self.terms) in ends:
                sought.story = self._shortened(story, ends)
                return sought
            for move, rows in self._tries(story, far):
                left -= 1
                told = story.told(rows)
                if isinstance(told, Story) and told.configuration(self.terms) in ends:
                    sought.story = self._shortened(told, ends)
                    return sought
                if isinstance(told, Story):
                    self._push(queue, seen, told, far, sought)
                elif move is not None:
                    sought.refused[move] = told
        return sought

    def _shortened(self, story: Story, ends: frozenset[Configuration]) -> Story:
        """*story* without the steps that it does as well without."""
        for place in reversed(range(len(story.rows))):
            rows = (*story.rows[:place], *story.rows[place + 1 :])
            fresh = begun(self.terms.workflow, self.cast, self.start, story.fields, story.stage.others)
            told = None if fresh is None else fresh.told(rows)
            if isinstance(told, Story) and told.configuration(self.terms) in ends:
                story = told
        return story

    def _beginnings(self) -> Iterator[Story]:
        fields = self.terms.workflow.fields
        given = list(self.values.sets("lead", fields, MOST_BEGINNINGS, whole=True))
        crowded = full(self.terms.workflow, self.cast)
        for others in (NO_OTHERS, crowded) if crowded != NO_OTHERS else (NO_OTHERS,):
            for each in [*self.values.sets("lead", fields, 1), *given]:
                story = begun(self.terms.workflow, self.cast, self.start, each, others)
                if story is not None:
                    yield story

    def _push(
        self, queue: list[tuple[float, int, Story]], seen: set[object], story: Story, far: Distances,
        sought: Sought,
    ) -> None:  # fmt: skip
        now = story.configuration(self.terms)
        mark = now, _mark(story)
        if now not in far or mark in seen:
            return
        seen.add(mark)
        if sought.nearest is None or far[now] < far[sought.nearest]:
            sought.nearest = now
        heappush(queue, (far[now] + len(story.rows) / 2, len(seen), story))

    def _tries(self, story: Story, far: Distances) -> Iterator[tuple[Move | None, Rows]]:
        """The steps that lead nearer, then any that may take something out of the way."""
        now = story.configuration(self.terms)
        ways = {move: far[after] for move, after in self.ahead.get(now, ()) if after in far}
        for move in sorted(ways, key=lambda each: ways[each]):
            if ways[move] < far[now]:
                yield from ((move, rows) for rows in self.deeds.of(move, story))
        yield from ((None, rows) for rows in self.deeds.besides(story))


def distances(searched: Searched, ends: frozenset[Configuration]) -> Distances:
    """How many moves at least lie between each configuration and the nearest of *ends*."""
    found = dict.fromkeys(ends, 0)
    waiting = deque(ends)
    while waiting:
        after = waiting.popleft()
        for before, _ in searched.links[after]:
            if before is not None and before not in found:
                found[before] = found[after] + 1
                waiting.append(before)
    return found


def _mark(story: Story) -> object:
    """What of a lead tells it apart from another in the same configuration."""
    lead, others = story.play.lead, story.stage.others
    return (
        tuple(others.open.items()), tuple(others.dealt.items()),
        tuple(sorted((name, str(value)) for name, value in lead.fields.items())),
        lead.stage, lead.contacted, lead.owner, min(len(lead.attempts), 12),
        tuple(sorted((name, answer.passed) for name, answer in lead.checks.items())),
        tuple(sorted((kind, min(tally.count, 12)) for kind, tally in lead.tallies.items())),
        tuple(sorted(clock.target for clock in story.play.life.open if clock.is_broken)),
    )  # fmt: skip
