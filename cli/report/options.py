"""What the reports share on the command line: their options, their first line, rates and times in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any, TypeVar

import click

from slaflow.exchange.sheet import Sheet
from slaflow.hours.words import open_time
from slaflow.report.rates import percent_text
from slaflow.report.rows import groups_of as groups_of
from slaflow.report.rows import named as named
from slaflow.report.rows import rows_of as rows_of

from ..file_options import OutputFile
from ..options import MOMENT, clock_option
from ..output import Page
from ..session import Session
from ..words import instant

F = TypeVar("F", bound=Callable[..., Any])
Figures = Mapping[str, Any]
Moment = datetime | date | None
PLOTS = (".svg", ".png")


def period_options(what: str) -> Callable[[F], F]:
    """``--from`` and ``--to`` of the instants at which *what* happened."""

    def decorate(command: F) -> F:
        end = click.option(
            "--to", "end", type=MOMENT, metavar="WHEN", help=f"{what} before it: date or instant."
        )
        start = click.option(
            "--from", "start", type=MOMENT, metavar="WHEN", help=f"{what} at or after it: date or instant."
        )
        return start(end(command))

    return decorate


by_option = click.option(
    "--by", metavar="GROUP", help="owner, team, month, sourced_by, or a field of the lead such as source."
)


def _checked_plot(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path | None:
    if value is not None and value.suffix.lower() not in PLOTS:
        raise click.BadParameter(f'"{value}" is neither .svg nor .png; name the file FILE.svg or FILE.png')
    return value


plot_option = click.option(
    "--plot",
    type=OutputFile(dir_okay=False),
    callback=_checked_plot,
    metavar="FILE",
    help="Also draws it: FILE.svg or FILE.png, for a slide.",
)


def report_options(what: str | None = None) -> Callable[[F], F]:
    """What reports are asked: when *what* happened (None: whenever), by which groups, as of when, drawn."""

    def decorate(command: F) -> F:
        asked = by_option(clock_option(plot_option(command)))
        return asked if what is None else period_options(what)(asked)

    return decorate


def headline(page: Page, what: str, figures: Figures, zone: tzinfo) -> None:
    """``Handoffs: from ... to ..., as things stood ... (zone)``."""
    settled = f"as things stood {instant(figures['settled_to'], zone)} ({zone})"
    if "from" in figures:
        words = " ".join(f"{end} {instant(figures[end], zone)}" for end in ("from", "to") if figures[end])
        settled = f"{words or 'everything so far'}, {settled}"
    page.line((what, "bold"), f": {settled}")


def each_group(page: Page, report: Figures, show: Callable[[Page, Figures], None]) -> None:
    """Shows everything, or each group under its name."""
    for group, figures in groups_of(report):
        page.gap()
        if group is not None:
            page.line((f"{report['by']}: {group}", "bold cyan"))
        show(page, figures)


def overridden_lines(page: Page, figures: Figures) -> None:
    """The moves that were made although a guard did not pass; nothing where there are none."""
    for row in figures.get("overridden", ()):
        times = f"{row['moves']:,} overridden by {row['by']}"
        page.line(f"{row['trigger']}, {row['from']} -> {row['to']}: {times}")


def count(number: int) -> str:
    return f"{number:,}" if number else "-"


def rate(value: float | None, nothing: str = "") -> str:
    return nothing if value is None else percent_text(value, 1)


def open_spread(times: Mapping[str, int | None]) -> tuple[str, str]:
    """Median and nine of ten, in open time."""
    median, most = times["median"], times["p90"]
    return "" if median is None else open_time(median), "" if most is None else open_time(most)


def style(value: float | None) -> str:
    """How a kept share looks."""
    if value is None:
        return "dim"
    return "green" if value >= 0.95 else "yellow" if value >= 0.8 else "bold red"


def present(
    session: Session, kind: str, figures: Figures, page: Callable[[Page, Figures, tzinfo], None],
    rows: Iterable[dict[str, Any]], plot: Path | None, sheet: Sheet | None = None,
) -> None:  # fmt: skip
    """Prints a report, and draws it too if that was asked for."""
    zone = session.zone
    session.out.show(figures, lambda shown: page(shown, figures, zone), rows, sheet)
    if plot is not None:
        from slaflow.engine.files.own import Protected
        from slaflow.report.plots.draw import write_plot

        write_plot(plot, kind, figures, zone, Protected(session.engine))
