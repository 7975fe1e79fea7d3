"""``slaflow link run``: one round of the link."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from ..options import Command
from ..output import Page, tell
from ..session import Session, pass_session
from ..words import clean

WORDS = {"applied": "applied", "unchanged": "known already", "echo": "our own", "failed": "failed",
         "put_off": "put off"}  # fmt: skip
NOTHING = "nothing to be written"
NOT_APPLIED = "not applied; run 'slaflow receiver apply'"


@click.command("run", cls=Command)
@pass_session
def run(session: Session, /) -> None:
    """Applies what other systems sent and is due, and writes to CRMs what their fields are to show.

    'serve' does it all the time, and so does 'tick --watch --send'.
    """
    from slaflow.link import worker
    from slaflow.link.mirroring.status import status
    from slaflow.settings.reach_file import read_reach

    reach = read_reach()
    report = worker.run(session.engine, reach)
    answer = report.as_json()
    applied = {each["name"] for each in status(session.engine)}
    told = {*answer["receivers"], *report.problems}
    rest = {name: name in applied for name in sorted(reach.crms) if name not in told}
    session.out.show(answer, lambda page: None if session.quiet else _told(page, answer, rest))
    for name, words in report.troubles.items():
        tell(clean(f"slaflow: {name}: {words}"))
    if report.problems:
        raise click.exceptions.Exit(1)


def _told(page: Page, answer: dict[str, Any], rest: Mapping[str, bool]) -> None:
    """*rest* has the CRMs to which nothing was to be written, and whether each was applied."""
    for name, each in answer["hooks"].items():
        counts = ", ".join(f"{each[key]} {word}" for key, word in WORDS.items() if each[key])
        page.line((f"hook {name}", "bold"), f": {counts or 'nothing new'}")
    for name, each in answer["receivers"].items():
        counts = ", ".join(f"{number} {key}" for key, number in each.items() if number and key != "closed")
        nothing = "closed" if each["closed"] else NOTHING
        page.line((name, "bold"), f": {counts or nothing}")
    for name, is_applied in rest.items():
        page.line((name, "bold"), f": {NOTHING if is_applied else NOT_APPLIED}")
    if not (answer["hooks"] or answer["receivers"] or rest or answer["problems"]):
        page.line("nothing is linked; describe hooks and CRMs in slaflow.toml")
