"""``slaflow log archive``: what is long over leaves the log for files, which are read to check it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..file_options import InputFile
from ..options import MOMENT, Command, at_option
from ..output import Page
from ..session import Session, pass_session
from ..words import counted, instant

if TYPE_CHECKING:
    from slaflow.engine.log.read import LogFilter
    from slaflow.exchange.archive.reader import Archived

F = TypeVar("F", bound=Callable[..., Any])


def archive_option(command: F) -> F:
    """Where the files of the archived part of the log are."""
    return click.option(
        "--archive",
        "folders",
        multiple=True,
        type=InputFile(),
        metavar="DIR",
        help="Where files of archived entries are, to be read too; a folder or a file, as often as needed.",
    )(command)


def archived_in(session: Session, folders: tuple[Path, ...]) -> Archived | None:
    """The archived part of the log; None where no folder was named."""
    from slaflow.exchange.archive.reader import at_hand

    return at_hand(session.engine, folders) if folders else None


def tell_archived(session: Session, chosen: LogFilter) -> None:
    """Says on stderr what else might have been listed, were it not archived."""
    if answer := archived_words(session, chosen.lead, chosen.from_):
        session.out.say(f"not listed: {answer}")


def archived_words(session: Session, lead: int | None = None, since: datetime | None = None) -> str:
    """How much is archived, and where: of that lead, from that instant on; nothing where nothing is."""
    from slaflow.engine.log.archives import is_archived, records

    made = [each for each in records(session.engine) if since is None or each.before > since]
    if not made or (lead is not None and not is_archived(session.engine, lead)):
        return ""
    names = ", ".join(record.file for record in made[:3]) + (", ..." if len(made) > 3 else "")
    entries = sum(record.entries for record in made)
    what = counted(entries, "entry", "entries") if lead is None else f"entries of lead {lead}"
    return f"{what}, archived in {names}"


@click.command("archive", cls=Command)
@click.option("--before", required=True, type=MOMENT, metavar="WHEN",
              help="Leads for which nothing was logged since this date or instant.")  # fmt: skip
@click.option("-o", "--output", "folder", type=click.Path(path_type=Path), default=Path(), metavar="DIR",
              help="The folder for the files; default: this one.")  # fmt: skip
@at_option
@pass_session
def archive(session: Session, before: datetime | date, folder: Path, at: datetime | None) -> None:
    """Moves the entries of leads that are closed and at rest to Parquet files, on the record.

    A lead's entries go together: it is in a final state, nothing is owed for it, and nothing was logged
    for it since WHEN, nor in a period of a commitment that is not closed. All others stay. Keep the
    files: 'log verify --archive DIR' reads them.
    """
    from slaflow.exchange.archive.run import archive as move
    from slaflow.lifecycle.decision import instant_text

    moment = session.moment(before)
    assert moment is not None, "the option is required"
    with session.out.progress("entries") as progress:
        report = move(session.engine, moment, folder, at=at, progress=lambda number: progress(number, None))

    def page(page: Page) -> None:
        moved = f"{counted(report.entries, 'entry', 'entries')} of {counted(report.leads, 'lead')}"
        if not report.files:
            page.line("nothing to archive: no lead has been at rest in a final state since then")
        for file in report.files:
            page.line(file)
        if report.files:
            page.line(f"archived {moved}")
        if report.stayed:
            kept = counted(report.stayed, "earlier entry", "earlier entries")
            page.line(f"{kept} stay: of leads that are not at rest, of agreements and people")
        for name, since in report.unclosed.items():
            shown = instant(instant_text(since), session.zone)
            page.line(
                f"{name}: leads with entries since {shown} stay, to be counted in periods that are not closed"
            )

    session.out.show(report.as_json(), page)
