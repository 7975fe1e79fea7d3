"""``slaflow outbox preview``: a message as it would be sent now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from ..options import INSTANT, Command
from ..output import Page
from ..session import Session, pass_session
from ..words import clean


@click.command("preview", cls=Command)
@click.argument("number", metavar="ID", type=int)
@click.option("--at", type=INSTANT, metavar="INSTANT", help="As it would be sent then.")
@pass_session
def preview(session: Session, number: int, at: datetime | None) -> None:
    """A message as it would be sent now, for each of its ways; nothing is sent.

    With --format json its HTML too. Templates of one's own that are broken are named.
    """
    from slaflow.notify.letters.preview import previewed
    from slaflow.settings.reach_file import read_reach

    rows = previewed(session.engine, read_reach(), number, session.moment(at))
    session.out.show(rows, lambda page: _page(page, rows), rows=rows)


def _page(page: Page, rows: list[dict[str, Any]]) -> None:
    for place, each in enumerate(rows):
        if place:
            page.gap()
        over = f" over {each['channel']}" if each["channel"] else ""
        page.line((f"to {clean(each['address'])}{over}", "bold"))
        if "unreachable" in each:
            page.line((clean(each["unreachable"]), "yellow"))
        for broken in each.get("broken", ()):
            page.line((f"passed over: {clean(broken)}", "yellow"))
        if "gone" in each:
            page.line(f"not sent: {each['gone']}")
        elif "body" in each:
            page.line(each["body"])
        else:
            page.line(f"Subject: {clean(each['subject'])}")
            page.gap()
            for line in each["text"].splitlines():
                page.line(clean(line))
