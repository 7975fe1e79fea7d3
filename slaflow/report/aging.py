"""The aging report: where the open leads sit, and for how long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from slaflow.engine.app import Engine
from slaflow.hours.words import DAY
from slaflow.lifecycle.decision import instant_text
from slaflow.report.funnel import states_in_order
from slaflow.report.question import in_force, report
from slaflow.report.rates import least
from slaflow.store.database import Connection
from slaflow.store.figures.aging import AgeFigure, Oldest, ages, oldest
from slaflow.store.figures.asked import Asked
from slaflow.workflow.model.flow import State

BOUNDS = tuple(days * DAY for days in (1, 3, 7, 14, 30, 90))
"""The upper ends of the buckets in elapsed seconds, exclusive; a last one takes the rest."""
OLDEST = 5
"""How many of the leads that sit longest are named per state."""


def aging(app: Engine, *, by: str | None = None, at: datetime | None = None) -> dict[str, Any]:
    """The leads that were open at *at*, by state.

    Returns:
        ``open`` (how many); ``states`` in the order of the lifecycle, those without open leads left out:
        ``leads``, median and p90 of the elapsed seconds since they entered, ``ages`` (``below_seconds``, null
        for the last, and ``leads``) and ``oldest`` with ids. Groups by month are by the month of entering.

    Raises:
        UnknownName: *by* is nothing to group by.
    """

    def count(conn: Connection, asked: Asked) -> Mapping[str | None, dict[str, Any]]:
        return _count(conn, asked, states_in_order(in_force(app, conn).values()))

    figures = report(app, None, None, by, at, count, {"open": 0, "states": []})
    del figures["from"], figures["to"]
    return figures


def _count(conn: Connection, asked: Asked, states: Mapping[str, State]) -> dict[str | None, dict[str, Any]]:
    found: dict[str | None, dict[str, list[AgeFigure]]] = defaultdict(lambda: defaultdict(list))
    for figure in ages(conn, asked, BOUNDS):
        found[figure.group][figure.state].append(figure)
    longest: dict[tuple[str | None, str], list[Oldest]] = defaultdict(list)
    for each in oldest(conn, asked, OLDEST):
        longest[each.group, each.state].append(each)
    return {
        group: {
            "open": sum(figure.leads for figures in by_state.values() for figure in figures),
            "states": [
                _state(state, by_state[name], longest[group, name])
                for name, state in states.items()
                if name in by_state
            ],
        }
        for group, by_state in found.items()
    }


def _state(state: State, figures: list[AgeFigure], longest: list[Oldest]) -> dict[str, Any]:
    by_bucket = {figure.bucket: figure.leads for figure in figures}
    return {
        "state": state.name,
        "held_by": state.held_by,
        "leads": sum(by_bucket.values()),
        "median_elapsed_seconds": least([figure.median for figure in figures]),
        "p90_elapsed_seconds": least([figure.p90 for figure in figures]),
        "ages": [
            {"below_seconds": bound, "leads": by_bucket.get(place, 0)}
            for place, bound in enumerate([*BOUNDS, None])
        ],
        "oldest": [
            {
                "lead": each.lead,
                "owner": each.owner,
                "entered_at": instant_text(each.entered_at),
                "elapsed_seconds": each.seconds,
            }
            for each in longest
        ],
    }
