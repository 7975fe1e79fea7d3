"""``slaflow lead deal``: what waits for a team is dealt to it, as a tick does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

import click

from ..completion import name_option
from ..options import Command, at_option
from ..output import Page
from ..session import Session, pass_session
from ..words import clean, counted, instant

BECAUSE = {
    "nobody": ": nobody of it is there",
    "closed": ": it is outside its hours",
    "full": ": who is there has as many as they take",
    "older": ": by an older version nobody can take one; see 'slaflow workflow migrate'",
    None: "",
}


@click.command("deal", cls=Command)
@name_option("team", "--team", words="Only what waits for this team.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@at_option
@pass_session
def deal(session: Session, team: str | None, dry_run: bool, at: datetime | None) -> None:
    """Deals leads that wait for a team to it, longest waiting first, as far as anybody can take them.

    Every tick does so after its steps. Which wait on is said, with why. It is an operator's, as a tick is.
    """
    answer = session.engine.deal(team, at=at, dry_run=dry_run).as_json()
    session.out.show(answer, lambda page: _page(page, answer, dry_run, session.zone))
    if answer["failed"]:
        raise click.exceptions.Exit(1)


def _page(page: Page, answer: Mapping[str, Any], dry_run: bool, zone: tzinfo) -> None:
    would = "would go " if dry_run else ""
    for each in answer["dealt"]:
        since = instant(each["waited_since"], zone)
        owner = each["owner"] or "nobody"
        page.line(f"lead {each['lead']}: {would}to {owner} of {each['team']}, waited since {since}")
    for each in answer["waiting"]:
        it = counted(each["leads"], "lead waits", "leads wait")
        since = instant(each["since"], zone)
        page.line(f"{it} on for {each['team']} since {since}{BECAUSE[each['because']]}")
    for each in answer["failed"]:
        page.line(("- ", "red"), clean(f"lead {each['lead']}: {each['because']}"), indent=2)
    if not (answer["dealt"] or answer["waiting"]):
        page.line("nothing waits")
