"""``slaflow log export``: the log as a file for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..file_options import OutputFile
from ..options import Command
from ..output import write
from ..session import Session, pass_session
from ..words import counted
from .archive import archived_words
from .filters import filter_options, wanted


def _known_type(ctx: click.Context, param: click.Parameter, given: str) -> str:
    from slaflow.errors import did_you_mean
    from slaflow.exchange.exports.run import TYPES

    if given not in TYPES:
        nearest = did_you_mean(given, TYPES) or f"; there are {', '.join(TYPES)}"
        raise click.UsageError(f'unknown type "{given}"{nearest}', ctx)
    return given


@click.command("export", cls=Command, shows=("--raw",))
@click.option("--type", "type_", required=True, metavar="TYPE", callback=_known_type,
              help="jsonl, csv, parquet, xes, ocel or ocel-sqlite.")  # fmt: skip
@click.option("-o", "--output", "file", required=True, metavar="FILE",
              type=OutputFile(allow_dash=True),
              help="Where to; - for standard output (jsonl, csv, xes, ocel).")  # fmt: skip
@click.option("--partition", is_flag=True, help="Parquet: a folder FILE with a part per month.")
@filter_options
@pass_session
def command(session: Session, /, type_: str, file: Path, partition: bool, **filters: Any) -> None:
    """Writes the log to FILE, which appears when it is complete.

    jsonl and csv hold every entry as 'log list' shows it, parquet the same with types. xes (a trace per
    lead) and ocel 2.0 (JSON, or SQLite) are for process mining. A date is that day's start in the
    agreement's time zone.
    """
    from slaflow.exchange.exports.run import export_log

    chosen = wanted(session, **filters)
    if str(file) == "-":
        report = export_log(
            session.engine, type_, None, chosen, partition=partition, write=write, raw=session.raw
        )
        session.out.say(f"{counted(report.entries, 'entry', 'entries')} exported")
    else:
        with session.out.progress("entries") as progress:
            report = export_log(
                session.engine, type_, file, chosen, partition=partition, raw=session.raw,
                progress=lambda number: progress(number, None),
            )  # fmt: skip
        words = f"{counted(report.entries, 'entry', 'entries')} in {report.file}"
        session.out.show(report.as_json(), lambda page: page.line(words))
    if archived := archived_words(session, chosen.lead, chosen.from_):
        session.out.say(f"not exported: {archived}")
