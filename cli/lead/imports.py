"""``slaflow import``: a file of leads and of dated history."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from ..faults import INTERRUPTED
from ..file_options import InputFile, InputText, OutputFile
from ..options import Command, at_option, resurrect_option, workflow_option
from ..output import Page, tell, write
from ..session import Session, pass_session
from ..words import clean, counted

if TYPE_CHECKING:
    from slaflow.exchange.imports.run import ImportReport
    from slaflow.exchange.presets.preset import Preset

SHOWN = 10
"""Refused rows that people are shown; the file has all."""


class MapNamed(InputText):
    """A map's file, or a preset."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Files, and the presets that begin so."""
        from slaflow.exchange.presets.preset import preset_names

        names = (name for name in preset_names() if name.startswith(incomplete))
        return [*map(CompletionItem, names), CompletionItem(incomplete, type="file")]


@click.command("import", cls=Command)
@click.argument("file", type=InputFile(), required=False)
@click.option("--map", "map_", required=True, metavar="MAP", type=MapNamed(),
              help="YAML that says what a row means; or hubspot, marketo, salesforce.")  # fmt: skip
@click.option(
    "--show-map", is_flag=True, help="Only print the map of hubspot, marketo or salesforce, for FILE."
)
@click.option("--dry-run", is_flag=True, help="Decide everything, change nothing.")
@click.option("--rejected", metavar="PATH", type=OutputFile(),
              help="Where refused rows go; default FILE.rejected.csv.")  # fmt: skip
@click.option("--retry", is_flag=True, help="Try again what an earlier import was refused.")
@resurrect_option
@workflow_option
@at_option
@pass_session
def command(
    session: Session, file: Path | None, map_: str, show_map: bool, dry_run: bool, rejected: Path | None,
    retry: bool, resurrect: bool, workflow: str | None, at: datetime | None,
) -> None:  # fmt: skip
    """Imports FILE (CSV or JSONL): leads, and what happened to them and when.

    Rows that can't be used go with their reason to FILE.rejected.csv, and the exit code is 1.
    Where quotes leave it open which lines belong to a row, nothing is imported.
    Importing the same file again changes nothing.
    """
    from slaflow.exchange.imports.run import ImportStopped, import_file

    map = _chosen(map_)
    if show_map:
        _show(session, map, workflow, file)
        return
    if file is None:
        raise click.UsageError("Missing argument 'FILE'.")
    try:
        with session.out.progress("rows") as progress:
            report = import_file(
                session.engine, file, map, now=at, dry_run=dry_run, rejected=rejected, retry=retry,
                resurrect=resurrect, workflow=workflow, progress=lambda what, done, of: progress(done, of),
            )  # fmt: skip
    except ImportStopped as stopped:
        tell(clean(f"slaflow: {stopped}"))
        raise click.exceptions.Exit(INTERRUPTED) from None
    answer = report.as_json()
    session.out.show(answer, lambda page: _page(page, report, dry_run))
    for note in report.notes:
        session.out.say(f"slaflow: {note}")
    if not report.ok:
        raise click.exceptions.Exit(1)


def _chosen(given: str) -> Path | Preset:
    """A bare name is a preset's, and a path or a name with an ending a file's.

    Raises ``UnknownName`` for a bare name of neither a preset nor a file.
    """
    from slaflow.exchange.presets.preset import preset_named, preset_names

    file = Path(given)
    is_bare = given == file.name and not file.suffix
    if is_bare and (given in preset_names() or not file.exists()):
        return preset_named(given)
    return file


def _show(session: Session, map: Path | Preset, workflow: str | None, file: Path | None) -> None:
    """Prints the map a preset comes to, into a file of which it can be changed."""
    from slaflow.exchange.presets.fit import fitted_to
    from slaflow.exchange.presets.text import map_text

    if isinstance(map, Path):
        raise click.UsageError(f"--show-map prints the map of a preset; {map} is a map already")
    text = map_text(fitted_to(map, session.engine.active(workflow), file))
    session.out.show({"preset": map.name, "map": text}, lambda _: write(text))


def _page(page: Page, report: ImportReport, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    page.line((counted(report.rows, "row"), "bold"), " read")
    leads = f"{counted(report.leads_added, 'lead')} {would}added, {report.leads_updated} {would}updated"
    events = f"{counted(report.events, 'event')} {would}applied"
    page.line(f"{leads}, {events}, {counted(report.unchanged, 'row')} unchanged", indent=2)
    if report.refused:
        where = f"; all in {report.rejected_file}" if report.rejected_file else ""
        page.line((f"{report.refused} refused", "bold red"), where, indent=2)
        shown = [(str(row), str(report.lines[row] or ""), why) for row, why in report.rejected[:SHOWN]]
        page.table(("row", "line", "reason"), shown, indent=4)
        if report.refused > SHOWN:
            page.line(f"and {report.refused - SHOWN} more", indent=4)
