"""``slaflow user import``: a whole team out of a file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..file_options import InputFile
from ..options import Command, at_option
from ..output import Page
from ..session import Session, pass_session
from ..words import counted
from .person_words import recorded_words

if TYPE_CHECKING:
    from slaflow.engine.setup.recording import Recorded
    from slaflow.exchange.imports.people import PeopleReport


@click.command("import", cls=Command)
@click.argument("file", type=InputFile())
@click.option("--dry-run", is_flag=True, help="Decide everything, record nobody.")
@at_option
@pass_session
def import_(session: Session, file: Path, dry_run: bool, at: datetime | None) -> None:
    """Records everybody in FILE (CSV or JSONL) as its columns say, all of them together or nobody.

    Columns are email, party, name, team, manager, role, calendar, weight, capacity and per_day; who is new
    needs a party. An empty cell leaves as it is, as does a column that is not there; 'slaflow user add' takes
    things off. Who is not in the file stays as they are. Importing the same file again changes nothing.
    """
    from slaflow.exchange.imports.people import import_people

    report = import_people(session.engine, file, at, dry_run=dry_run)
    session.out.show(report.as_json(), lambda page: _page(page, report, session, at))


def _page(page: Page, report: PeopleReport, session: Session, at: datetime | None) -> None:
    if session.quiet:
        return
    told = report.as_json()
    people = counted(told["people"], "person", "people")
    page.line(f"{people}: {told['added']} new, {told['changed']} changed, {told['unchanged']} as they were")
    for _, each in report.recorded:
        if each.before is None or each.changes:
            page.line(recorded_words(each), indent=2)
            _leads_stay(page, each, session, at)
    if report.dry_run:
        page.line("nothing was recorded: a dry run")


def _leads_stay(page: Page, each: Recorded, session: Session, at: datetime | None) -> None:
    """What becomes of the leads of who changes sides."""
    if "party" in each.changes and (leads := session.engine.charge_of(each.person.email, at=at).leads):
        stay, them = ("stays", "it") if leads == 1 else ("stay", "them")
        words = f"{counted(leads, 'open lead')} {stay} theirs until a step or somebody assigns {them}"
        page.line(words, indent=4)
