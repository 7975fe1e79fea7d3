"""The aging report: where the open leads sit, and for how long."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any

from slaflow.engine.app import Engine
from slaflow.hours.words import DAY
from slaflow.lifecycle.decision import instant_text
from slaflow.report.funnel import states_in_order
from slaflow.report.question import in_force, report
from slaflow.store.database import Connection
from slaflow.store.figures.aging import Ages, ages, owners
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.expressions import nearest_rank
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
    found: dict[str | None, dict[str, Ages]] = defaultdict(dict)
    for (group, name), each in ages(conn, asked, OLDEST).items():
        found[group][name] = each
    named = {old.lead for by_state in found.values() for each in by_state.values() for old in each.oldest}
    owned = owners(conn, asked, named)
    return {
        group: {
            "open": sum(len(each.seconds) for each in by_state.values()),
            "states": [
                _state(state, by_state[name], owned) for name, state in states.items() if name in by_state
            ],
        }
        for group, by_state in found.items()
    }


def _state(state: State, of: Ages, owned: Mapping[int, str | None]) -> dict[str, Any]:
    seconds = of.seconds[::-1]
    up_to = [0, *(bisect_left(seconds, bound) for bound in BOUNDS), len(seconds)]
    return {
        "state": state.name,
        "held_by": state.held_by,
        "leads": len(seconds),
        "median_elapsed_seconds": nearest_rank(seconds, 50),
        "p90_elapsed_seconds": nearest_rank(seconds, 90),
        "ages": [
            {"below_seconds": bound, "leads": after - before}
            for bound, (before, after) in zip([*BOUNDS, None], pairwise(up_to), strict=True)
        ],
        "oldest": [
            {
                "lead": each.lead,
                "owner": owned[each.lead],
                "entered_at": instant_text(each.entered_at),
                "elapsed_seconds": each.seconds,
            }
            for each in of.oldest
        ],
    }
