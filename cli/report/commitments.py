"""``slaflow report commitments``: what each party promised per period, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any

import click

from ..options import Command, clock_option, workflow_option
from ..output import Page
from ..session import Session, pass_session
from .commitment_page import table
from .options import Moment, headline, period_options


@click.command("commitments", cls=Command)
@period_options("Periods that begin")
@workflow_option
@clock_option
@pass_session
def commitments(
    session: Session, start: Moment, end: Moment, workflow: str | None, at: datetime | None
) -> None:
    """Every commitment's figure, promise and verdict, period by period.

    A verdict is given when a period closes and stands; what came to light later is shown below it.
    """
    from slaflow.report import commitments as report

    figures = report.commitments(
        session.engine, session.moment(start), session.moment(end), workflow=workflow, at=at
    )
    session.out.show(figures, lambda page: _page(page, figures, session.zone), rows=_rows(figures))


def _rows(figures: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    names = (
        "workflow", "commitment", "period", "owed_by", "status", "figure", "of", "among", "promise",
        "verdict", "closes_at", "restated",
    )  # fmt: skip
    return ({name: row.get(name) for name in names} for row in figures["commitments"])


def _page(page: Page, figures: Mapping[str, Any], zone: tzinfo) -> None:
    headline(page, "Commitments", figures, zone)
    if not figures["commitments"]:
        page.line("nothing is promised per period")
        return
    page.gap()
    table(page, figures["commitments"], zone)
    page.gap()
    for party, counts in figures["parties"].items():
        rest = ", ".join(
            f"{counts[name]} {name.replace('_', ' ')}" for name in ("missed", "no_verdict", "open")
        )
        page.line((party, "bold"), f" kept {counts['kept']}; {rest}")
