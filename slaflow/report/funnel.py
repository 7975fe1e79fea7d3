"""The funnel report: how far the leads created in a period came, and how long each way took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from slaflow.engine.app import Engine
from slaflow.report.overrides import overridden_moves
from slaflow.report.question import in_force, report
from slaflow.report.rates import share
from slaflow.store.database import Connection
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.funnel import MoveFigure, StateFigure, travelled
from slaflow.workflow.model.flow import State
from slaflow.workflow.model.workflow import Workflow


def funnel(
    app: Engine, start: datetime | None = None, end: datetime | None = None, *,
    by: str | None = None, at: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The leads created in the period, by the states they had reached by *at*.

    Returns:
        ``leads`` (how many); ``states`` in the order of the lifecycle: ``leads`` that ever reached it,
        their ``share`` of all, elapsed seconds from creation; ``moves`` from state to state: ``leads`` that
        made it, ``share`` of those that reached the first, ``moves`` (a lead may go round), elapsed seconds
        they had been in the first. ``overridden``, where there are any: moves made although a guard did not
        pass. Groups by owner and team are by the lead's present owner.

    Raises:
        InvertedRange, UnknownName: as every report.
    """

    def count(conn: Connection, asked: Asked) -> Mapping[str | None, dict[str, Any]]:
        workflows = in_force(app, conn)
        figures = _count(conn, asked, states_in_order(workflows.values()))
        if None in figures:
            figures[None] |= overridden_moves(conn, asked, workflows.values(), "cohort")
        return figures

    return report(app, start, end, by, at, count, {"leads": 0, "states": [], "moves": []})


def states_in_order(workflows: Iterable[Workflow]) -> dict[str, State]:
    """Every state as the newest version that has it says, in the order of the files."""
    found: dict[str, State] = {}
    for workflow in workflows:
        for state in workflow.states.values():
            found.setdefault(state.name, state)
    return found


def _count(conn: Connection, asked: Asked, states: Mapping[str, State]) -> dict[str | None, dict[str, Any]]:
    course = travelled(conn, asked)
    came: dict[str | None, dict[str, StateFigure]] = defaultdict(dict)
    for figure in course.states:
        came[figure.group][figure.state] = figure
    went: dict[str | None, list[MoveFigure]] = defaultdict(list)
    for move in course.moves:
        went[move.group].append(move)
    return {
        group: {
            "leads": leads,
            "states": [_state(state, came[group].get(name), leads) for name, state in states.items()],
            "moves": [_move(move, came[group]) for move in sorted(went[group], key=_in_order(states))],
        }
        for group, leads in course.sizes.items()
    }


def _state(state: State, figure: StateFigure | None, leads: int) -> dict[str, Any]:
    number = figure.leads if figure else 0
    return {
        "state": state.name,
        "held_by": state.held_by,
        "final": state.final,
        "leads": number,
        "share": share(number, leads),
        "median_elapsed_seconds": figure.median if figure else None,
        "p90_elapsed_seconds": figure.p90 if figure else None,
    }


def _in_order(states: Mapping[str, State]) -> Any:
    places = {name: place for place, name in enumerate(states)}
    last = len(places)
    return lambda move: (places.get(move.from_state, last), places.get(move.to_state, last))


def _move(move: MoveFigure, came: Mapping[str, StateFigure]) -> dict[str, Any]:
    before = came.get(move.from_state)
    return {
        "from": move.from_state,
        "to": move.to_state,
        "leads": move.leads,
        "share": share(move.leads, before.leads if before else 0),
        "moves": move.moves,
        "median_elapsed_seconds": move.median,
        "p90_elapsed_seconds": move.p90,
    }
