"""``slaflow report waste``: of what is handed over, how much is ever touched."""

from __future__ import annotations

from datetime import datetime, tzinfo
from pathlib import Path

import click

from ..options import Command
from ..output import Page
from ..session import Session, pass_session
from ..table import Column
from ..words import counted
from .options import Figures, Moment, count, each_group, headline, present, rate, report_options, rows_of

CLASSES = ("never_touched", "touched_once", "worked", "returned")


@click.command("waste", cls=Command)
@report_options("Handed over")
@pass_session
def waste(
    session: Session, start: Moment, end: Moment, by: str | None, at: datetime | None, plot: Path | None
) -> None:
    """Of the leads handed over: how many were never touched, touched once, worked, given back.

    A touch is an activity of the taker's party that nobody automated. Each handoff counts once.
    """
    from slaflow.report import waste as report

    figures = report.waste(session.engine, session.moment(start), session.moment(end), by=by, at=at)
    present(session, "waste", figures, _page, rows_of(figures, "parties", "party"), plot)


def _page(page: Page, report: Figures, zone: tzinfo) -> None:
    headline(page, "What was made of handed-over leads", report, zone)
    if not report["parties"]:
        page.line("no lead was handed over")
        return
    if "groups" in report:
        page.gap()
        page.table((report["by"], *_header()), [
            (group, *_party(party, figure))
            for group, figures in report["groups"].items()
            for party, figure in figures["parties"].items()
        ])  # fmt: skip
    else:
        each_group(page, report, _figures)


def _header() -> tuple[str | Column, ...]:
    titles = (title for name in CLASSES for title in (name.replace("_", " "), Column("share", 1)))
    return ("handed to", "leads", *titles)


def _figures(page: Page, figures: Figures) -> None:
    page.table(_header(), [_party(party, figure) for party, figure in figures["parties"].items()])
    for party, figure in figures["parties"].items():
        if figure["untouched_still_held"]:
            page.gap()
            waiting = counted(figure["untouched_still_held"], "untouched lead")
            page.line((party, "bold"), f" still holds {waiting}")


def _party(party: str, figure: Figures) -> tuple[str, ...]:
    shares = (text for name in CLASSES for text in (count(figure[name]), rate(figure[f"{name}_share"])))
    return (party, count(figure["handed_over"]), *shares)
