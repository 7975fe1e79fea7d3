"""``slaflow report``: both parties' record. Each report but the first has a file of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import click

from ..log.archive import archived_words
from ..options import Group
from ..output import Cell, Page
from ..session import Session, pass_session
from ..table import Column
from .aging import aging
from .candour import candour
from .commitments import commitments
from .content import content
from .funnel import funnel
from .handoffs import handoffs
from .journey import journey
from .losses import losses
from .options import (
    Figures,
    Moment,
    each_group,
    headline,
    open_spread,
    present,
    rate,
    report_options,
    rows_of,
    style,
)
from .returns import returns
from .review_page import review
from .waste import waste

COUNTS = (
    "started", "met", "met_late", "breached", "running", "cancelled", "passed_on", "lifted", "disputed",
    "upheld", "graced",
)  # fmt: skip
GIVE_WAY = ("running", "cancelled", "passed_on", "disputed", "upheld", "graced")
"""Counts that a narrow terminal does without, the last first, before words break in two."""


@click.group("report", cls=Group)
def command() -> None:
    """Both parties' record, counted from the log.

    --at tells it as things stood then: nothing that was logged later is seen.
    """


@command.result_callback()
@pass_session
def say_what_is_not_counted(session: Session, *_: object) -> None:
    """Tells on stderr that reports see only what is still in the database."""
    if figures := archived_words(session):
        session.out.say(f"not counted: {figures}")


@command.command("sla")
@report_options("Clocks started")
@pass_session
def sla(
    session: Session, start: Moment, end: Moment, by: str | None, at: datetime | None, plot: Path | None
) -> None:
    """What was promised per lead and what came of it, for each target and each party.

    A date is that day's start in the agreement's time zone. Times are open time of the target's calendar.
    """
    from slaflow.report import sla as report

    figures = report.sla(session.engine, session.moment(start), session.moment(end), by=by, at=at)
    present(session, "sla", figures, sla_page, rows_of(figures, "targets", "target"), plot)


def sla_page(page: Page, figures: Figures, zone: tzinfo = UTC) -> None:
    """The SLA report for people, its instants in *zone*."""
    headline(page, "Promises", figures, zone)
    if not figures["targets"]:
        page.line("no clock has started")
        return
    each_group(page, figures, _figures)


def _figures(page: Page, figures: Figures) -> None:
    from slaflow.report.sla import gross_rates

    targets = figures["targets"]
    counts = [name for name in COUNTS if any(figure.get(name) for figure in targets.values())]
    is_lifted = "lifted" in counts
    titles = (Column(name.replace("_", " "), int(name in GIVE_WAY)) for name in counts)
    before = (Column("before lifts", 1),) if is_lifted else ()
    header = (
        "target",
        Column("owed by", 3),
        *titles,
        "kept",
        *before,
        Column("median", 2),
        Column("9 of 10", 4),
    )
    page.table(header, [_target(name, figure, counts, is_lifted) for name, figure in targets.items()])
    page.gap()
    gross = gross_rates(figures)
    for party, figure in figures["parties"].items():
        kept, broken = rate(figure["met_rate"], "no verdict"), figure["breached"]
        words = f" ({rate(gross[party], 'no verdict')} before lifts)" if is_lifted else ""
        page.line((party, "bold"), f" kept {kept} in time{words}; {broken} broken and not made good")
        _flattered(page, figures.get("candour", {}).get(party))


def _flattered(page: Page, figure: Figures | None) -> None:
    """What could flatter a party's rate; nothing where nothing could."""
    from slaflow.report.flattered import flattery_words

    for words in flattery_words(figure) if figure else ():
        page.line(f"  {words}")
    if figure:
        page.line(f"  {rate(figure['kept_without'])} if these counted as broken")


def _target(name: str, figure: Figures, counts: Sequence[str], is_lifted: bool) -> Sequence[Cell]:
    numbers = [str(figure[count]) if figure[count] else "-" for count in counts]
    kept = rate(figure["met_rate"], "no verdict"), style(figure["met_rate"])
    before = (rate(figure["gross_met_rate"], "no verdict"),) if is_lifted else ()
    median, most = open_spread({"median": figure["median_seconds"], "p90": figure["p90_seconds"]})
    return (name, figure["owed_by"], *numbers, kept, *before, median, most)


for each in (handoffs, funnel, returns, aging, waste, losses, content, journey, candour, commitments, review):
    command.add_command(each)
