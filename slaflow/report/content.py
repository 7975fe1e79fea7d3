"""The content report: what was said to prospects and by them, at which stage, and before what."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slaflow.engine.app import Engine
from slaflow.report.question import report
from slaflow.store.database import Connection
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.content import OUTCOMES, TOUCH, spoken

PLACES = ("first", "last", "any")
Kind = tuple[str, str]
"""Kind of activity, party that did it."""


@dataclass(slots=True)
class Tally:
    touches: int = 0
    leads: int = 0
    misfit: int = 0
    over_pace: int = 0
    stages: Counter[str] = field(default_factory=Counter)
    before: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


def content(
    app: Engine, start: datetime | None = None, end: datetime | None = None, *,
    by: str | None = None, at: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The touchpoints of the period by kind and party; *by* may also be ``touch.<field>``.

    Returns:
        ``touches`` (how many) and ``kinds``, most touches first: ``activity``, ``party``, ``touches``,
        ``leads`` with them, ``stages`` at which they were recorded, ``misfit`` and ``over_pace``,
        and ``before``: of the period's ``handoffs`` forward, ``acceptances`` among these and ``wins``, before
        how many the lead's ``first`` touch, its ``last`` before then, or ``any`` was of the kind. Groups are
        those of the touch.

    Raises:
        InvertedRange, UnknownName: as every report.
    """

    return report(app, start, end, by, at, _count, {"touches": 0, "kinds": []}, TOUCH)


def _count(conn: Connection, asked: Asked) -> dict[str | None, dict[str, Any]]:
    found: dict[str | None, dict[Kind, Tally]] = defaultdict(lambda: defaultdict(Tally))
    told = spoken(conn, asked)
    for row in told.said:
        tally = found[row.group][row.activity, row.party]
        tally.touches += row.touches
        tally.stages[row.stage] += row.touches
        tally.misfit += row.misfit
        tally.over_pace += row.over_pace
    for each in told.reached:
        found[each.group][each.activity, each.party].leads = each.leads
    for one in told.before:
        found[one.group][one.activity, one.party].before[one.what][one.place] += one.number
    return {group: _figures(kinds) for group, kinds in found.items()}


def _figures(kinds: Mapping[Kind, Tally]) -> dict[str, Any]:
    ordered = sorted(kinds.items(), key=lambda item: (-item[1].touches, item[0]))
    return {
        "touches": sum(tally.touches for tally in kinds.values()),
        "kinds": [_kind(kind, tally) for kind, tally in ordered],
    }


def _kind(kind: Kind, tally: Tally) -> dict[str, Any]:
    return {
        "activity": kind[0],
        "party": kind[1],
        "touches": tally.touches,
        "leads": tally.leads,
        "stages": dict(sorted(tally.stages.items())),
        "misfit": tally.misfit,
        "over_pace": tally.over_pace,
        "before": {what: {place: tally.before[what][place] for place in PLACES} for what in OUTCOMES},
    }
