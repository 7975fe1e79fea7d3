"""Commitments as people read them: figure, promise, verdict, and what came to light later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from slaflow.report.promised import figure_words, percent_words, promise_words

from .output import Cell, Page
from .words import counted, instant

Figures = Mapping[str, Any]
HEADER = ("period", "commitment", "owed by", "figure", "promised", "verdict")
STYLES = {"kept": "green", "missed": "bold red"}


def table(page: Page, rows: Sequence[Figures], zone: tzinfo) -> None:
    """A line per commitment and period; below it, of whom it is told, and what was restated."""
    page.table(HEADER, [cells for row in rows for cells in _rows(row, zone)])


def _rows(row: Figures, zone: tzinfo) -> Iterator[Sequence[Cell]]:
    who = ", ".join(row["owed_by"])
    yield (
        row["period"],
        row["commitment"],
        who,
        figure_words(row, row),
        promise_words(row, lambda at: instant(at, zone)),
        _verdict(row, zone),
    )
    for owner in row.get("owners", ()):
        verdict = _closed(owner["verdict"]) if row["status"] == "closed" else None
        yield "", "", owner["owner"] or "(nobody)", figure_words(row, owner), "", verdict
    for restated in row["restated"]:
        since = f"restated {instant(restated['at'], zone)}"
        yield "", (since, "yellow"), "", figure_words(row, restated), "", _closed(restated["verdict"])


def _verdict(row: Figures, zone: tzinfo) -> Cell:
    if row["status"] == "closed":
        return _closed(row["verdict"])
    if row["status"] == "due":
        return "closes with the next tick", "yellow"
    if row["pace"] is None:
        return f"closes {instant(row['closes_at'], zone)}", "dim"
    return _pace(row, row["pace"])


def _closed(verdict: str | None) -> Cell:
    return (verdict, STYLES[verdict]) if verdict else ("no verdict", "dim")


def _pace(row: Figures, pace: Figures) -> Cell:
    heading = pace["projection"]
    if heading is None:
        return "running", "dim"
    shown = percent_words(heading) if "among" in row else str(heading)
    days = f"{pace['over']} of {counted(pace['of'], 'day')} over"
    words, style = ("on pace", "green") if pace["on_pace"] else ("out of pace", "yellow")
    return f"{words}: heading for {shown}, {days}", style
