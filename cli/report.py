"""``slaflow report``: both parties' record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import Any

import click

from .options import MOMENT, Group, at_option
from .output import Cell, Page
from .session import Session, pass_session
from .words import instant, open_time

COUNTS = ("started", "met", "met_late", "breached", "running", "cancelled", "lifted")
Figures = Mapping[str, Any]


@click.group("report", cls=Group, short_help="Both parties' record: sla.")
def command() -> None:
    """Both parties' record."""


@command.command("sla")
@click.option(
    "--from", "start", type=MOMENT, metavar="WHEN", help="Clocks started at or after it: date or instant."
)
@click.option("--to", "end", type=MOMENT, metavar="WHEN", help="Clocks started before it: date or instant.")
@click.option("--by", metavar="GROUP", help="owner, team, month, or a field of the lead.")
@at_option
@pass_session
def sla(
    session: Session, start: datetime | date | None, end: datetime | date | None, by: str | None,
    at: datetime | None,
) -> None:  # fmt: skip
    """What was promised per lead and what came of it, for each target and each party.

    A date is that day's start in the agreement's time zone. Times are open time of the target's calendar.
    """
    from slaflow.report import sla as report

    told = report.sla(session.engine, session.moment(start), session.moment(end), by=by, at=at)
    session.out.show(told, lambda page: sla_page(page, told, session.zone), rows=_rows(told))


def _groups(told: Figures) -> Iterator[tuple[str | None, Figures]]:
    """Each group by name where there are any, else everything under no name."""
    yield from told["groups"].items() if "groups" in told else [(None, told)]


def _rows(told: Figures) -> Iterator[dict[str, Any]]:
    for group, figures in _groups(told):
        for target, figure in figures["targets"].items():
            named = {} if group is None else {told["by"]: group}
            yield {**named, "target": target, **figure}


def sla_page(page: Page, told: Figures, zone: tzinfo = UTC) -> None:
    """The SLA report for people, its instants in *zone*."""
    words = " ".join(f"{end} {instant(told[end], zone)}" for end in ("from", "to") if told[end])
    words = words or "everything so far"
    settled = f", as things stood {instant(told['settled_to'], zone)}" if "settled_to" in told else ""
    page.line(("Promises", "bold"), f": {words}{settled} ({zone})")
    if not told["targets"]:
        page.line("no clock has started")
        return
    for group, figures in _groups(told):
        page.gap()
        if group is not None:
            page.line((f"{told['by']}: {group}", "bold cyan"))
        _figures(page, figures)


def _figures(page: Page, figures: Figures) -> None:
    targets = figures["targets"]
    counts = [name for name in COUNTS if any(figure[name] for figure in targets.values())]
    titles = (name.replace("_", " ") for name in counts)
    header = ("target", "owed by", *titles, "kept", "median", "9 of 10")
    page.table(header, [_target(name, figure, counts) for name, figure in targets.items()])
    page.gap()
    for party, figure in figures["parties"].items():
        rate, broken = _rate(figure["met_rate"]), figure["breached"]
        page.line((party, "bold"), f" kept {rate} in time; {broken} broken and not made good")


def _target(name: str, figure: Figures, counts: Sequence[str]) -> Sequence[Cell]:
    numbers = [str(figure[count]) if figure[count] else "-" for count in counts]
    kept = _rate(figure["met_rate"]), _style(figure["met_rate"])
    median, most = _time(figure["median_seconds"]), _time(figure["p90_seconds"])
    return (name, figure["owed_by"], *numbers, kept, median, most)


def _time(seconds: int | None) -> str:
    return "" if seconds is None else open_time(seconds)


def _rate(rate: float | None) -> str:
    return "no verdict" if rate is None else f"{rate:.1%}"


def _style(rate: float | None) -> str:
    if rate is None:
        return "dim"
    return "green" if rate >= 0.95 else "yellow" if rate >= 0.8 else "bold red"
