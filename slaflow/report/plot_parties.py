"""Plots of what the parties did: promises kept, handoffs, what was made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from slaflow.report import plot_style as style
from slaflow.report.findings import FINDINGS, percent, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Figures = Mapping[str, Any]
Part = tuple[str, str, int]
"""Name, colour, number."""
NARROW = 0.045
"""Parts of a bar smaller than this share have no room for a label."""


def sla(told: Figures, subtitle: str) -> Figure:
    """A bar per target: the share kept in time, what lifts added set off, the rest pale."""
    rows = sorted(told["targets"].items(), key=lambda item: (item[1]["owed_by"], -(item[1]["met_rate"] or 0)))
    figure, axes = style.new_figure(FINDINGS["sla"](told), subtitle, len(rows))
    colours = [style.party_colour(row["owed_by"]) for _, row in rows]
    style.name_rows(axes, [words(name) for name, _ in rows], colours)
    for place, (_, row) in enumerate(rows):
        _promise(axes, place, row, colours[place])
    axes.set_xlim(0, 1.36)
    style.no_numbers(axes)
    owners = dict.fromkeys(row["owed_by"] for _, row in rows)
    lifted = [("added by lifted breaches", style.FAIR)] if any(row["lifted"] for _, row in rows) else []
    style.key(figure, [(f"owed by {party}", style.party_colour(party)) for party in owners] + lifted)
    return figure


def _promise(axes: Axes, place: int, row: Figures, colour: str) -> None:
    axes.barh(place, 1, color=style.GRID, height=0.56)
    decided = sum(row[name] for name in ("met", "met_late", "breached", "lifted"))
    if row["met_rate"] is None:
        axes.text(0.01, place, "nothing decided yet", va="center", color=style.FAINT, size=10.5)
        return
    gross = min(row["gross_met_rate"], row["met_rate"])
    axes.barh(place, gross, color=colour, height=0.56)
    axes.barh(place, row["met_rate"] - gross, left=gross, color=style.FAIR, height=0.56)
    axes.text(1.015, place, percent(row["met_rate"]), va="center", weight="bold", size=12)
    axes.text(1.105, place, f"of {decided:,} promises", va="center", color=style.FAINT, size=10.5)


def handoffs(told: Figures, subtitle: str) -> Figure:
    """A bar per way: what the first move after the handoffs was."""
    names = {
        "accepted": ("went on with it", style.GOOD),
        "returned": ("gave it back", style.POOR),
        "by_system": ("moved by the system", style.NEVER),
        "open": ("not moved yet", style.NOBODY),
    }
    rows = [
        (f"{way['gave']} → {way['took']}", way["took"], [(*names[name], way[name]) for name in names])
        for way in told["ways"]
    ]
    return stacked(FINDINGS["handoffs"](told), subtitle, rows)


def waste(told: Figures, subtitle: str) -> Figure:
    """A bar per party: what it made of the leads it was handed."""
    names = {
        "worked": ("worked", style.GOOD),
        "touched_once": ("touched once", style.FAIR),
        "returned": ("given back", style.POOR),
        "never_touched": ("never touched", style.NEVER),
    }
    rows = [
        (f"handed to {party}", party, [(*names[name], row[name]) for name in names])
        for party, row in told["parties"].items()
    ]
    return stacked(FINDINGS["waste"](told), subtitle, rows)


def stacked(title: str, subtitle: str, rows: Sequence[tuple[str, str, list[Part]]]) -> Figure:
    """Bars of the same length, each split into named parts."""
    figure, axes = style.new_figure(title, subtitle, len(rows))
    style.name_rows(axes, [name for name, _, _ in rows], [style.party_colour(p) for _, p, _ in rows])
    for place, (_, _, parts) in enumerate(rows):
        whole = sum(number for _, _, number in parts)
        _split(axes, place, parts, whole)
        axes.text(1.015, place, f"{whole:,} leads", va="center", color=style.FAINT, size=10.5)
    axes.set_xlim(0, 1.14)
    style.no_numbers(axes)
    used = {name for _, _, parts in rows for name, _, number in parts if number}
    style.key(figure, [(name, colour) for name, colour, _ in rows[0][2] if name in used] if rows else [])
    return figure


def _split(axes: Axes, place: int, parts: Sequence[Part], whole: int) -> None:
    left = 0.0
    for _, colour, number in parts:
        share = number / whole if whole else 0.0
        axes.barh(place, share, left=left, color=colour, height=0.62, edgecolor=style.PAPER, linewidth=1.5)
        if share >= NARROW:
            axes.text(
                left + share / 2, place, percent(share), ha="center", va="center", weight="bold", size=11,
                color=style.INK if colour in (style.FAIR, style.POOR) else style.PAPER,
            )  # fmt: skip
        left += share
