"""``slaflow backtest``: what a draft would have made of everything that was recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import orjson

from ..file_options import InputFile, OutputFile
from ..files import read_bounded
from ..log.archive import archive_option, archived_in
from ..options import MOMENT, Command, as_of_option
from ..session import Session, pass_session

Moment = datetime | date | None


def read_given(ctx: click.Context, param: click.Parameter, given: Iterable[str]) -> dict[str, dict[str, str]]:
    """``TRIGGER.INPUT=VALUE`` by trigger and input."""
    found: dict[str, dict[str, str]] = {}
    for text in given:
        name, equals, value = text.partition("=")
        trigger, dot, asked = name.strip().partition(".")
        if not (equals and dot and trigger and asked):
            raise click.BadParameter(f'"{text}" is not TRIGGER.INPUT=VALUE; write return.feedback=none')
        if asked in found.setdefault(trigger, {}):
            raise click.BadParameter(f'"{trigger}.{asked}" is given twice')
        found[trigger][asked] = value
    return found


@click.command("backtest", cls=Command)
@click.argument("file", type=InputFile())
@click.option(
    "--workflow", "name", metavar="NAME", help="Whose leads are told; default: the file's own name."
)
@click.option("--from", "start", type=MOMENT, metavar="WHEN", help="Promises that began at or after it.")
@click.option("--to", "end", type=MOMENT, metavar="WHEN", help="Promises that began before it.")
@as_of_option
@click.option("--leads", "output", type=OutputFile(dir_okay=False), metavar="OUT.jsonl",
              help="Where every promise that differs is written, by lead.")  # fmt: skip
@click.option("--give", "given", multiple=True, callback=read_given, metavar="TRIGGER.INPUT=VALUE",
              help="What an input is that FILE asks for and the record lacks.")  # fmt: skip
@click.option("--jobs", type=click.IntRange(1, 64), metavar="N",
              help="Processes that share the work; default: a core each, where that pays.")  # fmt: skip
@click.option("--dask", metavar="ADDRESS",
              help="A Dask scheduler whose workers do it, each on its own SLAFLOW_DB.")  # fmt: skip
@archive_option
@pass_session
def command(
    session: Session, file: Path, name: str | None, start: Moment, end: Moment, at: datetime | None,
    output: Path | None, given: dict[str, dict[str, str]], jobs: int | None,
    dask: str | None, folders: tuple[Path, ...],
) -> None:  # fmt: skip
    """What FILE would have made of everything that was recorded under its name. Changes nothing.

    Every lead is told again under FILE: what people did, and when, stays as it was recorded; what follows
    from it is decided anew. Both sides are told as of --at, by what had been told by then.
    """
    from slaflow.report.backtest import against_record
    from slaflow.workflow.load import load_workflow

    from .backtest_page import backtest_page

    draft = load_workflow(read_bounded(file), str(file)).require()
    period = {"start": session.moment(start), "end": session.moment(end)}
    with _written(session, file, output) as lines, session.out.progress("entries") as progress:
        figures = against_record(
            session.engine, draft, str(file), name=name, at=at, **period, given=given, jobs=jobs, dask=dask,
            lines=lines, archived=archived_in(session, folders),
            progress=lambda number: progress(number, None),
        )  # fmt: skip
    zone = ZoneInfo(draft.timezone)
    session.out.show(figures, lambda page: backtest_page(page, figures, zone, output))


@contextmanager
def _written(
    session: Session, file: Path, output: Path | None
) -> Iterator[Callable[[list[dict[str, Any]]], None]]:
    """What takes lines into *output*, which is there whole or not at all."""
    if output is None:
        yield lambda _: None
        return
    from slaflow.engine.files.atomic import new_file
    from slaflow.engine.files.own import Protected

    with new_file(output, Protected(session.engine, (file,))) as opened:
        yield lambda lines: opened.writelines(orjson.dumps(line) + b"\n" for line in lines)
