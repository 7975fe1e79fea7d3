"""``slaflow user hand-over``: all that somebody has goes to another, or is dealt to a team."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

import click

from ..completion import name_argument, name_option
from ..options import Command, at_option
from ..output import Page
from ..session import Session, pass_session
from ..words import clean, counted, instant

SHOWN = 20


@click.command("hand-over", cls=Command, acts=True, short_help="Gives all their open leads to others.")
@name_argument("person", "email")
@name_option("person or team", "--to", words="A person, or a team; default: the team they are in.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@at_option
@pass_session
def hand_over(session: Session, email: str, to: str | None, dry_run: bool, at: datetime | None) -> None:
    """Gives every open lead that EMAIL owns to another person, or deals them to a team without EMAIL.

    A team is dealt by its turns and limits, and what nobody can take waits for it. A lead that another party
    holds is left, and named. Interrupted, it goes on when asked again. Who was removed is in the team they
    were in last. Without --as it is an operator's to do, whoever SLAFLOW_ACTOR is.
    """
    from slaflow.engine.dealing import handover

    done = handover.hand_over(session.engine, email, to, by=session.actor, at=at, dry_run=dry_run)
    answer = done.as_json()
    session.out.show(answer, lambda page: _page(page, answer, dry_run, session.zone))
    if answer["left"]:
        raise click.exceptions.Exit(1)


def _page(page: Page, answer: Mapping[str, Any], dry_run: bool, zone: tzinfo) -> None:
    to = [f"{each['leads']:,} to {each['email']}" for each in answer["given"]]
    if answer["waiting"]:
        wait = "waits" if answer["waiting"] == 1 else "wait"
        to.append(f"{answer['waiting']:,} {wait} for {answer['team']}")
    would = "would be " if dry_run else ""
    details = f": {', '.join(to)}" if to else ""
    page.line(f"{counted(answer['leads'], 'lead')} of {answer['email']} {would}handed over{details}")
    if answer["away_until"] is not None and answer["leads"]:
        page.line(f"{answer['person']} is away until {instant(answer['away_until'], zone)}")
    for each in answer["left"][:SHOWN]:
        page.line(f"lead {each['lead']} ", ("is left", "yellow"), clean(f": {each['because']}"))
    if len(answer["left"]) > SHOWN:
        page.line(f"and {counted(len(answer['left']) - SHOWN, 'more lead')}; --format json names all")
