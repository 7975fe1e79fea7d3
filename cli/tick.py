"""``slaflow tick``: what fell due is carried out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click

from .options import Command, at_option
from .output import Page, tell
from .session import Session, pass_session
from .words import clean, counted, instant

DEFAULT_BATCH = 1000


@click.command("tick", cls=Command, short_help="Carries out what fell due: breaches, timers.")
@click.option("--batch", type=click.IntRange(min=1), default=DEFAULT_BATCH, metavar="N", show_default=True,
              help="Leads in one transaction.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@at_option
@pass_session
def command(session: Session, batch: int, dry_run: bool, at: datetime | None) -> None:
    """Carries out every step that has fallen before now: warnings, breaches, escalations, timers.

    Run it every minute, from cron say. Nobody's clock waits for it: entries stand at the instant at
    which each step fell.
    """
    with session.out.progress("leads") as progress:
        report = session.engine.tick(at, batch=batch, dry_run=dry_run, progress=progress)
    told = report.as_json()
    session.out.show(told, lambda page: _page(page, told, dry_run))
    for failed in told["failed"]:
        tell(clean(f"slaflow: lead {failed['lead']} was left out: {failed['because']}"))
    if told["failed"]:
        raise click.exceptions.Exit(1)


def _page(page: Page, told: Mapping[str, Any], dry_run: bool) -> None:
    words = f"{counted(told['steps'], 'step')} on {counted(told['leads'], 'lead')}"
    would = "would carry out " if dry_run else ""
    page.line((f"{would}{words}", "bold"), f" up to {instant(told['at'])} UTC")
    names = ("warned", "breached", "fired", "refused", "notified", "commitments")
    done = ", ".join(f"{told[name]} {name}" for name in names if told[name])
    if done:
        page.line(done, indent=2)
