"""``slaflow workflow test``: scenarios told and compared, and how much of the agreements they show."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from ..file_options import InputFile, OutputFile
from ..files import end_unread
from ..options import Command
from ..session import Session, pass_session
from .files import scenario_files, tried
from .outcome import Terms, show


class Percentage(click.ParamType):  # type: ignore[type-arg]  # generic only in later versions
    """Of a hundred, as it is written: ``99.5`` is no float near it."""

    name = "percentage"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        text = str(value).strip().removesuffix("%")
        whole, point, part = text.partition(".")
        digits = whole.isascii() and whole.isdigit() and (not point or (part.isascii() and part.isdigit()))
        if not digits or len(text) > 20 or not 0 <= Fraction(text) <= 100:
            self.fail(f'"{value}" is no percentage from 0 to 100; write 100, or 87.5', param, ctx)
        return Fraction(text)


@click.command("test", cls=Command, short_help="Tells scenarios and compares.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=InputFile())
@click.option("--coverage", is_flag=True, help="Also say what of each workflow no scenario shows.")
@click.option(
    "--min-coverage", "least", type=Percentage(), metavar="P",
    help="Exit code 1 where less than P percent of a workflow is covered; 0 to 100.",
)  # fmt: skip
@click.option(
    "--junit",
    type=OutputFile(without_database=True),
    metavar="FILE",
    help="Also write the results as JUnit XML.",
)
@click.option("--watch", is_flag=True, help="Go on, and tell again what a saved file concerns.")
@pass_session
def test(
    session: Session, paths: Sequence[Path], coverage: bool, least: Fraction | None, junit: Path | None,
    watch: bool,
) -> None:  # fmt: skip
    """Tells the scenarios of files, or of all *.scenario.yaml below folders. Exit code 1 on a failure.

    A workflow's coverage is that of all its files together: states entered, transitions taken, clauses
    that passed and refused, promises kept and broken, cases, steps, timers, checks, routing rules.
    """
    if str(junit) == "-":
        raise click.UsageError("--junit takes a file; what is printed is the page, or what --format says")
    terms = Terms(coverage, least, junit)
    if watch:
        from .watching import watch_scenarios

        watch_scenarios(session, paths, terms)
        return
    files = scenario_files(paths)
    with session.out.progress("scenario files") as progress:
        trials = []
        for number, file in enumerate(files, 1):
            trials.append(tried(file))
            progress(number, len(files))
    faulty = show(session, trials, terms)
    end_unread(session, [trial.unread for trial in trials if trial.unread is not None], faulty)
