"""``slaflow report content``: what was said, at which stage, and before what."""

from __future__ import annotations

from datetime import datetime, tzinfo
from pathlib import Path

import click

from ..options import Command
from ..output import Page
from ..session import Session, pass_session
from ..table import Column
from ..words import listed
from .options import Figures, Moment, count, each_group, headline, present, report_options, rows_of

OUTCOMES = ("handoffs", "acceptances", "wins")


@click.command("content", cls=Command)
@report_options("Said")
@pass_session
def content(
    session: Session, start: Moment, end: Moment, by: str | None, at: datetime | None, plot: Path | None
) -> None:
    """What was said: at which stage, whether it was meant for it, and before what it stood.

    --by touch.FIELD groups by a field of the touchpoint, such as touch.content. Before handoffs forward,
    acceptances and wins stood as first, last or any touch: how often.
    """
    from slaflow.report import content as report

    figures = report.content(session.engine, session.moment(start), session.moment(end), by=by, at=at)
    present(session, "content", figures, _page, rows_of(figures, "kinds"), plot)


def _page(page: Page, figures: Figures, zone: tzinfo) -> None:
    headline(page, "What was said", figures, zone)
    if not figures["kinds"]:
        page.line("nothing was said")
        return
    each_group(page, figures, _figures)


def _figures(page: Page, figures: Figures) -> None:
    header = (
        "kind", Column("by", 1), "touches", Column("leads", 2), Column("misfit", 1), Column("over pace", 1),
        Column("stages", 3),
    )  # fmt: skip
    page.table(header, [_said(row) for row in figures["kinds"]])
    page.gap()
    page.line("what it stood before, as the first / the last / any touch:")
    page.table(("kind", *OUTCOMES), [_before(row) for row in figures["kinds"]])


def _said(row: Figures) -> tuple[str, ...]:
    stages = listed((f"{name} {number}" for name, number in row["stages"].items()), "")
    counts = (count(row[name]) for name in ("touches", "leads", "misfit", "over_pace"))
    return (row["activity"], row["party"], *counts, stages)


def _before(row: Figures) -> tuple[str, ...]:
    before = (row["before"][name] for name in OUTCOMES)
    places = (" / ".join(count(each[place]) for place in ("first", "last", "any")) for each in before)
    return (row["activity"], *places)
