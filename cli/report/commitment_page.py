"""Commitments as people read them: figure, promise, verdict, and what came to light later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from slaflow.report.promises import lines, promise_words

from ..output import Cell, Page
from ..words import instant

Figures = Mapping[str, Any]
HEADER = ("period", "commitment", "owed by", "figure", "promised", "verdict")
STYLES = {"kept": "green", "missed": "bold red", "good": "green", "poor": "yellow", "open": "dim"}


def table(page: Page, rows: Sequence[Figures], zone: tzinfo) -> None:
    """A line per commitment and period; below it, of whom it is told, and what was restated."""
    page.table(HEADER, [cells for row in rows for cells in _rows(row, zone)])


def _rows(row: Figures, zone: tzinfo) -> Iterator[Sequence[Cell]]:
    def spelt(at: str) -> str:
        return instant(at, zone)

    for line in lines(row, spelt):
        verdict = line.came_of_it, STYLES[line.mood]
        if line.about == "commitment":
            owed = ", ".join(row["owed_by"]), line.measured, promise_words(row, spelt)
            yield row["period"], row["commitment"], *owed, verdict
        elif line.about == "owner":
            yield "", "", line.name, line.measured, "", verdict
        else:
            yield "", (line.name, "yellow"), "", line.measured, "", verdict
