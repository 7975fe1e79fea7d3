"""``slaflow lead erase`` and ``slaflow db scrub``: a person forgotten, in the tables and in the files."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click

from slaflow.errors import REFUSED, SlaflowError

from ..completion import name_argument
from ..options import Command, at_option
from ..output import tell
from ..session import Session, pass_session
from ..words import clean, counted
from .changes import happened

LATER = (
    "slaflow: unused parts of the database's files may still hold the old values; "
    "'slaflow db scrub' rewrites them"
)


@click.command("erase", cls=Command, acts=True, short_help="Blanks a person's data for ever.")
@name_argument("lead")
@click.option(
    "--reason", required=True, metavar="TEXT",
    help="Why, naming nobody: it stays in the log for ever, 500 characters at most.",
)  # fmt: skip
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--scrub/--no-scrub", default=None,
    help="Rewrite the database's files now, or leave it to 'slaflow db scrub'. Default: now on SQLite.",
)  # fmt: skip
@at_option
@pass_session
def erase(
    session: Session, lead: str, reason: str, yes: bool, scrub: bool | None, at: datetime | None
) -> None:
    """Blanks everything known of the person behind LEAD, for ever; the log still verifies and counts.

    Fields, answers and identity go, the data of the lead's log entries, messages and import keys.
    Open clocks are cancelled, and nothing can happen to the lead any more. Backups, exports and what
    was imported from are yours to delete.
    """
    actor = session.require_actor()
    before = session.engine.latest(lead, at=at)
    if before["erased_at"] is None and not yes and sys.stdin.isatty():
        _ask(before)
    after = session.engine.erase(before["id"], reason, actor, at=at)
    # That the score falls with the fields it was counted from is nobody's news.
    answer = happened({**before, "score": after["score"]}, after, "erased", session.zone_of(after["digest"]))
    session.out.show(after, lambda page: None if session.quiet else page.line(answer))
    _scrub_now(session, scrub)


def _ask(lead: Mapping[str, Any]) -> None:
    question = f"erase lead {lead['id']} ({clean(lead['key'])}) for ever?"
    if not click.confirm(question, err=True):
        tell("slaflow: nothing was erased")
        raise click.exceptions.Exit(REFUSED)


def _scrub_now(session: Session, wanted: bool | None) -> None:
    """Rewrites the files if that is asked for; the lead is erased whatever comes of it."""
    if wanted is None:
        wanted = session.engine.database.dialect == "sqlite"
    if not wanted:
        session.out.say(LATER)
        return
    try:
        session.engine.scrub()
    except SlaflowError as error:
        tell(clean(f"slaflow: the lead is erased, but {error}"))


@click.command("scrub", cls=Command, short_help="Rewrites the files after leads were erased.")
@pass_session
def scrub(session: Session) -> None:
    """Rewrites the database's files if leads were erased since, so that no unused part holds their values.

    On SQLite the whole file, while others may only read. On PostgreSQL the tables of leads, log,
    messages and imports, each closed to others meanwhile; its user must own them and the database.
    """
    leads = session.engine.scrub()
    words = f"the files hold nothing of {counted(leads, 'erased lead')}" if leads else "nothing to scrub"
    session.out.show({"leads": leads}, lambda page: page.line(words))
