"""A report by owner, team, month or field as one plot: a row per group, a dot per party."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from slaflow.report.findings import FINDINGS, percent
from slaflow.report.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Figures = Mapping[str, Any]
Values = Mapping[str, float]
MOST_GROUPS = 24
MONTH = 30 * 86_400
GAP = 0.2
"""Inches between columns of numbers."""
SIGNS = (("o", "\u25cf"), ("s", "\u25a0"), ("D", "\u25c6"), ("^", "\u25b2"), ("v", "\u25bc"))
"""As they are drawn and as they are written: parties differ in more than colour."""


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


Measure = tuple[str, Callable[[Figures], Values]]
"""What is measured in words, and the values of a group."""
MEASURES: Mapping[str, Measure] = {
    "sla": ("Promises kept in time", _kept),
    "handoffs": ("Handed-over leads the taker went on with", _went_on),
    "funnel": ("Created leads that came to the next party", _handed_on),
    "returns": ("Handed-over leads that came back", _came_back),
    "aging": ("Open leads that have not moved for 30 days", _sits),
    "waste": ("Handed-over leads that were never touched", _never),
}


def by_group(
    kind: str, report: Figures, subtitle: str, measures: Mapping[str, Measure] = MEASURES,
    colours: Mapping[str, str] | None = None,
) -> Figure:  # fmt: skip
    """The report's measure per group; of very many groups the first are shown, and the plot says so."""
    measure, of = measures[kind]
    groups = list(report["groups"].items())
    shown = groups[:MOST_GROUPS]
    cut = "" if len(groups) == len(shown) else f"; the first {len(shown)} of {len(groups)}"
    title = f"{measure}, by {report['by']}" if groups else FINDINGS[kind](report)
    return dots(title, subtitle + cut, [(name, of(figures)) for name, figures in shown], colours)


def dots(
    title: str, subtitle: str, rows: Sequence[tuple[str, Values]], colours: Mapping[str, str] | None = None
) -> Figure:
    """A row per name, a sign for each of its shares, and these in numbers at the right."""
    figure, axes = style.new_figure(title, subtitle, len(rows))
    style.name_rows(axes, [name for name, _ in rows])
    axes.spines["left"].set_visible(False)
    style.no_numbers(axes)
    for place in range(len(rows)):
        axes.plot([0, 1], [place, place], color=style.GRID, linewidth=2, zorder=1)
    values = [each for _, each in rows]
    parties = list(dict.fromkeys(party for each in values for party in each))
    painted = {party: (colours or {}).get(party) or style.party_colour(party) for party in parties}
    signs = [SIGNS[number % len(SIGNS)] for number in range(len(parties))]
    taken = 0.0
    for number, party in reversed(list(enumerate(parties))):
        apart = 0.14 * (number - (len(parties) - 1) / 2)
        column = {place: each[party] for place, each in enumerate(values) if party in each}
        _signs(axes, column, painted[party], signs[number][0], apart)
        taken += _numbers(axes, column, painted[party], taken)
    width = axes.get_position().width * style.WIDTH
    axes.set_xlim(-0.02, 1.04 * width / max(width - taken, 0.2 * width) - 0.02)
    named = list(painted.items())
    style.key(figure, named, "".join(glyph for _, glyph in signs))
    return figure


def _signs(axes: Axes, column: Mapping[int, float], colour: str, sign: str, apart: float) -> None:
    """A party's signs, in each row a little above or below the others'."""
    places = [place + apart for place in column]
    axes.plot(
        list(column.values()), places, sign, color=colour, markersize=8,
        markeredgecolor=style.PAPER, zorder=2,
    )  # fmt: skip


def _numbers(axes: Axes, column: Mapping[int, float], colour: str, taken: float) -> float:
    """A party's numbers, one below the other, so many inches from the right; how much room they take."""
    width = axes.get_position().width * style.WIDTH
    said = [
        axes.text(
            1 - taken / width, place, percent(value), ha="right", va="center", size=10.5, weight="bold",
            color=colour, transform=axes.get_yaxis_transform(),
        )
        for place, value in column.items()
    ]  # fmt: skip
    return max(map(style.width_of, said), default=0.0) + GAP
