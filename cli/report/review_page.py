"""``slaflow report review``: the page for the two sides' monthly meeting."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from ..file_options import OutputFile
from ..options import MOMENT, Command, clock_option
from ..session import Session, pass_session


@click.command("review", cls=Command)
@click.option("--from", "start", type=MOMENT, required=True, metavar="WHEN", help="The period's first day.")
@click.option("--to", "end", type=MOMENT, required=True, metavar="WHEN", help="The day after its last.")
@click.option(
    "-o", "--output", "path", type=OutputFile(dir_okay=False), required=True,
    metavar="FILE.html", help="Where the page goes.",
)  # fmt: skip
@clock_option
@pass_session
def review(
    session: Session, start: datetime | date, end: datetime | date, path: Path, at: datetime | None
) -> None:
    """One page with both sides' record of a period, to read on a screen or print.

    It holds everything itself: no script, nothing fetched. Quoted feedback is that of the handbacks.
    """
    from slaflow.report.review import write_review

    first, last = session.moment(start), session.moment(end)
    assert first is not None
    assert last is not None
    answer = write_review(session.engine, path, first, last, at=at)
    session.out.show(answer, lambda page: page.line(f"wrote {path}"))
