"""``slaflow report handoffs``: who gave, who took, and what followed, both ways."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from pathlib import Path

import click

from ..options import Command
from ..output import Header, Page
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
    overridden_lines,
    present,
    rate,
    report_options,
    rows_of,
)

COUNTS = ("handed_over", "accepted", "returned", "by_system", "open", "came_back", "never_touched")
RANKS = {"by_system": 4, "open": 3, "came_back": 2}
"""Which counts a narrow terminal can do without, the highest first."""
TIMES = (
    ("decision_open_seconds", "until a person moved it on"),
    ("first_touch_open_seconds", "until the first touch"),
    ("first_attempt_open_seconds", "until the first attempt to reach the lead"),
)


@click.command("handoffs", cls=Command)
@report_options("Handed over")
@pass_session
def handoffs(
    session: Session, start: Moment, end: Moment, by: str | None, at: datetime | None, plot: Path | None
) -> None:
    """Every handoff, both ways: what the lead showed then, and what its taker did.

    Groups by owner and team are those of who took the lead. Times are open time of the taker's team.
    """
    from slaflow.report import handoffs as report

    figures = report.handoffs(session.engine, session.moment(start), session.moment(end), by=by, at=at)
    present(session, "handoffs", figures, _page, rows_of(figures, "ways"), plot)


def _page(page: Page, figures: Figures, zone: tzinfo) -> None:
    headline(page, "Handoffs", figures, zone)
    if not figures["handoffs"]:
        page.line("no lead changed hands")
        return
    overridden_lines(page, figures)
    each_group(page, figures, _figures)


def _figures(page: Page, figures: Figures) -> None:
    titles = (Column(name.replace("_", " "), RANKS.get(name, 0)) for name in COUNTS)
    header: Header = ("way", *titles, Column("median score", 1))
    page.table(header, [(_way(way), *_numbers(way)) for way in figures["ways"]])
    for way in figures["ways"]:
        page.gap()
        _told_of(page, way)
    if stands_out := list(_bursts(figures["bursts"])):
        page.gap()
        page.line("handed over in bursts: ", "; ".join(stands_out))


def _bursts(when: Figures) -> Iterator[str]:
    """The day, the week and the ends of quarters on which twice the usual was handed over, or more."""
    named = (("day", when["day"]), ("week", when["week"]), *(("week", each) for each in when["quarter_ends"]))
    for what, each in named:
        if each is not None and each["burst"]:
            place = f"the last week of {each['when']}" if "Q" in each["when"] else each["when"]
            yield f"{place} {each['handed_over']}, a usual {what} {each['usual']}"


def _way(way: Figures) -> str:
    back = {"forward": "", "return": " (back)", "reopened": " (reopened)"}[way["direction"]]
    return f"{way['gave']} -> {way['took']}{back}"


def _numbers(way: Figures) -> tuple[str, ...]:
    score = way["score"]["median"]
    return (*(count(way[name]) for name in COUNTS), "" if score is None else f"{score:.0f}")


def _told_of(page: Page, way: Figures) -> None:
    """The way in words: what a person decided, how long it took, what the lead showed."""
    page.line((_way(way), "bold"))
    decided = way["accepted"] + way["returned"]
    if decided:
        rates = f"{rate(way['accept_rate'])} accepted, {rate(way['return_rate'])} returned"
        page.line(f"of {counted(decided, 'decision')}: {rates}", indent=2)
    for name, words in TIMES:
        median, most = open_spread(way[name])
        if median:
            page.line(f"{words}: {median} in half of the cases, {most} in 9 of 10", indent=2)
    stages = listed(f"{name} {number}" for name, number in way["stages"].items())
    shown = listed(f"{name} {each['handoffs']}" for name, each in way["touchpoints"].items())
    page.line(f"stage at that moment: {stages}", indent=2)
    page.line(f"had shown: {shown}", indent=2)
