"""Plots of what the parties did: promises kept, handoffs, what was made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from slaflow.report.findings import FINDINGS, counted, percent, words
from slaflow.report.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Figures = Mapping[str, Any]
Part = tuple[str, str, int]
"""Name, colour, number."""
LIFTED, LATE = style.FAIR, style.POOR
SET_OFF = (("added by lifted breaches", LIFTED, "lifted"), ("met late", LATE, "met_late"))


def sla(figures: Figures, subtitle: str) -> Figure:
    """A bar per target: the share kept in time; what lifts added and what was met late set off, the rest
    pale."""
    rows = sorted(
        figures["targets"].items(), key=lambda item: (item[1]["owed_by"], -(item[1]["met_rate"] or 0))
    )
    figure, axes = style.new_figure(FINDINGS["sla"](figures), subtitle, len(rows))
    colours = [style.party_colour(row["owed_by"]) for _, row in rows]
    style.name_rows(axes, [words(name) for name, _ in rows], colours)
    labels = [_promise(axes, place, row, colours[place]) for place, (_, row) in enumerate(rows)]
    style.make_room(axes, [label for label in labels if label is not None], 1.0)
    style.no_numbers(axes)
    owners = dict.fromkeys(row["owed_by"] for _, row in rows)
    parts = [(f"owed by {party}", style.party_colour(party)) for party in owners]
    parts += [(name, colour) for name, colour, what in SET_OFF if any(row[what] for _, row in rows)]
    style.key(figure, parts)
    return figure


def _promise(axes: Axes, place: int, row: Figures, colour: str) -> style.Label | None:
    axes.barh(place, 1, color=style.GRID, height=0.56)
    decided = sum(row[name] for name in ("met", "met_late", "breached", "lifted"))
    if row["met_rate"] is None:
        axes.text(0.01, place, "nothing decided yet", va="center", color=style.FAINT, size=10.5)
        return None
    gross = min(row["gross_met_rate"], row["met_rate"])
    ends = [0.0, gross, row["met_rate"], row["met_rate"] + row["met_late"] / decided]
    for start, end, shade in zip(ends, ends[1:], (colour, LIFTED, LATE), strict=False):
        # Late ones are hatched: in grey they are as light as what was lifted.
        looks: Any = {"hatch": "///", "edgecolor": style.PAPER, "linewidth": 0} if shade == LATE else {}
        axes.barh(place, end - start, left=start, color=shade, height=0.56, **looks)
    late = f", {row['met_late']:,} late" if row["met_late"] else ""
    of = f"of {counted(decided, 'promise')}{late}"
    return style.end_label(axes, 1.0, place, percent(row["met_rate"]), of)


def handoffs(figures: Figures, subtitle: str) -> Figure:
    """A bar per way: what the first move after the handoffs was."""
    names = {
        "accepted": ("went on with it", style.GOOD),
        "returned": ("gave it back", style.POOR),
        "by_system": ("moved by the system", style.NEVER),
        "open": ("not moved yet", style.NOBODY),
    }
    rows = [
        (f"{way['gave']} → {way['took']}", way["took"], [(*names[name], way[name]) for name in names])
        for way in figures["ways"]
    ]
    return stacked(FINDINGS["handoffs"](figures), subtitle, rows)


def waste(figures: Figures, subtitle: str) -> Figure:
    """A bar per party: what it made of the leads it was handed."""
    names = {
        "worked": ("worked", style.GOOD),
        "touched_once": ("touched once", style.FAIR),
        "returned": ("given back", style.POOR),
        "never_touched": ("never touched", style.NEVER),
    }
    rows = [
        (f"handed to {party}", party, [(*names[name], row[name]) for name in names])
        for party, row in figures["parties"].items()
    ]
    return stacked(FINDINGS["waste"](figures), subtitle, rows)


def candour(figures: Figures, subtitle: str) -> Figure:
    """A bar per party: its promises that were decided or let go, and what of them could flatter."""
    names = {
        "plainly": ("kept plainly", style.GOOD),
        "told_late": ("kept by what was told afterwards", style.FAIR),
        "lifted": ("lifted by hand", style.POOR),
        "let_go": ("let go", style.NOBODY),
        "broken": ("broken", style.NEVER),
    }
    rows = []
    for party, row in figures["parties"].items():
        whole = row["decided"] + row["let_go"]
        plainly = round((row["kept_without"] or 0) * whole)
        counts = {"plainly": plainly, **{name: row[name] for name in ("told_late", "lifted", "let_go")}}
        counts["broken"] = max(whole - sum(counts.values()), 0)
        if whole:
            rows.append((party, party, [(*names[name], counts[name]) for name in names]))
    return stacked(FINDINGS["candour"](figures), subtitle, rows, "promise")


def kept_without(figures: Figures) -> dict[str, float]:
    """The share that each party kept, were there nothing that could flatter."""
    rates = {party: row["kept_without"] for party, row in figures["parties"].items()}
    return {party: rate for party, rate in rates.items() if rate is not None}


def stacked(
    title: str, subtitle: str, rows: Sequence[tuple[str, str, list[Part]]], noun: str = "lead"
) -> Figure:
    """Bars of the same length, each split into named parts; each counts what *noun* says."""
    figure, axes = style.new_figure(title, subtitle, len(rows))
    style.name_rows(axes, [name for name, _, _ in rows], [style.party_colour(p) for _, p, _ in rows])
    totals = [counted(sum(number for _, _, number in parts), noun) for _, _, parts in rows]
    style.make_room(
        axes, [style.end_label(axes, 1.0, place, "", total) for place, total in enumerate(totals)], 1.0
    )
    for place, (_, _, parts) in enumerate(rows):
        _split(axes, place, parts)
    style.no_numbers(axes)
    used = {name for _, _, parts in rows for name, _, number in parts if number}
    style.key(figure, [(name, colour) for name, colour, _ in rows[0][2] if name in used] if rows else [])
    return figure


def _split(axes: Axes, place: int, parts: Sequence[Part]) -> None:
    """The parts of one bar, each with its share where there is room for it."""
    left, whole = 0.0, sum(number for _, _, number in parts)
    inches = axes.get_position().width * style.WIDTH / axes.get_xlim()[1]
    for _, colour, number in parts:
        share = number / whole if whole else 0.0
        axes.barh(place, share, left=left, color=colour, height=0.62, edgecolor=style.PAPER, linewidth=1.5)
        said = axes.text(
            left + share / 2, place, percent(share), ha="center", va="center", weight="bold", size=11,
            color=style.INK if colour in (style.FAIR, style.POOR) else style.PAPER,
        )  # fmt: skip
        if style.width_of(said) + 0.1 > share * inches:
            said.remove()
        left += share
