"""The waste report: of what one side hands over, how much does the other ever touch?"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from slaflow.engine.app import Engine
from slaflow.report.question import report
from slaflow.report.rates import share
from slaflow.store.database import Connection
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.waste import WasteFigure
from slaflow.store.figures.waste import waste as counted

CLASSES = ("never_touched", "touched_once", "worked", "returned")


def waste(
    app: Engine, start: datetime | None = None, end: datetime | None = None, *,
    by: str | None = None, at: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What each party made of the leads handed over to it in the period.

    Returns:
        ``parties``, by who took: ``handed_over``, each of :data:`CLASSES` (every handoff is in exactly
        one) with its ``..._share``; ``untouched_still_held``, of those never touched how many the taker still
        holds; ``returned_untouched``, of those given back how many without a touch.

    Raises:
        InvertedRange, UnknownName: as every report.
    """
    return report(app, start, end, by, at, _count, {"parties": {}})


def _count(conn: Connection, asked: Asked) -> dict[str | None, dict[str, Any]]:
    groups: dict[str | None, dict[str, list[WasteFigure]]] = defaultdict(lambda: defaultdict(list))
    for figure in counted(conn, asked):
        groups[figure.group][figure.took].append(figure)
    return {
        name: {"parties": {party: _party(figures) for party, figures in sorted(parties.items())}}
        for name, parties in groups.items()
    }


def _party(figures: list[WasteFigure]) -> dict[str, Any]:
    by_class = {figure.what: figure for figure in figures}
    counts = {name: by_class[name].handoffs if name in by_class else 0 for name in CLASSES}
    handed_over = sum(counts.values())
    never, given_back = by_class.get("never_touched"), by_class.get("returned")
    shares = {f"{name}_share": share(number, handed_over) for name, number in counts.items()}
    return {
        "handed_over": handed_over,
        **counts,
        **shares,
        "untouched_still_held": never.still_held if never else 0,
        "returned_untouched": given_back.untouched if given_back else 0,
    }
