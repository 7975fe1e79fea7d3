"""A report by owner, team, month or field as one plot: a row per group, a dot per party."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from slaflow.report import plot_style as style
from slaflow.report.findings import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Figures = Mapping[str, Any]
Values = Mapping[str, float]
MOST_GROUPS = 24
MONTH = 30 * 86_400


def _kept(figures: Figures) -> Values:
    rates = {party: row["met_rate"] for party, row in figures["parties"].items()}
    return {party: rate for party, rate in rates.items() if rate is not None}


def _went_on(figures: Figures) -> Values:
    taken: dict[str, list[int]] = {}
    for way in figures["ways"]:
        counts = taken.setdefault(way["took"], [0, 0])
        counts[0] += way["accepted"]
        counts[1] += way["handed_over"]
    return {party: accepted / number for party, (accepted, number) in taken.items()}


def _handed_on(figures: Figures) -> Values:
    """The share that reached a state of each party but the first."""
    states = figures["states"]
    first = states[0]["held_by"] if states else None
    found: dict[str, float] = {}
    for state in states:
        if state["held_by"] not in (None, first):
            found.setdefault(state["held_by"], state["share"] or 0.0)
    return found


def _came_back(figures: Figures) -> Values:
    return {} if figures["return_rate"] is None else {"came back": figures["return_rate"]}


def _sits(figures: Figures) -> Values:
    """The share of each party's open leads that have sat where they are for a month."""
    held: dict[str, list[int]] = {}
    for state in figures["states"]:
        counts = held.setdefault(state["held_by"], [0, 0])
        counts[0] += sum(age["leads"] for age in state["ages"] if (age["below_seconds"] or MONTH + 1) > MONTH)
        counts[1] += state["leads"]
    return {party: old / number for party, (old, number) in held.items()}


def _never(figures: Figures) -> Values:
    return {party: row["never_touched_share"] or 0.0 for party, row in figures["parties"].items()}


MEASURES: Mapping[str, tuple[str, Callable[[Figures], Values]]] = {
    "sla": ("Promises kept in time", _kept),
    "handoffs": ("Handed-over leads the taker went on with", _went_on),
    "funnel": ("Created leads that came to the next party", _handed_on),
    "returns": ("Handed-over leads that came back", _came_back),
    "aging": ("Open leads that have not moved for 30 days", _sits),
    "waste": ("Handed-over leads that were never touched", _never),
}


def by_group(kind: str, told: Figures, subtitle: str) -> Figure:
    """The report's measure per group; of very many groups the first are shown, and the plot says so."""
    measure, of = MEASURES[kind]
    groups = list(told["groups"].items())
    shown = groups[:MOST_GROUPS]
    cut = "" if len(groups) == len(shown) else f"; the first {len(shown)} of {len(groups)}"
    figure, axes = style.new_figure(f"{measure}, by {told['by']}", subtitle + cut, max(len(shown), 2))
    style.name_rows(axes, [name for name, _ in shown])
    parties: dict[str, None] = {}
    for place, (_, figures) in enumerate(shown):
        axes.plot([0, 1], [place, place], color=style.GRID, linewidth=2, zorder=1)
        values = of(figures)
        parties.update(dict.fromkeys(values))
        _dots(axes, place, values)
    axes.set_xlim(-0.02, 1.1)
    axes.spines["left"].set_visible(False)
    style.no_numbers(axes)
    style.key(figure, [(party, style.party_colour(party)) for party in parties])
    return figure


def _dots(axes: Axes, place: int, values: Values) -> None:
    """The dots of one row; labels keep to the outer sides of two that stand close."""
    ordered = sorted(values.items(), key=lambda item: item[1])
    for number, (party, value) in enumerate(ordered):
        colour = style.party_colour(party)
        axes.plot(value, place, "o", color=colour, markersize=10, zorder=2)
        is_left = number == 0 and len(ordered) > 1
        axes.text(
            value + (-0.016 if is_left else 0.016), place, percent(value),
            ha="right" if is_left else "left", va="center", size=10.5, color=colour, weight="bold",
            bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 1.0},
        )  # fmt: skip
