"""``slaflow workflow document``: the agreement as a page to read to the end."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from slaflow.errors import USAGE, SlaflowError

from ..file_options import InputFile, OutputFile
from ..files import read_bounded
from ..options import MOMENT, Command
from ..output import write
from ..session import Session, pass_session

if TYPE_CHECKING:
    from slaflow.agreement.document.page import Signature
    from slaflow.workflow.model.workflow import Workflow

KINDS = (".html", ".htm", ".md")
NOT_MIGRATED = "not_migrated"


class PageUnclear(SlaflowError):
    """A file whose ending says not whether it is to be HTML or Markdown."""

    code = "page_unclear"
    exit_code = USAGE

    def __init__(self, file: Path) -> None:
        super().__init__(f"{file}: end the name in .html for a page, or in .md for Markdown")


@click.command("document", cls=Command, short_help="The agreement as a page in words.")
@click.argument("file", type=InputFile())
@click.option("-o", "--output", required=True, metavar="OUT",
              type=OutputFile(dir_okay=False, allow_dash=True),
              help="A name that ends in .html or .md; - is Markdown on standard output.")  # fmt: skip
@click.option("--at", type=MOMENT, metavar="WHEN",
              help="Shows the holidays of the twelve months from this day on; else from today.")  # fmt: skip
@pass_session
def document(session: Session, file: Path, output: Path, at: datetime | date | None) -> None:
    """Says FILE as one page: parties, promises, ways, checks, calendars, rights, and the lifecycle drawn.

    The page needs no script and nothing from elsewhere; the same text gives the same bytes for the same day.
    Where there is a database it also says who signed that very text, and it needs none.
    """
    from slaflow.agreement.document.html import html
    from slaflow.agreement.document.markdown import markdown
    from slaflow.agreement.document.page import page
    from slaflow.engine.context import wall_clock
    from slaflow.workflow.load import load_workflow

    is_printed = str(output) == "-"
    if not is_printed and output.suffix.lower() not in KINDS:
        raise PageUnclear(output)
    agreement = load_workflow(read_bounded(file), str(file)).require()
    since = at or wall_clock()
    day = since.astimezone(ZoneInfo(agreement.timezone)).date() if isinstance(since, datetime) else since
    made = page(agreement, day, _signatures(session, agreement))
    text = markdown(made) if is_printed or output.suffix.lower() == ".md" else html(made)
    if is_printed:
        write(text.encode())
        return
    from slaflow.engine.files.atomic import save

    save(output, text.encode())
    session.out.show(
        {"file": str(output), "digest": agreement.digest}, lambda page: page.line(f"wrote {output}")
    )


def _signatures(session: Session, agreement: Workflow) -> list[Signature] | None:
    """Who signed that very text, at the time of the agreement's zone; None where there is no database.

    One without tables of this release knows of none, and no page waits for it.
    """
    from slaflow.agreement.document.page import Signature

    file = session.engine.database.file
    if file is not None and not file.exists():
        return None
    zone = ZoneInfo(agreement.timezone)
    try:
        given = session.engine.signatures_under(agreement)["signatures"]
    except SlaflowError as error:
        if error.code != NOT_MIGRATED:
            raise
        session.out.say(f"slaflow: the page says nothing of signatures: {error}")
        return None
    at = [datetime.fromisoformat(each["at"]).astimezone(zone) for each in given]
    return [
        Signature(each["party"], each["actor"], f"{when:%Y-%m-%d %H:%M}")
        for each, when in zip(given, at, strict=True)
    ]
