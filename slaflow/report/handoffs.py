"""The handoff report, both ways: who gave, who took, what the lead showed then, and what followed."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from slaflow.engine.app import Engine
from slaflow.lifecycle.people import Directory
from slaflow.report.question import in_force, report
from slaflow.report.rates import least, percentile, share
from slaflow.store.database import Connection
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.handoffs import (
    HandoffFigure,
    Passed,
    SignFigure,
    instants,
    outcomes,
    stages,
    touchpoints,
)
from slaflow.store.figures.passages import OUTCOMES
from slaflow.store.rows import people as people_store
from slaflow.workflow.model.workflow import Workflow

SECOND = timedelta(seconds=1)
TIMES = ("decision", "first_touch", "first_attempt")
Way: TypeAlias = tuple[str, str, str, str]
"""Group, giver, taker, direction."""


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

    def count(conn: Connection, asked: Asked) -> Mapping[str, dict[str, Any]]:
        return _count(conn, asked, in_force(app, conn))

    return report(app, start, end, by, at, count, _figures([]))


def _count(conn: Connection, asked: Asked, workflows: Mapping[str, Workflow]) -> dict[str, dict[str, Any]]:
    counted: dict[Way, list[HandoffFigure]] = defaultdict(list)
    for figure in outcomes(conn, asked):
        counted[_way(figure)].append(figure)
    reached, shown = _signs(stages(conn, asked)), _signs(touchpoints(conn, asked))
    times = _times(instants(conn, asked), workflows, people_store.directory(conn))
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for way, figures in sorted(counted.items()):
        signs = {
            "stages": {sign.name: sign.handoffs for sign in reached.get(way, ())},
            "touchpoints": {
                sign.name: {"handoffs": sign.handoffs, "times": sign.times} for sign in shown.get(way, ())
            },
        }
        groups[way[0]].append({**_way_figures(way, figures), **signs, **_spread(times.get(way, {}))})
    return {name: _figures(ways) for name, ways in groups.items()}


def _figures(ways: list[dict[str, Any]]) -> dict[str, Any]:
    return {"handoffs": sum(way["handed_over"] for way in ways), "ways": ways}


def _way(figure: HandoffFigure | SignFigure | Passed) -> Way:
    return figure.group, figure.gave, figure.took, figure.direction


def _way_figures(way: Way, figures: list[HandoffFigure]) -> dict[str, Any]:
    number = sum(figure.handoffs for figure in figures)
    came_to = {name: sum(f.handoffs for f in figures if f.outcome == name) for name in OUTCOMES}
    decided = came_to["accepted"] + came_to["returned"]
    return {
        "gave": way[1],
        "took": way[2],
        "direction": way[3],
        "handed_over": number,
        **came_to,
        "accept_rate": share(came_to["accepted"], decided),
        "return_rate": share(came_to["returned"], decided),
        "came_back": sum(figure.came_back for figure in figures),
        "never_touched": number - sum(figure.touched for figure in figures),
        "touched_once": sum(figure.once for figure in figures),
        "score": {
            "median": least([figure.median_score for figure in figures]),
            "p90": least([figure.p90_score for figure in figures]),
        },
    }


def _signs(figures: Iterable[SignFigure]) -> dict[Way, list[SignFigure]]:
    found: dict[Way, list[SignFigure]] = defaultdict(list)
    for figure in figures:
        found[_way(figure)].append(figure)
    return found


def _times(
    rows: Iterable[Passed], workflows: Mapping[str, Workflow], people: Directory
) -> dict[Way, dict[str, array[int]]]:
    """Open seconds per way; eight bytes for each is all that is kept of a handoff."""
    found: dict[Way, dict[str, array[int]]] = {}
    for row in rows:
        times = found.setdefault(_way(row), {name: array("q") for name in TIMES})
        open_seconds = _opening(row, workflows[row.digest], people)
        for name, then in zip(TIMES, (row.decided_at, row.touched_at, row.attempted_at), strict=True):
            if then is not None:
                times[name].append(open_seconds(then))
    return found


def _opening(row: Passed, workflow: Workflow, people: Directory) -> Callable[[datetime], int]:
    """Open seconds from the handoff on, as ``calendar: owner`` counts them."""
    person = people.person(row.owner, row.at)
    team = workflow.teams.get(person.team or "") if person else None
    calendar = workflow.calendars[team.calendar if team and team.calendar else workflow.first_calendar]
    return lambda then: int(calendar.open_time(row.at, then) / SECOND)


def _spread(times: Mapping[str, array[int]]) -> dict[str, Any]:
    return {
        f"{name}_open_seconds": {
            "median": percentile(times.get(name, ()), 0.5),
            "p90": percentile(times.get(name, ()), 0.9),
        }
        for name in TIMES
    }
