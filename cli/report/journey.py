"""``slaflow report journey``: where prospects are, and where each side works."""

from __future__ import annotations

from datetime import datetime, tzinfo
from pathlib import Path

import click

from ..options import Command
from ..output import Header, Page
from ..session import Session, pass_session
from ..table import Column
from ..words import listed
from .options import Figures, Moment, count, each_group, headline, present, rate, report_options, rows_of


@click.command("journey", cls=Command)
@report_options("Worked on")
@pass_session
def journey(
    session: Session, start: Moment, end: Moment, by: str | None, at: datetime | None, plot: Path | None
) -> None:
    """Where the open leads are in the buyer's journey, who holds them, and what each side does there.

    --from and --to bound what was done; where prospects are is told as of --at.
    """
    from slaflow.report import journey as report

    figures = report.journey(session.engine, session.moment(start), session.moment(end), by=by, at=at)
    present(session, "journey", figures, _page, rows_of(figures, "stages"), plot)


def _page(page: Page, figures: Figures, zone: tzinfo) -> None:
    headline(page, "The buyer's journey", figures, zone)
    if not figures["stages"]:
        page.line("no lead is open, and nothing was done")
        return
    each_group(page, figures, _figures)


def _figures(page: Page, figures: Figures) -> None:
    parties = list(figures["touches"])
    header: Header = (
        "stage", "leads", "of all", Column("held by", 2), Column("states", 3),
        *(f"{party} did" for party in parties),
    )  # fmt: skip
    page.table(header, [_stage(row, parties) for row in figures["stages"]])


def _stage(row: Figures, parties: list[str]) -> tuple[str, ...]:
    held, states = (
        listed((f"{name} {number}" for name, number in row[what].items()), "")
        for what in ("held_by", "states")
    )
    name = row["title"] or row["stage"].replace("_", " ")
    work = (row["touches"].get(party) for party in parties)
    touches = (f"{count(each['touches'])} ({rate(each['share'])})" if each else "-" for each in work)
    return (name, count(row["leads"]), rate(row["share"]), held, states, *touches)
