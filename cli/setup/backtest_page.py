"""What a backtest came to, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any

from slaflow.hours.words import open_time
from slaflow.report.rates import percent_text

from ..output import Cell, Page
from ..table import Column
from ..words import counted, instant

Figures = Mapping[str, Any]
SHOWN = 10
"""Inputs and streams that are named one by one for people; scripts get more."""
SIDES = (("recorded", "as recorded"), ("would_be", "under the draft"))


def backtest_page(page: Page, figures: Figures, zone: tzinfo, output: Path | None) -> None:
    """The whole page; instants in *zone*."""
    name, digest = figures["workflow"], figures["digest"][:12]
    page.line(
        (f"{name} under {digest}", "bold"), f", as of {instant(figures['at'], zone)}{_period(figures, zone)}"
    )
    went = figures["diverged"]
    other = f"{went} of them another way" if went else "none of them another way"
    page.line(
        f"{counted(figures['leads'], 'lead')} told again by {counted(figures['inputs'], 'input')}, {other}"
    )
    _promises(page, figures)
    _handoffs(page, figures["handoffs"])
    _commitments(page, figures["commitments"])
    _inputs(page, "impossible under the draft, and not carried out", figures, "impossible", zone)
    _inputs(page, "refused on record, and possible under the draft", figures, "possible", zone)
    _rest(page, figures)
    if output is not None:
        page.line(f"every promise that differs is in {output}")


def _period(figures: Figures, zone: tzinfo) -> str:
    bounds = (("from", "begun from"), ("to", "until"))
    named = [f"{word} {instant(figures[key], zone)}" for key, word in bounds if figures[key]]
    return f"; promises {' '.join(named)}" if named else ""


def _promises(page: Page, figures: Figures) -> None:
    if not figures["targets"]:
        page.line("no promise began on either side")
        return
    page.heading("Promises")
    header = (
        "target", "", Column("started", 1), "met", "late", "broken", Column("lifted", 1), "kept",
        Column("median", 2), Column("9 of 10", 3),
    )  # fmt: skip
    page.table(header, [row for name, each in figures["targets"].items() for row in _target(name, each)])
    number = figures["differences"]
    if not number:
        page.line(("no promise comes to anything else", "bold green"))
        return
    page.line((f"{counted(number, 'promise comes', 'promises come')} to something else", "bold yellow"))
    for name, each in figures["targets"].items():
        for change, count in each["changed"].items():
            page.line(f"{name}: {count} {change.replace('_', ' ')}", indent=2)
    terms = sum(each["by"]["terms"] for each in figures["targets"].values())
    page.line(f"{terms} by other terms, {number - terms} since the lead had gone another way", indent=2)
    for party, sides in figures["parties"].items():
        rates = [f"{_rate(sides[side]['met_rate'])} {words}" for side, words in SIDES]
        page.line((party, "bold"), f" keeps {', '.join(rates)}")


def _target(name: str, each: Figures) -> Iterator[Sequence[Cell]]:
    for side, words in SIDES:
        figure = each[side]
        title = name if side == "recorded" else ""
        if figure is None:
            yield (title, words, "-")
            continue
        yield (
            title, words, str(figure["started"]), str(figure["met"]), str(figure["met_late"]),
            str(figure["breached"]), str(figure["lifted"] or ""), _rate(figure["met_rate"]),
            _time(figure["median_seconds"]), _time(figure["p90_seconds"]),
        )  # fmt: skip


def _rate(rate: float | None) -> str:
    return "no verdict" if rate is None else percent_text(rate, 1)


def _time(seconds: int | None) -> str:
    return "-" if seconds is None else open_time(seconds)


def _handoffs(page: Page, handoffs: Figures) -> None:
    if not (handoffs["recorded"] or handoffs["would_be"]):
        return
    page.heading("Handoffs")
    lost, new = handoffs["lost"], handoffs["new"]
    page.line(
        f"{handoffs['recorded']} as recorded, {handoffs['would_be']} under the draft: {lost} lost, {new} new"
    )


def _commitments(page: Page, commitments: Figures) -> None:
    if not commitments:
        return
    page.heading("Per period")
    rows = [
        (name if place == 0 else "", row["period"], _verdict(row["recorded"]), _verdict(row["would_be"]))
        for name, periods in commitments.items()
        for place, row in enumerate(periods)
    ]
    page.table(("commitment", "period", "as recorded", "under the draft"), rows)


def _verdict(figures: Figures | None) -> str:
    if figures is None:
        return "-"
    shown = "none" if figures["figure"] is None else str(figures["figure"])
    return f"{shown}, {figures['verdict']}" if figures["verdict"] else shown


def _inputs(page: Page, words: str, figures: Figures, kind: str, zone: tzinfo) -> None:
    number = figures[f"{kind}_count"]
    if not number:
        return
    page.heading(f"{counted(number, 'input')} {words}")
    for each in figures[kind][:SHOWN]:
        because = f": {'; '.join(each['because'])}" if each["because"] else ""
        what = each["trigger"] or each["kind"]
        page.line(f"lead {each['lead']}, {instant(each['at'], zone)}, {what}{because}", indent=2)
    if number > SHOWN:
        page.line(f"and {number - SHOWN} more; --format json names up to 1000", indent=2)


def _rest(page: Page, figures: Figures) -> None:
    if figures["left_out_count"]:
        reasons = "; ".join(dict.fromkeys(each["reason"] for each in figures["left_out"]))
        page.line(f"left out: {counted(figures['left_out_count'], 'lead')} ({reasons})")
    if figures["not_recorded"]:
        page.line(f"in no log: {counted(figures['not_recorded'], 'row')} refused at an import")
