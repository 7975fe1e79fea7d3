"""``slaflow queue``: what is owed next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

import click

from ..completion import name_option
from ..options import Command, as_of_option, limit_option
from ..output import Cell, Page
from ..session import Session, pass_session
from ..table import Column
from ..words import counted, instant, is_overdue, lead_number, time_left


@click.command("queue", cls=Command)
@name_option("person", "--owner", words="Only what this person's leads are owed.", metavar="EMAIL")
@name_option("team", "--team", words="Only what the leads of this team's members are owed.")
@name_option("party", "--party", words="Only what this party owes.")
@limit_option()
@as_of_option
@pass_session
def command(session: Session, /, at: datetime | None, **filters: Any) -> None:
    """What is owed next, least time left first; what is overdue stands on top."""
    owed = session.engine.queue(**filters, at=at)
    session.out.show(owed, lambda page: _page(page, owed, session.zone), rows=owed)


def _page(page: Page, owed: Sequence[Mapping[str, Any]], zone: tzinfo) -> None:
    if not owed:
        page.line("nothing is owed")
        return
    header = (
        "left",
        "due",
        Column("lead", 1),
        "who",
        "target",
        Column("owed by", 2),
        Column("owner", 3),
        Column("state", 4),
    )
    page.table(header, [_row(row, zone) for row in owed])
    lifted = sum(row["lifted"] for row in owed)
    overdue = sum(map(is_overdue, owed)) - lifted
    page.gap()
    late = (f"{overdue} overdue", "bold red") if overdue else ("none overdue", "green")
    excused = f", {lifted} broken and lifted" if lifted else ""
    page.line(f"{counted(len(owed), 'promise')} owed, ", late, f"{excused}; times in {zone}")


def _row(row: Mapping[str, Any], zone: tzinfo) -> Sequence[Cell]:
    paused = row["paused"]
    left = ("paused, " if paused else "") + time_left(row) + (", lifted" if row["lifted"] else "")
    style = "yellow" if paused or row["lifted"] else "bold red" if is_overdue(row) else ""
    return (
        (left, style),
        "" if paused else instant(row["due_at"], zone),
        lead_number(row["lead"]),
        row["key"],
        (row["target"], "bold"),
        row["owed_by"],
        row["owner"] or (_nobody(row, zone), "yellow"),
        row["state"],
    )


def _nobody(row: Mapping[str, Any], zone: tzinfo) -> str:
    """Whose it is that nobody owns: perhaps a team is to give it an owner."""
    if row["waits_for"] is None:
        return "nobody"
    place = f", {row['waits_place']} of {row['waits_of']}" if row["waits_place"] else ""
    return f"waits for {row['waits_for']} since {instant(row['waits_since'], zone)}{place}"
