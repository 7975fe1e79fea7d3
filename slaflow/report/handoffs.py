"""The handoff report, both ways: who gave, who took, what the lead showed then, and what followed."""

from __future__ import annotations

import json
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from slaflow.engine.app import Engine
from slaflow.engine.passages.open_times import opening
from slaflow.lifecycle.people import Directory
from slaflow.report.bursts import bursts
from slaflow.report.overrides import overridden_moves
from slaflow.report.question import in_force, report
from slaflow.report.rates import Number, nearest_rank, share
from slaflow.store.database import Connection
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.handoffs import Passed, Reckoned, passed, reckoned, slots
from slaflow.store.figures.passages import OUTCOMES
from slaflow.store.rows import people as people_store
from slaflow.workflow.model.workflow import Workflow

TIMES = ("decision", "first_touch", "first_attempt")
SHOWN = 4
"""The place of the touchpoints in what is alike."""
Way: TypeAlias = tuple[str | None, str, str, str]
"""Group (None: the whole), giver, taker, direction."""


def handoffs(
    app: Engine, start: datetime | None = None, end: datetime | None = None, *,
    by: str | None = None, at: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Every handoff of the period, and what its taker did by *at*.

    Returns:
        ``handoffs`` (how many) and ``ways``, one per giver, taker and direction (``forward``, ``return``,
        ``reopened``): ``handed_over``; of these ``accepted``, ``returned``, ``by_system``, ``open`` by the
        lead's first move afterwards, with ``accept_rate`` and ``return_rate`` over what a person decided;
        ``came_back`` by the next handoff, whoever fired it; ``never_touched``, ``touched_once``; ``score``,
        ``stages`` and ``touchpoints`` at the handoff; seconds to the decision, the first touch and the first
        attempt, in open time of the taker's team, else of the workflow's first calendar. ``bursts`` of what
        went forward: ``day``, ``week`` (the busiest) and ``quarter_ends`` (their last seven days), each with
        ``when``, ``handed_over``, the ``usual`` day or week, and whether it is a ``burst``: twice that.

    Raises:
        InvertedRange, UnknownName: as every report.
    """

    def count(conn: Connection, asked: Asked) -> Mapping[str | None, dict[str, Any]]:
        workflows = in_force(app, conn)
        figures = _count(conn, asked, workflows)
        if None in figures:
            figures[None] |= overridden_moves(conn, asked, workflows.values(), "handoffs")
        return figures

    return report(app, start, end, by, at, count, _figures([], bursts([], UTC)))


def _count(
    conn: Connection, asked: Asked, workflows: Mapping[str, Workflow]
) -> dict[str | None, dict[str, Any]]:
    tallies: dict[Way, Tally] = defaultdict(Tally)
    for row in _reckoned(conn, asked, workflows):
        tallies[row[:4]].add(row)
    if asked.by is not None:
        for way, tally in list(tallies.items()):
            tallies[None, way[1], way[2], way[3]].go_on_with(tally)
    groups: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for way, tally in sorted(tallies.items(), key=lambda item: item[0][1:]):
        groups[way[0]].append(_way_figures(way, tally))
    handed: dict[str | None, list[tuple[int, int]]] = defaultdict(list)
    for group, slot, number in slots(conn, asked):
        handed[group].append((slot, number))
    zone = ZoneInfo(next((workflow.timezone for workflow in workflows.values()), "UTC"))
    return {name: _figures(ways, bursts(handed[name], zone)) for name, ways in groups.items()}


def _figures(ways: list[dict[str, Any]], when: dict[str, Any]) -> dict[str, Any]:
    return {"handoffs": sum(way["handed_over"] for way in ways), "ways": ways, "bursts": when}


def _reckoned(conn: Connection, asked: Asked, workflows: Mapping[str, Workflow]) -> Iterator[Reckoned]:
    """Every handoff of the period with its open times; of those that no row tells they are counted here."""
    yield from reckoned(conn, asked)
    people = people_store.directory(conn)
    for row in passed(conn, asked):
        yield Reckoned(*row[:10], *_times(row, workflows[row.digest], people))


@dataclass(slots=True)
class Tally:
    """The handoffs of one way; some bytes for its score and times are all that is kept of each."""

    alike: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    """How often there was just this outcome, came_back, touches, stage and touchpoints."""
    scores: array[float] = field(default_factory=lambda: array("d"))
    times: tuple[array[int], ...] = field(default_factory=lambda: tuple(array("q") for _ in TIMES))

    def add(self, row: Reckoned) -> None:
        self.alike[row[4:9]] += 1
        _, _, _, _, _, _, _, _, _, score, decision, first_touch, first_attempt = row
        if score is not None:
            self.scores.append(score)
        if decision is not None:
            self.times[0].append(decision)
        if first_touch is not None:
            self.times[1].append(first_touch)
        if first_attempt is not None:
            self.times[2].append(first_attempt)

    def go_on_with(self, other: Tally) -> None:
        """Takes in the handoffs of another group."""
        self.alike.update(other.alike)
        self.scores.extend(other.scores)
        for mine, theirs in zip(self.times, other.times, strict=True):
            mine.extend(theirs)

    def counted(self, place: int) -> Counter[Any]:
        """How often each was the value at that *place* among what is alike."""
        found: Counter[Any] = Counter()
        for values, number in self.alike.items():
            found[values[place]] += number
        return found

    def touchpoints(self) -> dict[str, dict[str, int]]:
        """Per kind of activity: at how many handoffs it had been shown, and how often."""
        found: dict[str, dict[str, int]] = {}
        for text, number in self.counted(SHOWN).items():
            for kind, times in json.loads(text or "{}").items():
                of = found.setdefault(kind, {"handoffs": 0, "times": 0})
                of["handoffs"] += number
                of["times"] += number * int(times)
        return dict(sorted(found.items()))


def _way_figures(way: Way, tally: Tally) -> dict[str, Any]:
    outcomes, back, touches, stages = (tally.counted(place) for place in range(SHOWN))
    came_to = {name: outcomes[name] for name in OUTCOMES}
    decided = came_to["accepted"] + came_to["returned"]
    return {
        "gave": way[1],
        "took": way[2],
        "direction": way[3],
        "handed_over": sum(came_to.values()),
        **came_to,
        "accept_rate": share(came_to["accepted"], decided),
        "return_rate": share(came_to["returned"], decided),
        "came_back": back[1],
        "never_touched": touches[0],
        "touched_once": touches[1],
        "score": _spread(tally.scores),
        "stages": {stage: stages[stage] for stage in sorted(stages.keys() - {None})},
        "touchpoints": tally.touchpoints(),
        **{f"{name}_open_seconds": _spread(times) for name, times in zip(TIMES, tally.times, strict=True)},
    }


def _spread(values: Sequence[Number]) -> dict[str, Number | None]:
    ordered = sorted(values)
    return {"median": nearest_rank(ordered, 0.5), "p90": nearest_rank(ordered, 0.9)}


def _times(row: Passed, workflow: Workflow, people: Directory) -> tuple[int | None, ...]:
    """Open seconds from the handoff to what has happened since."""
    instants = (row.decided_at, row.touched_at, row.attempted_at)
    if instants == (None, None, None):
        return instants
    open_seconds = opening(workflow, people, row.owner, row.at)
    return tuple(None if then is None else open_seconds(then) for then in instants)
