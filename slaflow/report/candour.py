"""The candour report: beside each rate what could flatter it, in the same words for both sides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from slaflow.engine.app import Engine
from slaflow.report.flattered import Flattery, flatteries, flattery_words
from slaflow.report.question import in_force, report
from slaflow.report.rates import percent_text, share
from slaflow.store.database import Connection
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.candour import hasty, lifts, overridden
from slaflow.store.figures.promises import rates
from slaflow.store.figures.soon import soon
from slaflow.workflow.model.workflow import Workflow

Figures = dict[str, Any]
NOTHING: Mapping[str, int] = dict.fromkeys(
    (
        "overridden", "hasty_checks", "accepted", "returned_within_hour", "lost_within_hour",
        "never_touched",
    ),
    0,
)  # fmt: skip


def candour(
    app: Engine, start: datetime | None = None, end: datetime | None = None, *,
    by: str | None = None, at: datetime | None = None,
) -> Figures:  # fmt: skip
    """What could flatter each party's figures, by *at*.

    Returns:
        ``parties``, each with: of the promises that started in the period ``decided``, ``met_rate`` (as in
        ``report sla``), ``let_go``, ``lifted``, ``told_late``, the same ``of`` each target, and
        ``kept_without``: the share kept if all these had been broken. Of its moves in the period
        ``overridden``, and ``hasty_checks``: those that two or more checks allowed which it had answered
        within a minute of each other and of the move, ``of_triggers``. Of the leads handed to it in the
        period ``accepted``, and of these ``returned_within_hour``, ``lost_within_hour``, ``never_touched``
        (of the returned and lost). ``lifts``: who lifted whose breaches for which reason.

    Raises:
        InvertedRange, UnknownName: as every report.
    """

    def count(conn: Connection, asked: Asked) -> Mapping[str | None, Figures]:
        return _count(conn, asked, in_force(app, conn).values())

    return report(app, start, end, by, at, count, {"parties": {}, "lifts": []})


def _count(conn: Connection, asked: Asked, workflows: Collection[Workflow]) -> dict[str | None, Figures]:
    groups: dict[str | None, dict[str, Figures]] = defaultdict(dict)
    _add_promises(groups, conn, asked, {party for each in workflows for party in each.parties})
    _add_moves(groups, conn, asked, workflows)
    figures: dict[str | None, Figures] = {
        name: {"parties": {party: _whole(of) for party, of in sorted(parties.items())}}
        for name, parties in groups.items()
    }
    if None in figures:
        figures[None]["lifts"] = [
            {
                "owed_by": r.party,
                "target": r.target,
                "by": r.actor,
                "reason": r.reason,
                "breaches": r.breaches,
            }
            for r in lifts(conn, asked)
        ]
    return figures


def _whole(found: Figures) -> Figures:
    promised = {"decided": 0, "met_rate": None, **Flattery().as_json(), "kept_without": None}
    return {**promised, **NOTHING, "of_triggers": {}, **found}


def _add_promises(
    groups: dict[str | None, dict[str, Figures]], conn: Connection, asked: Asked, parties: Collection[str]
) -> None:
    found = flatteries(conn, asked)
    for figure in rates(conn, asked, parties):
        flattery = found.get(figure.group, {}).get(figure.party, Flattery())
        groups[figure.group][figure.party] = {
            "decided": figure.decided,
            "met_rate": share(figure.kept, figure.decided),
            **flattery.as_json(),
            "kept_without": flattery.without(figure.kept, figure.decided),
        }


def _add_moves(
    groups: dict[str | None, dict[str, Figures]], conn: Connection, asked: Asked,
    workflows: Collection[Workflow],
) -> None:  # fmt: skip
    def of(row: Any) -> Figures:
        return groups[row.group].setdefault(row.party, {})

    # Without the key nobody overrides, and all moves need not be looked at.
    is_possible = any(row.override for workflow in workflows for row in workflow.transitions)
    for each in overridden(conn, asked) if is_possible else ():
        of(each)["overridden"] = each.moves
    for row in hasty(conn, asked):
        triggers = of(row).setdefault("of_triggers", {})
        triggers[row.trigger] = row.moves
        of(row)["hasty_checks"] = sum(triggers.values())
    for taken in soon(conn, asked):
        of(taken).update(
            accepted=taken.accepted, returned_within_hour=taken.returned, lost_within_hour=taken.lost,
            never_touched=taken.untouched,
        )  # fmt: skip


def rate_words(figure: Mapping[str, Any]) -> str:
    """``kept 95.0% in time; 71.0% if what could flatter that counted as broken``."""
    if figure["met_rate"] is None and figure["kept_without"] is None:
        return "no promise has been decided"
    kept = (
        "nothing decided"
        if figure["met_rate"] is None
        else f"kept {percent_text(figure['met_rate'], 1)} in time"
    )
    without = figure["kept_without"]
    if without is None or without == figure["met_rate"]:
        return kept
    return f"{kept}; {percent_text(without, 1)} if what could flatter that counted as broken"


def lines(figure: Mapping[str, Any]) -> Iterator[str]:
    """A line for each thing that could flatter a party's figures; none where there is nothing."""
    yield from flattery_words(figure)
    if figure["overridden"]:
        yield f"{_moves(figure['overridden'])} although the guard did not pass"
    if figure["hasty_checks"]:
        of = ", ".join(f"{name} {number:,}" for name, number in figure["of_triggers"].items())
        yield f"{_moves(figure['hasty_checks'])} within a minute of the answers that allowed it ({of})"
    accepted = f"{figure['accepted']:,} accepted {'lead' if figure['accepted'] == 1 else 'leads'}"
    for key, words in (("returned_within_hour", "given back"), ("lost_within_hour", "lost")):
        if figure[key]:
            yield f"{figure[key]:,} of {accepted} {words} within an hour"
    if figure["never_touched"]:
        yield f"{figure['never_touched']:,} of these never touched"


def _moves(number: int) -> str:
    return f"{number:,} {'move' if number == 1 else 'moves'}"
