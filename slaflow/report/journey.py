"""The journey report: at which stages prospects are, who holds them, and at which stages each side works."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slaflow.engine.app import Engine
from slaflow.report.funnel import states_in_order
from slaflow.report.question import in_force, report
from slaflow.report.rates import share
from slaflow.store.database import Connection
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.journey import standing, worked
from slaflow.store.figures.terms import NONE
from slaflow.workflow.model.flow import State
from slaflow.workflow.model.workflow import Workflow


@dataclass(slots=True)
class Tally:
    """What is at one stage: open leads by state, touches by party and kind."""

    states: Counter[str] = field(default_factory=Counter)
    touches: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


def journey(
    app: Engine, start: datetime | None = None, end: datetime | None = None, *,
    by: str | None = None, at: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The leads that were open at *at* by stage, and what was done at each stage in the period.

    Returns:
        ``open`` (how many), ``touches`` by party, and ``stages`` in the order of the journey: ``stage``,
        ``title``, ``leads``, their ``share``, ``held_by`` and ``states`` of these, and ``touches`` by party:
        how many, their ``share`` of that party's, and ``kinds``. The stage of a touch is known where the
        agreement speaks of the journey. Groups of touches are those of the lead's owner then.

    Raises:
        InvertedRange, UnknownName: as every report.
    """

    def count(conn: Connection, asked: Asked) -> Mapping[str | None, dict[str, Any]]:
        workflows = in_force(app, conn)
        return _count(conn, asked, workflows)

    return report(app, start, end, by, at, count, {"open": 0, "touches": {}, "stages": []})


def _count(
    conn: Connection, asked: Asked, workflows: Mapping[str, Workflow]
) -> dict[str | None, dict[str, Any]]:
    found: dict[str | None, dict[str, Tally]] = defaultdict(lambda: defaultdict(Tally))
    for row in standing(conn, asked):
        found[row.group][row.stage].states[row.state] += row.leads
    for each in worked(conn, asked):
        found[each.group][each.stage].touches[each.party][each.activity] += each.touches
    titles, states = _stages(workflows.values()), states_in_order(workflows.values())
    return {group: _figures(stages, titles, states) for group, stages in found.items()}


def _stages(workflows: Iterable[Workflow]) -> dict[str, str | None]:
    """Every stage in the order of the files, newest first, with its title."""
    found: dict[str, str | None] = {}
    for workflow in workflows:
        titles = {each.name: each.title for each in workflow.described}
        for name in workflow.stages:
            found.setdefault(name, titles.get(name))
    return {**found, NONE: None}


def _figures(
    stages: Mapping[str, Tally], titles: Mapping[str, str | None], states: Mapping[str, State]
) -> dict[str, Any]:
    whole = sum(tally.states.total() for tally in stages.values())
    by_party: Counter[str] = Counter()
    for tally in stages.values():
        by_party.update({party: kinds.total() for party, kinds in tally.touches.items()})
    return {
        "open": whole,
        "touches": dict(sorted(by_party.items())),
        "stages": [
            _stage(name, title, stages[name], whole, by_party, states)
            for name, title in titles.items()
            if name in stages
        ],
    }


def _stage(
    name: str, title: str | None, tally: Tally, whole: int, by_party: Mapping[str, int],
    states: Mapping[str, State],
) -> dict[str, Any]:  # fmt: skip
    held: Counter[str] = Counter()
    for state, number in tally.states.items():
        held[states[state].held_by or NONE] += number
    return {
        "stage": name,
        "title": title,
        "leads": tally.states.total(),
        "share": share(tally.states.total(), whole),
        "held_by": dict(sorted(held.items())),
        "states": {state: tally.states[state] for state in states if tally.states[state]},
        "touches": {
            party: {
                "touches": kinds.total(), "share": share(kinds.total(), by_party[party]),
                "kinds": dict(sorted(kinds.items())),
            }
            for party, kinds in sorted(tally.touches.items())
        },
    }  # fmt: skip
