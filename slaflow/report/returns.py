"""The returns report: what came back, why, in whose words, and what had let it through."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import datetime
from typing import Any

from slaflow.engine.app import Engine
from slaflow.lifecycle.decision import instant_text
from slaflow.report.overrides import overridden_moves
from slaflow.report.passes import Rule, fit_rule, guard_rules, touchpoint_rule
from slaflow.report.question import in_force, report
from slaflow.report.rates import least, share
from slaflow.store.database import Connection
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.disputed import returns_contested
from slaflow.store.figures.returns import (
    HeldFigure,
    ReasonFigure,
    SignFigure,
    ThroughFigure,
    held,
    let_through,
    quotes,
    reasons,
    signs,
)
from slaflow.workflow.model.workflow import Workflow

QUOTES = 5
"""How many handbacks are quoted unless somebody asks for more."""


def returns(
    app: Engine, start: datetime | None = None, end: datetime | None = None, *,
    by: str | None = None, at: datetime | None = None, quoted: int = QUOTES,
) -> dict[str, Any]:  # fmt: skip
    """The handbacks of the period, and how many of its handoffs had come back by *at*.

    Returns:
        ``handed_over`` forward in the period, ``came_back`` of these, ``return_rate``; ``returns`` made in
        the period, ``by_system`` of these; ``reasons``; ``cycles`` (which round of the lead it was);
        ``held_elapsed_seconds``; ``let_through``: per guard, fit and touchpoint how many it let through and
        how many came back; ``feedback``, the latest *quoted*, of no erased lead. A group by owner or team is
        that of who gave the lead back, for what was handed over that of who took it. Where
        any of the returns was disputed: how many were ``disputed``, of these ``granted`` and ``upheld``.

    Raises:
        InvertedRange, UnknownName: as every report.
    """

    def count(conn: Connection, asked: Asked) -> Mapping[str | None, dict[str, Any]]:
        workflows = in_force(app, conn)
        figures = _count(conn, asked, workflows)
        if None in figures:
            figures[None] |= overridden_moves(conn, asked, workflows.values(), "handoffs")
            if contested := returns_contested(conn, asked.as_one()):
                figures[None] |= {kind: contested.get(kind, 0) for kind in ("disputed", "granted", "upheld")}
            figures[None]["feedback"] = _feedback(conn, asked, quoted)
        return figures

    nothing = {**_figures([], [], [], [], {}), "feedback": []}
    return report(app, start, end, by, at, count, nothing)


def _count(
    conn: Connection, asked: Asked, workflows: Mapping[str, Workflow]
) -> dict[str | None, dict[str, Any]]:
    why = _by_group(reasons(conn, asked))
    how_long = _by_group(held(conn, asked))
    through = _by_group(let_through(conn, asked))
    shown = _by_group(signs(conn, asked))
    return {
        name: _figures(why[name], how_long[name], through[name], shown[name], workflows)
        for name in {*why, *through}
    }


def _by_group(figures: Iterable[Any]) -> dict[str | None, list[Any]]:
    found: dict[str | None, list[Any]] = defaultdict(list)
    for figure in figures:
        found[figure.group].append(figure)
    return found


def _figures(
    why: list[ReasonFigure], how_long: list[HeldFigure], through: list[ThroughFigure],
    shown: list[SignFigure], workflows: Mapping[str, Workflow],
) -> dict[str, Any]:  # fmt: skip
    handed_over, came_back = sum(row.handoffs for row in through), sum(row.came_back for row in through)
    number = sum(row.returns for row in why)
    return {
        "handed_over": handed_over,
        "came_back": came_back,
        "return_rate": share(came_back, handed_over),
        "returns": number,
        "by_system": sum(row.by_system for row in why),
        "reasons": [_reason(row, number) for row in sorted(why, key=lambda r: (-r.returns, r.reason, r[1:]))],
        "cycles": {str(row.cycle): row.returns for row in how_long},
        "held_elapsed_seconds": {
            "median": least([row.median for row in how_long]),
            "p90": least([row.p90 for row in how_long]),
        },
        "let_through": _let_through(through, shown, workflows),
    }


def _reason(row: ReasonFigure, number: int) -> dict[str, Any]:
    return {
        "reason": row.reason,
        "trigger": row.trigger,
        "gave": row.gave,
        "returns": row.returns,
        "by_system": row.by_system,
        "share": share(row.returns, number),
    }


def _let_through(
    through: list[ThroughFigure], shown: list[SignFigure], workflows: Mapping[str, Workflow]
) -> list[dict[str, Any]]:
    """Guards, then fits, then touchpoints, each by how many came back, most first."""
    guards = _summed(through, lambda row: guard_rules(workflows[row.digest], row))
    fits = _summed(through, lambda row: fit_rule(workflows[row.digest], row.fit))
    touchpoints = _summed(shown, lambda row: touchpoint_rule(workflows.values(), row.activity))
    return [row for kind in (guards, fits, touchpoints) for row in kind]


def _summed(figures: Iterable[Any], rules_of: Callable[[Any], Iterable[Rule]]) -> list[dict[str, Any]]:
    passed: Counter[Hashable] = Counter()
    back: Counter[Hashable] = Counter()
    for figure in figures:
        for rule in rules_of(figure):
            passed[rule] += figure.handoffs
            back[rule] += figure.came_back
    rows = [_passed(rule, number, back[rule]) for rule, number in passed.items()]
    return sorted(rows, key=lambda row: (-row["came_back"], -row["handed_over"], row["rule"], row["trigger"]))


def _passed(rule: Any, number: int, back: int) -> dict[str, Any]:
    return {
        "what": rule.what,
        "rule": rule.rule,
        "trigger": rule.trigger,
        "handed_over": number,
        "came_back": back,
        "return_rate": share(back, number),
    }


def _feedback(conn: Connection, asked: Asked, most: int) -> list[dict[str, Any]]:
    return [
        {
            "at": instant_text(quote.at),
            "lead": quote.lead,
            "by": quote.actor,
            "trigger": quote.trigger,
            "reason": quote.reason,
            "feedback": quote.feedback,
        }
        for quote in quotes(conn, asked, most)
    ]
