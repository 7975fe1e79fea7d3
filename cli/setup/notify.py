"""``slaflow user notify``: how somebody is told, over which channels, and when."""

from __future__ import annotations

from typing import Any

import click

from ..completion import name_argument
from ..options import Command
from ..output import Page
from ..session import Session, pass_session
from ..words import instant, listed


@click.command("notify", cls=Command, acts=True)
@name_argument("person", "email")
@click.option("--channel", "channels", multiple=True, metavar="NAME",
              help="Over this one, and others named too; none; default.")  # fmt: skip
@click.option("--digest", metavar="TIME", help="One letter a day, as in daily@08:30; off.")
@click.option("--quiet-hours", metavar="HOURS",
              help="Nothing meanwhile but breaches and escalations: 19:00-07:00; team; off.")  # fmt: skip
@click.option("--timezone", metavar="ZONE", help="Where they are, as in Europe/Stockholm; off.")
@click.option("--language", metavar="LANG", help="In which they read: en, sv; off.")
@pass_session
def notify(
    session: Session, /, email: str, channels: tuple[str, ...], quiet_hours: str | None, **given: str | None
) -> None:
    """Says how somebody is told; without options it shows how they are.

    EMAIL may be a desk's too, or any that asked for no more by a link. Naming a channel puts back what was
    stopped. Quiet hours of the team are those in which their calendar is closed. It is no part of the log.
    """
    from slaflow.engine.setup import preferences
    from slaflow.settings.reach_file import read_reach

    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if channels:
        changes["channels"] = channels
    if quiet_hours is not None:
        changes["quiet"] = quiet_hours
    reach, app = read_reach(), session.engine
    if changes:
        answer = preferences.change(app, reach, email, changes, session.actor)
    else:
        answer = preferences.shown(app, reach, email)
    session.out.show(answer, lambda page: None if changes and session.quiet else _page(page, answer, session))


def _page(page: Page, told: dict[str, Any], session: Session) -> None:
    over = listed(told["channels"], "no channel")
    by_whom = "" if told["chosen"] is None else ", as they chose"
    page.line((told["email"], "bold"), f" is told over {over}{by_whom}")
    only = "" if told["digest_over"] is None else f" over {listed(told['digest_over'])} alone"
    rows = {
        "stopped": listed(told["stopped"], ""),
        "digest": f"{told['digest']}{only}" if told["digest"] else "",
        "quiet": told["quiet"] or "",
        "timezone": told["timezone"] or "",
        "language": told["language"] or "",
        "since": instant(told["changed_at"], session.zone),
    }
    for name, words in rows.items():
        if words:
            page.line(f"{name:<10}{words}", indent=2)
