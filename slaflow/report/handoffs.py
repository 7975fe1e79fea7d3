"""The handoff report, both ways: who gave, who took, what the lead showed then, and what followed."""

from __future__ import annotations

import json
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from slaflow.engine.app import Engine
from slaflow.lifecycle.people import Directory
from slaflow.report.question import in_force, report
from slaflow.report.rates import Number, nearest_rank, share
from slaflow.store.database import Connection
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.handoffs import Passed, passed
from slaflow.store.figures.passages import OUTCOMES
from slaflow.store.rows import people as people_store
from slaflow.workflow.model.workflow import Workflow

SECOND = timedelta(seconds=1)
TIMES = ("decision", "first_touch", "first_attempt")
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
        attempt, in open time of the taker's team, else of the workflow's first calendar.

    Raises:
        InvertedRange, UnknownName: as every report.
    """

    def count(conn: Connection, asked: Asked) -> Mapping[str | None, dict[str, Any]]:
        return _count(conn, asked, in_force(app, conn))

    return report(app, start, end, by, at, count, _figures([]))


def _count(
    conn: Connection, asked: Asked, workflows: Mapping[str, Workflow]
) -> dict[str | None, dict[str, Any]]:
    people = people_store.directory(conn)
    tallies: dict[Way, Tally] = defaultdict(Tally)
    for row in passed(conn, asked):
        times = _times(row, workflows[row.digest], people)
        for group in dict.fromkeys((None, row.group)):
            tallies[group, row.gave, row.took, row.direction].add(row, times)
    groups: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for way, tally in sorted(tallies.items(), key=lambda item: item[0][1:]):
        groups[way[0]].append(_way_figures(way, tally))
    return {name: _figures(ways) for name, ways in groups.items()}


def _figures(ways: list[dict[str, Any]]) -> dict[str, Any]:
    return {"handoffs": sum(way["handed_over"] for way in ways), "ways": ways}


@dataclass(slots=True)
class Tally:
    """The handoffs of one way; some bytes for its score and times are all that is kept of each."""

    outcomes: Counter[str] = field(default_factory=Counter)
    touches: Counter[int] = field(default_factory=Counter)
    came_back: int = 0
    scores: array[float] = field(default_factory=lambda: array("d"))
    stages: Counter[str] = field(default_factory=Counter)
    shown: Counter[str] = field(default_factory=Counter)
    """How often the touchpoints were just these, as JSON."""
    times: dict[str, array[int]] = field(default_factory=lambda: {name: array("q") for name in TIMES})

    def add(self, row: Passed, times: Mapping[str, int]) -> None:
        self.outcomes[row.outcome] += 1
        self.touches[row.touches] += 1
        self.came_back += row.came_back
        if row.score is not None:
            self.scores.append(row.score)
        if row.stage is not None:
            self.stages[row.stage] += 1
        if row.touchpoints is not None:
            self.shown[row.touchpoints] += 1
        for name, seconds in times.items():
            self.times[name].append(seconds)

    def touchpoints(self) -> dict[str, dict[str, int]]:
        """Per kind of activity: at how many handoffs it had been shown, and how often."""
        found: dict[str, dict[str, int]] = {}
        for text, number in self.shown.items():
            for kind, times in json.loads(text).items():
                of = found.setdefault(kind, {"handoffs": 0, "times": 0})
                of["handoffs"] += number
                of["times"] += number * int(times)
        return dict(sorted(found.items()))


def _way_figures(way: Way, tally: Tally) -> dict[str, Any]:
    came_to = {name: tally.outcomes[name] for name in OUTCOMES}
    decided = came_to["accepted"] + came_to["returned"]
    return {
        "gave": way[1],
        "took": way[2],
        "direction": way[3],
        "handed_over": sum(came_to.values()),
        **came_to,
        "accept_rate": share(came_to["accepted"], decided),
        "return_rate": share(came_to["returned"], decided),
        "came_back": tally.came_back,
        "never_touched": tally.touches[0],
        "touched_once": tally.touches[1],
        "score": _spread(tally.scores),
        "stages": dict(sorted(tally.stages.items())),
        "touchpoints": tally.touchpoints(),
        **{f"{name}_open_seconds": _spread(tally.times[name]) for name in TIMES},
    }


def _spread(values: Sequence[Number]) -> dict[str, Number | None]:
    ordered = sorted(values)
    return {"median": nearest_rank(ordered, 0.5), "p90": nearest_rank(ordered, 0.9)}


def _times(row: Passed, workflow: Workflow, people: Directory) -> dict[str, int]:
    """Open seconds from the handoff to what has happened since."""
    instants = zip(TIMES, (row.decided_at, row.touched_at, row.attempted_at), strict=True)
    happened = {name: then for name, then in instants if then is not None}
    if not happened:
        return {}
    open_seconds = _opening(row, workflow, people)
    return {name: open_seconds(then) for name, then in happened.items()}


def _opening(row: Passed, workflow: Workflow, people: Directory) -> Callable[[datetime], int]:
    """Open seconds from the handoff on, as ``calendar: owner`` counts them."""
    person = people.person(row.owner, row.at)
    team = workflow.teams.get(person.team or "") if person else None
    calendar = workflow.calendars[team.calendar if team and team.calendar else workflow.first_calendar]
    return lambda then: int(calendar.open_time(row.at, then) / SECOND)
