"""``slaflow report returns``: what came back, why, and what had let it through."""

from __future__ import annotations

from datetime import datetime, tzinfo
from pathlib import Path

import click

from slaflow.hours.words import duration

from ..options import Command
from ..output import Page
from ..session import Session, pass_session
from ..table import Column
from ..words import counted, instant
from .options import (
    Figures,
    Moment,
    count,
    each_group,
    headline,
    overridden_lines,
    present,
    rate,
    report_options,
    rows_of,
)

WHAT = {"guard": "the guard", "fit": "the fit", "touchpoint": "the lead showed"}


@click.command("returns", cls=Command)
@report_options("Given back")
@click.option(
    "--quotes", type=click.IntRange(min=0), default=5, metavar="N", help="Feedback quoted, newest first."
)
@pass_session
def returns(
    session: Session, start: Moment, end: Moment, by: str | None, quotes: int, at: datetime | None,
    plot: Path | None,
) -> None:  # fmt: skip
    """Why leads were given back, in whose words, and which rules had let them through.

    Groups by owner and team are those of who gave the lead back.
    """
    from slaflow.report import returns as report

    period = session.moment(start), session.moment(end)
    figures = report.returns(session.engine, *period, by=by, at=at, quoted=quotes)
    present(session, "returns", figures, _page, rows_of(figures, "reasons"), plot)


def _page(page: Page, figures: Figures, zone: tzinfo) -> None:
    headline(page, "Returns", figures, zone)
    if not figures["returns"] and not figures["handed_over"]:
        page.line("no lead was handed over or given back")
        return
    overridden_lines(page, figures)
    if figures.get("disputed"):
        ruled = f"{figures['granted']:,} granted, {figures['upheld']:,} upheld"
        page.line(f"returns disputed: {figures['disputed']:,}, of these {ruled}")
    each_group(page, figures, _figures)
    if figures["feedback"]:
        page.heading("In their words")
        for quote in figures["feedback"]:
            _quote(page, quote, zone)


def _figures(page: Page, figures: Figures) -> None:
    handed, back, share = figures["handed_over"], figures["came_back"], rate(figures["return_rate"])
    if handed:
        page.line(f"of {counted(handed, 'lead')} handed over {count(back)} came back ({share})")
    median, rounds = figures["held_elapsed_seconds"]["median"], figures["cycles"]
    if median is not None:
        words = ", ".join(f"round {name}: {number}" for name, number in rounds.items())
        page.line(f"given back after {duration(median)} in half of the cases; {words}")
    page.gap()
    header = (
        "reason",
        Column("trigger", 2),
        Column("gave back", 3),
        "returns",
        "of all",
        Column("by the system", 1),
    )
    page.table(header, [_reason(row) for row in figures["reasons"]])
    if figures["let_through"]:
        page.gap()
        passed = ("let through by", "rule", Column("trigger", 1), "handed over", "came back", "share")
        page.table(passed, [_through(row) for row in figures["let_through"]])


def _reason(row: Figures) -> tuple[str, ...]:
    counts = count(row["returns"]), rate(row["share"]), count(row["by_system"])
    return (row["reason"], row["trigger"], row["gave"], *counts)


def _through(row: Figures) -> tuple[str, ...]:
    counts = count(row["handed_over"]), count(row["came_back"]), rate(row["return_rate"])
    return (WHAT[row["what"]], row["rule"], row["trigger"], *counts)


def _quote(page: Page, quote: Figures, zone: tzinfo) -> None:
    page.line(f"{instant(quote['at'], zone)}, lead {quote['lead']}, {quote['by']}: {quote['reason']}")
    page.line(f'"{quote["feedback"]}"', indent=2)
