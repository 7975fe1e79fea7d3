"""``slaflow report funnel``: how far the leads of a period came."""

from __future__ import annotations

from datetime import datetime, tzinfo
from pathlib import Path

import click

from slaflow.hours.words import duration

from ..options import Command
from ..output import Page
from ..session import Session, pass_session
from ..table import Column
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


@click.command("funnel", cls=Command)
@report_options("Leads created")
@pass_session
def funnel(
    session: Session, start: Moment, end: Moment, by: str | None, at: datetime | None, plot: Path | None
) -> None:
    """How many of the leads created in a period reached each state, and how they moved on.

    Groups by owner and team are by the lead's present owner. Times are elapsed time.
    """
    from slaflow.report import funnel as report

    figures = report.funnel(session.engine, session.moment(start), session.moment(end), by=by, at=at)
    present(session, "funnel", figures, _page, rows_of(figures, "states"), plot)


def _page(page: Page, figures: Figures, zone: tzinfo) -> None:
    headline(page, "Funnel", figures, zone)
    if not figures["leads"]:
        page.line("no lead was created")
        return
    overridden_lines(page, figures)
    each_group(page, figures, _figures)


def _figures(page: Page, figures: Figures) -> None:
    header = ("state", Column("held by", 2), "leads", "of all", "after", Column("9 of 10", 1))
    page.table(header, [_state(state) for state in figures["states"]])
    page.gap()
    moves = ("from", "to", "leads", "of those there", Column("times", 2), "after", Column("9 of 10", 1))
    page.table(moves, [_move(move) for move in figures["moves"]])


def _state(row: Figures) -> tuple[str | None, ...]:
    return (row["state"], row["held_by"], count(row["leads"]), rate(row["share"]), *_times(row))


def _move(row: Figures) -> tuple[str, ...]:
    again = count(row["moves"])
    return (row["from"], row["to"], count(row["leads"]), rate(row["share"]), again, *_times(row))


def _times(row: Figures) -> tuple[str, str]:
    median, most = row["median_elapsed_seconds"], row["p90_elapsed_seconds"]
    return "" if median is None else duration(median), "" if most is None else duration(most)
