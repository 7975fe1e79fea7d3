"""``slaflow link run``: one round of the link."""

from __future__ import annotations

from typing import Any

import click

from ..options import Command
from ..output import Page, tell
from ..session import Session, pass_session
from ..words import clean

WORDS = {"applied": "applied", "unchanged": "known already", "echo": "our own", "failed": "failed",
         "put_off": "put off"}  # fmt: skip


@click.command("run", cls=Command)
@pass_session
def run(session: Session, /) -> None:
    """Applies what other systems sent and is due, and writes to CRMs what their fields are to show.

    'serve' does it all the time, and so does 'tick --watch --send'.
    """
    from slaflow.link import worker
    from slaflow.settings.reach_file import read_reach

    report = worker.run(session.engine, read_reach())
    answer = report.as_json()
    session.out.show(answer, lambda page: None if session.quiet else _told(page, answer))
    for name, words in report.troubles.items():
        tell(clean(f"slaflow: {name}: {words}"))
    if report.problems:
        raise click.exceptions.Exit(1)


def _told(page: Page, answer: dict[str, Any]) -> None:
    for name, each in answer["hooks"].items():
        counts = ", ".join(f"{each[key]} {word}" for key, word in WORDS.items() if each[key])
        page.line((f"hook {name}", "bold"), f": {counts or 'nothing new'}")
    for name, each in answer["receivers"].items():
        counts = ", ".join(f"{number} {key}" for key, number in each.items() if number and key != "closed")
        nothing = "closed" if each["closed"] else "nothing to be written"
        page.line((name, "bold"), f": {counts or nothing}")
    if not answer["hooks"] and not answer["receivers"]:
        page.line("nothing is linked; describe hooks and CRMs in slaflow.toml")
