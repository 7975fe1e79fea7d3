"""``slaflow report aging``: where the open leads sit, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import click

from .options import Command, at_option
from .output import Page
from .report_options import (
    Figures,
    by_option,
    count,
    draw,
    each_group,
    groups_of,
    headline,
    named,
    plot_option,
)
from .session import Session, pass_session
from .words import duration, instant

DAY = 86_400


@click.command("aging", cls=Command)
@by_option
@at_option
@plot_option
@pass_session
def aging(session: Session, by: str | None, at: datetime | None, plot: Path | None) -> None:
    """How long the open leads have been in their states, and which are the oldest.

    Groups by month are by the month in which the lead entered its state. Times are elapsed time.
    """
    from slaflow.report import aging as report

    told = report.aging(session.engine, by=by, at=at)
    session.out.show(told, lambda page: _page(page, told, session.zone), rows=_rows(told))
    draw(plot, "aging", told, session.zone)


def _rows(told: Figures) -> Iterator[dict[str, Any]]:
    for group, figures in groups_of(told):
        for state in figures["states"]:
            yield {**named(told, group), **state}


def _page(page: Page, told: Figures, zone: tzinfo) -> None:
    headline(page, "Open leads", told, zone)
    if not told["open"]:
        page.line("no lead is open")
        return
    each_group(page, told, lambda page, figures: _figures(page, figures, zone))


def _figures(page: Page, figures: Figures, zone: tzinfo) -> None:
    ages = [age_words(age["below_seconds"]) for age in figures["states"][0]["ages"]]
    header = ("state", "held by", "leads", "half for", "9 of 10", *ages)
    page.table(header, [_state(state) for state in figures["states"]])
    page.gap()
    rows = [_old(state["state"], old, zone) for state in figures["states"] for old in state["oldest"]]
    page.table(("oldest in", "lead", "owner", "since", "for"), rows)


def age_words(below: int | None) -> str:
    """The upper end of a bucket in words."""
    return "older" if below is None else f"< {below // DAY} d"


def _state(state: Figures) -> tuple[str | None, ...]:
    times = (duration(state[name]) for name in ("median_elapsed_seconds", "p90_elapsed_seconds"))
    buckets = (count(age["leads"]) for age in state["ages"])
    return (state["state"], state["held_by"], count(state["leads"]), *times, *buckets)


def _old(state: str, old: Figures, zone: tzinfo) -> tuple[str | None, ...]:
    since = instant(old["entered_at"], zone)
    return (state, str(old["lead"]), old["owner"], since, duration(old["elapsed_seconds"]))
