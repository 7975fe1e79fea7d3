"""``slaflow link pull``: what was changed in a CRM, read where nobody told of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import click

from ..options import MOMENT, Command
from ..output import Page
from ..session import Session, pass_session
from ..words import counted, instant


@click.command("pull", cls=Command)
@click.argument("name")
@click.option(
    "--since", type=MOMENT, metavar="WHEN",
    help="From this date or instant on; default an hour before it was told something last, or a day ago.",
)  # fmt: skip
@click.option("--hook", metavar="HOOK", help="As if it was sent to this hook; default the one of this CRM.")
@pass_session
def pull(session: Session, name: str, since: datetime | date | None, hook: str | None) -> None:
    """Reads what was changed in the CRM of that name, as if it had told of it.

    Senders give up after a day or so. What is known already is not taken again; the rest is applied as all
    else that the hook is sent.
    """
    from slaflow.link.pull import pull_by_name
    from slaflow.settings.reach_file import read_reach

    start = session.moment(since)
    answer = pull_by_name(session.engine, read_reach(), name, hook=hook, since=start).as_json()
    session.out.show(answer, lambda page: None if session.quiet else _told(page, answer, session))


def _told(page: Page, answer: dict[str, Any], session: Session) -> None:
    since = instant(answer["since"], session.zone)
    changed = f" of {answer['object']} changed since {since}"
    taken = f"; {counted(answer['taken'], 'change')} taken for {answer['hook']}"
    page.line((counted(answer["records"], "record"), "bold"), changed, taken)
