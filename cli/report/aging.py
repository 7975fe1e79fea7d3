"""``slaflow report aging``: where the open leads sit, and for how long."""

from __future__ import annotations

from datetime import datetime, tzinfo
from pathlib import Path

import click

from slaflow.exchange.sheet import Sheet
from slaflow.hours.words import DAY, duration

from ..options import Command
from ..output import Header, Page
from ..session import Session, pass_session
from ..table import Column
from ..words import instant, lead_number
from .options import Figures, count, each_group, headline, present, report_options, rows_of


@click.command("aging", cls=Command)
@report_options()
@pass_session
def aging(session: Session, by: str | None, at: datetime | None, plot: Path | None) -> None:
    """How long the open leads have been in their states, and which are the oldest.

    Groups by month are by the month in which the lead entered its state. Times are elapsed time.
    """
    from slaflow.report import aging as report

    figures = report.aging(session.engine, by=by, at=at)
    present(session, "aging", figures, _page, rows_of(figures, "states"), plot, Sheet(_row))


def _row(state: Figures) -> Figures:
    """A row with a column for each age and for each place among the oldest, taken or not."""
    from slaflow.report.aging import OLDEST

    ages = {_age_name(age["below_seconds"]): age["leads"] for age in state["ages"]}
    nobody = {"lead": None, "owner": None, "entered_at": None, "elapsed_seconds": None}
    longest = [*state["oldest"], *[nobody] * OLDEST][:OLDEST]
    return {**state, "ages": ages, "oldest": longest}


def _age_name(below: int | None) -> str:
    return "older" if below is None else f"below_{below // DAY}d"


def _page(page: Page, report: Figures, zone: tzinfo) -> None:
    headline(page, "Open leads", report, zone)
    if not report["open"]:
        page.line("no lead is open")
        return
    each_group(page, report, lambda page, figures: _figures(page, figures, zone))


def _figures(page: Page, figures: Figures, zone: tzinfo) -> None:
    ages = [age_words(age["below_seconds"]) for age in figures["states"][0]["ages"]]
    header: Header = (
        "state",
        Column("held by", 3),
        "leads",
        Column("half for", 2),
        Column("9 of 10", 1),
        *ages,
    )
    page.table(header, [_state(state) for state in figures["states"]])
    page.gap()
    rows = [_old(state["state"], old, zone) for state in figures["states"] for old in state["oldest"]]
    page.table(("oldest in", "lead", Column("owner", 1), Column("since", 2), "for"), rows)


def age_words(below: int | None) -> str:
    """The upper end of a bucket in words."""
    return "older" if below is None else f"< {below // DAY} d"


def _state(state: Figures) -> tuple[str | None, ...]:
    times = (duration(state[name]) for name in ("median_elapsed_seconds", "p90_elapsed_seconds"))
    buckets = (count(age["leads"]) for age in state["ages"])
    return (state["state"], state["held_by"], count(state["leads"]), *times, *buckets)


def _old(state: str, old: Figures, zone: tzinfo) -> tuple[str | None, ...]:
    since = instant(old["entered_at"], zone)
    return (state, lead_number(old["lead"]), old["owner"], since, duration(old["elapsed_seconds"]))
