"""The losses report: what was lost or came back, why, after what time and work; beside what was won."""

from __future__ import annotations

import json
from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slaflow.engine.app import Engine
from slaflow.engine.passages.open_times import opening
from slaflow.lifecycle.people import Directory
from slaflow.report.question import in_force, report
from slaflow.report.rates import nearest_rank, share
from slaflow.store.database import Connection
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.losses import Ending, effort, endings
from slaflow.store.figures.terms import LOST, RETURNED, WON
from slaflow.store.rows import people as people_store
from slaflow.workflow.model.workflow import Workflow

ORDER = (LOST, RETURNED, WON)
Place = tuple[str, str]
"""How it ended, and in which state."""


def losses(
    app: Engine, start: datetime | None = None, end: datetime | None = None, *,
    by: str | None = None, at: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The leads that were closed or given back in the period.

    Returns:
        ``endings`` (how many) and ``ways``, one per end and state: ``what`` is ``lost`` (closed in a state
        that is come to only for a reason), ``returned`` or ``won``; ``state``, ``endings``, their ``share``;
        ``reasons`` (``reason``, ``trigger``, ``gave``: the party that had it, ``endings``, ``by_system``,
        ``share``); elapsed and open seconds since the lead was created, of a return since its handoff;
        ``touches``: your people's, by hand, in that time, per kind, and ``touches_per_lead``. Groups by owner
        and team are those of who had the lead.

    Raises:
        InvertedRange, UnknownName: as every report.
    """

    def count(conn: Connection, asked: Asked) -> Mapping[str | None, dict[str, Any]]:
        return _count(conn, asked, in_force(app, conn))

    return report(app, start, end, by, at, count, _figures({}))


@dataclass(slots=True)
class Tally:
    """The ends of one way; some bytes for its times are all that is kept of each."""

    reasons: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    by_system: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    elapsed: array[int] = field(default_factory=lambda: array("q"))
    open: array[int] = field(default_factory=lambda: array("q"))
    touches: Counter[str] = field(default_factory=Counter)
    efforts: Counter[str] = field(default_factory=Counter)

    def add(self, row: Ending, elapsed: int, open_seconds: int) -> None:
        key = (row.reason, row.trigger, row.gave)
        self.reasons[key] += 1
        self.by_system[key] += bool(row.by_system)
        self.efforts[row.effort or "{}"] += 1
        self.elapsed.append(elapsed)
        self.open.append(open_seconds)

    def counted(self) -> Counter[str]:
        """Touches by kind of activity."""
        found = Counter(self.touches)
        for text, number in self.efforts.items():
            found.update({kind: times * number for kind, times in json.loads(text).items()})
        return found


def _count(
    conn: Connection, asked: Asked, workflows: Mapping[str, Workflow]
) -> dict[str | None, dict[str, Any]]:
    people = people_store.directory(conn)
    found: dict[str | None, dict[Place, Tally]] = defaultdict(lambda: defaultdict(Tally))
    groups: tuple[None, ...] = () if asked.by is None else (None,)
    for row in endings(conn, asked):
        elapsed, seconds = _times(row, workflows, people)
        for group in (row.group, *groups):
            found[group][row.what, row.state].add(row, elapsed, seconds)
    for each in effort(conn, asked):
        for group in (each.group, *groups):
            found[group][each.what, each.state].touches[each.activity] += each.touches
    return {group: _figures(ways) for group, ways in found.items()}


def _times(row: Ending, workflows: Mapping[str, Workflow], people: Directory) -> tuple[int, int]:
    """Elapsed and open seconds of an end, counted here where its row does not tell them."""
    if row.since is None or row.at is None:
        return row.elapsed or 0, row.open or 0
    elapsed = int(row.at.timestamp() // 1 - row.since.timestamp() // 1)
    return elapsed, opening(workflows[row.digest], people, row.owner, row.since)(row.at)


def _figures(ways: Mapping[Place, Tally]) -> dict[str, Any]:
    number = sum(len(tally.elapsed) for tally in ways.values())
    ordered = sorted(ways.items(), key=lambda way: (ORDER.index(way[0][0]), -len(way[1].elapsed), way[0]))
    return {"endings": number, "ways": [_way(place, tally, number) for place, tally in ordered]}


def _way(place: Place, tally: Tally, whole: int) -> dict[str, Any]:
    number, touches = len(tally.elapsed), tally.counted()
    return {
        "what": place[0],
        "state": place[1],
        "endings": number,
        "share": share(number, whole),
        "reasons": [
            {
                "reason": reason, "trigger": trigger, "gave": gave, "endings": times,
                "by_system": tally.by_system[reason, trigger, gave], "share": share(times, number),
            }
            for (reason, trigger, gave), times in sorted(
                tally.reasons.items(), key=lambda item: (-item[1], item[0])
            )
        ],
        "elapsed_seconds": _spread(tally.elapsed),
        "open_seconds": _spread(tally.open),
        "touches": dict(sorted(touches.items())),
        "touches_per_lead": round(touches.total() / number, 2),
    }  # fmt: skip


def _spread(values: array[int]) -> dict[str, int | None]:
    ordered = sorted(values)
    return {"median": nearest_rank(ordered, 0.5), "p90": nearest_rank(ordered, 0.9)}
