"""``slaflow report losses``: what was lost or came back, why, and how much work went into it."""

from __future__ import annotations

from datetime import datetime, tzinfo
from pathlib import Path

import click

from slaflow.hours.words import duration

from ..options import Command
from ..output import Page
from ..session import Session, pass_session
from ..table import Column
from ..words import counted, listed
from .options import (
    Figures,
    Moment,
    count,
    each_group,
    headline,
    open_spread,
    present,
    rate,
    report_options,
    rows_of,
)


@click.command("losses", cls=Command)
@report_options("Closed or given back")
@pass_session
def losses(
    session: Session, start: Moment, end: Moment, by: str | None, at: datetime | None, plot: Path | None
) -> None:
    """What was lost or given back: why, after how long, how much work; beside what was won.

    A close for a reason is a loss, any other a win. Groups by owner and team are those of who had the lead.
    """
    from slaflow.report import losses as report

    figures = report.losses(session.engine, session.moment(start), session.moment(end), by=by, at=at)
    present(session, "losses", figures, _page, rows_of(figures, "ways"), plot)


def _page(page: Page, figures: Figures, zone: tzinfo) -> None:
    headline(page, "Lost, given back, won", figures, zone)
    if not figures["endings"]:
        page.line("no lead was closed or given back")
        return
    each_group(page, figures, _figures)


def _figures(page: Page, figures: Figures) -> None:
    header = (
        "what", "state", "leads", "of all", Column("half after", 2), Column("9 of 10", 4),
        Column("open time", 3), Column("touches a lead", 1),
    )  # fmt: skip
    page.table(header, [_way(way) for way in figures["ways"]])
    reasons = [(way, row) for way in figures["ways"] for row in way["reasons"] if way["what"] != "won"]
    if reasons:
        page.gap()
        titles = ("what", "reason", Column("trigger", 2), Column("had it", 3), "leads", "of these")
        page.table((*titles, Column("by the system", 1)), [_reason(way, row) for way, row in reasons])
    page.gap()
    for way in figures["ways"]:
        done = listed(f"{kind} {number:,}" for kind, number in way["touches"].items())
        page.line(
            (way["what"], "bold"), f" in {way['state']}: {counted(way['endings'], 'lead')}, touches: {done}"
        )


def _way(way: Figures) -> tuple[str, ...]:
    times = way["elapsed_seconds"]
    return (
        way["what"], way["state"], count(way["endings"]), rate(way["share"]), duration(times["median"]),
        duration(times["p90"]), open_spread(way["open_seconds"])[0], f"{way['touches_per_lead']:g}",
    )  # fmt: skip


def _reason(way: Figures, row: Figures) -> tuple[str, ...]:
    counts = count(row["endings"]), rate(row["share"]), count(row["by_system"])
    return (way["what"], row["reason"], row["trigger"], row["gave"], *counts)
