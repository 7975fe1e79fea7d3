"""``slaflow report candour``: beside each rate what could flatter it."""

from __future__ import annotations

from datetime import datetime, tzinfo
from pathlib import Path

import click

from ..options import Command
from ..output import Page
from ..session import Session, pass_session
from ..table import Column
from .options import Figures, Moment, count, each_group, headline, present, report_options, rows_of

MOST_LIFTS = 10


@click.command("candour", cls=Command)
@report_options("Promised and done")
@pass_session
def candour(
    session: Session, start: Moment, end: Moment, by: str | None, at: datetime | None, plot: Path | None
) -> None:
    """What could flatter each side's figures: promises let go, lifted or kept by a late word, and haste.

    Promises are those whose clocks started in the period, moves those made in it.
    """
    from slaflow.report import candour as report

    figures = report.candour(session.engine, session.moment(start), session.moment(end), by=by, at=at)
    present(session, "candour", figures, _page, rows_of(figures, "parties", "party"), plot)


def _page(page: Page, figures: Figures, zone: tzinfo) -> None:
    headline(page, "What could flatter the figures", figures, zone)
    if not figures["parties"]:
        page.line("nothing was promised, and no lead changed hands")
        return
    each_group(page, figures, _figures)
    _lifts(page, figures["lifts"])


def _figures(page: Page, figures: Figures) -> None:
    from slaflow.report.candour import lines, rate_words

    for party, figure in figures["parties"].items():
        page.line((party, "bold"), f": {rate_words(figure)}")
        for words in lines(figure):
            page.line(f"  {words}")


def _lifts(page: Page, rows: list[Figures]) -> None:
    if not rows:
        return
    page.gap()
    header = ("lifted", Column("owed by", 1), "by", "reason", "breaches")
    page.table(
        header,
        [
            (row["target"], row["owed_by"], row["by"], row["reason"], count(row["breaches"]))
            for row in rows[:MOST_LIFTS]
        ],
    )
    if len(rows) > MOST_LIFTS:
        page.line(f"and {len(rows) - MOST_LIFTS:,} more, in --format json")
