"""Plots of the buyer's journey: why leads were lost, what was said before handoffs, where each side works."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from slaflow.report.findings import FINDINGS, percent, words
from slaflow.report.plots import groups, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Figures = Mapping[str, Any]
MOST = 12
COLOURS = {
    "lost": style.NEVER, "returned": style.OTHERS[2], "won": style.GOOD,
    "at another stage": style.OTHERS[0], "over the pace": style.OTHERS[1],
}  # fmt: skip
"""Of what is no party's, in words as well as signs."""
ENDS = {"lost": style.NEVER, "returned": style.POOR, "won": style.GOOD}


def losses(figures: Figures, subtitle: str) -> Figure:
    """A bar per reason of what was lost or given back, and one for what was won, in the colour of its end."""
    rows = [
        (way["what"], words(each["reason"] if way["what"] != "won" else way["state"]), each["endings"], way)
        for way in figures["ways"]
        for each in (way["reasons"] if way["what"] != "won" else [{"endings": way["endings"]}])
    ][:MOST]
    figure, axes = style.new_figure(FINDINGS["losses"](figures), subtitle, len(rows))
    style.name_rows(axes, [name for _, name, _, _ in rows])
    labels = []
    for place, (what, _, number, way) in enumerate(rows):
        axes.barh(place, number, color=ENDS[what], height=0.62)
        touches = "touch" if way["touches_per_lead"] == 1 else "touches"
        of = f"{percent(number / figures['endings'])}, {way['touches_per_lead']:g} {touches} a lead"
        labels.append(style.end_label(axes, number, place, f"{number:,}", of))
    style.make_room(axes, labels)
    style.no_numbers(axes)
    used = dict.fromkeys(what for what, _, _, _ in rows)
    style.key(figure, [(words(what).replace("returned", "given back"), ENDS[what]) for what in used])
    return figure


def content(figures: Figures, subtitle: str) -> Figure:
    """A bar per kind: before how many handoffs it was the last touch; beside it how often it was said."""
    ordered = sorted(figures["kinds"], key=lambda row: (-row["before"]["handoffs"]["last"], -row["touches"]))
    rows = ordered[:MOST]
    figure, axes = style.new_figure(FINDINGS["content"](figures), subtitle, len(rows))
    colours = [style.party_colour(row["party"]) for row in rows]
    style.name_rows(axes, [words(row["activity"]) for row in rows], colours)
    labels = []
    for place, row in enumerate(rows):
        number = row["before"]["handoffs"]["last"]
        axes.barh(place, number, color=colours[place], height=0.62)
        said = ["said once" if row["touches"] == 1 else f"said {row['touches']:,} times"]
        said += [f"{row['misfit']:,} at another stage"] * bool(row["misfit"])
        said += [f"{row['over_pace']:,} over the pace"] * bool(row["over_pace"])
        labels.append(style.end_label(axes, number, place, f"{number:,}", ", ".join(said)))
    style.make_room(axes, labels)
    style.no_numbers(axes)
    parties = dict.fromkeys(row["party"] for row in rows)
    style.key(figure, [(f"by {party}", style.party_colour(party)) for party in parties])
    return figure


def journey(figures: Figures, subtitle: str) -> Figure:
    """A row per stage: the share of the open leads that is there, and of each side's touches."""
    rows = [
        (
            row["title"] or words(row["stage"]),
            {
                "open leads": row["share"] or 0.0,
                **{
                    f"touches of {party}": (row["touches"].get(party) or {"share": 0.0})["share"]
                    for party in figures["touches"]
                },
            },
        )
        for row in figures["stages"]
    ]
    colours = {f"touches of {party}": style.party_colour(party) for party in figures["touches"]}
    return groups.dots(FINDINGS["journey"](figures), subtitle, rows, {**colours, "open leads": style.INK})


def ends(figures: Figures) -> dict[str, float]:
    """The share of each end."""
    found: dict[str, float] = {}
    for way in figures["ways"]:
        found[way["what"]] = found.get(way["what"], 0.0) + way["endings"] / figures["endings"]
    return found


def off(figures: Figures) -> dict[str, float]:
    """The share of touches at another stage than theirs, and over the pace."""
    whole = figures["touches"]
    if not whole:
        return {}
    return {
        name: sum(row[key] for row in figures["kinds"]) / whole
        for name, key in (("at another stage", "misfit"), ("over the pace", "over_pace"))
    }


def where_they_are(figures: Figures) -> dict[str, float]:
    """The share of each side's touches at the stage where most of the open leads are."""
    stage = max(figures["stages"], key=lambda row: row["leads"], default=None)
    return {party: each["share"] or 0.0 for party, each in (stage["touches"] if stage else {}).items()}
