"""Plots of where leads are and went: the funnel, what came back, how long they sit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from slaflow.hours.words import DAY, largest
from slaflow.report.findings import FINDINGS, counted, percent, words
from slaflow.report.plots import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Figures = Mapping[str, Any]
MOST_REASONS = 12


def funnel(figures: Figures, subtitle: str) -> Figure:
    """A bar per state in the order of the lifecycle, in the colour of who holds it."""
    rows = figures["states"] if figures["leads"] else []
    figure, axes = style.new_figure(FINDINGS["funnel"](figures), subtitle, len(rows))
    colours = [style.party_colour(row["held_by"]) for row in rows]
    style.name_rows(axes, [words(row["state"]) for row in rows], colours)
    labels = []
    for place, row in enumerate(rows):
        share = row["share"] or 0.0
        axes.barh(place, share, color=colours[place], height=0.62)
        labels.append(style.end_label(axes, share, place, f"{row['leads']:,}", percent(share)))
    style.make_room(axes, labels, 1.0)
    style.no_numbers(axes)
    parties = dict.fromkeys(row["held_by"] for row in rows)
    style.key(figure, [(f"held by {p}" if p else "closed", style.party_colour(p)) for p in parties])
    return figure


def returns(figures: Figures, subtitle: str) -> Figure:
    """A bar per reason; what the system took back is told apart from what a person gave back."""
    rows = figures["reasons"][:MOST_REASONS]
    figure, axes = style.new_figure(FINDINGS["returns"](figures), subtitle, len(rows))
    style.name_rows(axes, [words(row["reason"]) for row in rows])
    labels = []
    for place, row in enumerate(rows):
        by_person = row["returns"] - row["by_system"]
        axes.barh(place, by_person, color=style.POOR, height=0.62)
        axes.barh(place, row["by_system"], left=by_person, color=style.NEVER, height=0.62)
        number = f"{row['returns']:,}"
        labels.append(style.end_label(axes, row["returns"], place, number, percent(row["share"])))
    style.make_room(axes, labels)
    style.no_numbers(axes)
    who = [("given back by a person", style.POOR, figures["returns"] - figures["by_system"])]
    who.append(("taken back by the system", style.NEVER, figures["by_system"]))
    style.key(figure, [(name, colour) for name, colour, number in who if number])
    return figure


def aging(figures: Figures, subtitle: str) -> Figure:
    """A bar per state, its parts by how long the leads have been there, from young to old."""
    rows = figures["states"]
    figure, axes = style.new_figure(FINDINGS["aging"](figures), subtitle, len(rows))
    colours = [style.party_colour(row["held_by"]) for row in rows]
    style.name_rows(axes, [words(row["state"]) for row in rows], colours)
    labels = []
    for place, row in enumerate(rows):
        left = 0
        for age, colour in zip(row["ages"], style.RAMP, strict=True):
            axes.barh(place, age["leads"], left=left, color=colour, height=0.62)
            left += age["leads"]
        since = f"half for {counted(*largest(row['median_elapsed_seconds']))} or more"
        labels.append(style.end_label(axes, left, place, f"{row['leads']:,}", since))
    style.make_room(axes, labels)
    style.no_numbers(axes)
    if rows:
        names = [_age(age["below_seconds"]) for age in rows[0]["ages"]]
        style.key(figure, list(zip(names, style.RAMP, strict=True)))
    return figure


def _age(below: int | None) -> str:
    return "older" if below is None else f"< {counted(below // DAY, 'day')}"
