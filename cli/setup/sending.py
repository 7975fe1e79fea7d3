"""``slaflow outbox send``: what waits goes out, once or from now on."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from ..options import Command
from ..output import Output, Page, tell
from ..session import Session, pass_session
from ..words import clean, counted, instant

if TYPE_CHECKING:
    from slaflow.notify.send import Report
    from slaflow.settings.reach import Reach

COUNTS = ("sent", "gathered", "again", "failed", "dropped", "unreachable", "unwanted", "stale")
WORDS = {
    "gathered": "messages gathered in digests",
    "again": "to be tried again",
    "unreachable": "for whom nothing says how they are reached",
    "unwanted": "for who asked for none",
}


@click.command("send", cls=Command)
@click.option("--watch", is_flag=True, help="Go on until SIGTERM or Ctrl-C; several may run at once.")
@pass_session
def send(session: Session, watch: bool) -> None:
    """Sends every message that waits, over the channels and to the receivers of slaflow.toml.

    Exit code 1 where something could not even be tried, such as for a secret that is not set. Killed in
    between it may send a letter twice, under one id; none is lost.
    """
    from slaflow.settings.reach_file import read_reach

    reach = read_reach()
    if watch:
        _watch(session, reach)
    else:
        _once(session, reach)


def _once(session: Session, reach: Reach) -> None:
    report = sent_once(session, reach)
    answer = report.as_json()
    if not session.quiet:
        session.out.show(answer, partial(_written, answer))
    tell_report(report)
    if report.problems:
        raise click.exceptions.Exit(1)


def sent_once(session: Session, reach: Reach) -> Report:
    """One round of a sender. Raises ``ReceiversDiffer``."""
    from slaflow.notify.send import Sender

    sender = Sender(session.engine, reach)
    try:
        return sender.once()
    finally:
        sender.close()


def _watch(session: Session, reach: Reach) -> None:
    from slaflow.engine.tick.worker import Bell
    from slaflow.notify.watch import rounds

    from ..tick.logs import Lines, logged
    from ..tick.signals import ended_by

    out = Output("jsonl" if session.format == "json" else session.format, session.quiet)
    if not session.quiet:
        session.out.say(f"slaflow: sending what waits in {session.engine.database.shown}")
    with closing(Bell()) as bell, logged(Lines()), ended_by(bell.ring):
        for report in rounds(session.engine, reach, bell):
            tell_report(report)
            if report.is_news:
                answer = report.as_json()
                out.show(answer, partial(_written, answer))
                sys.stdout.flush()


def _written(answer: Mapping[str, Any], page: Page) -> None:
    written_report(page, answer)


def tell_report(report: Report) -> None:
    for name, words in troubles(report):
        tell(clean(f"slaflow: {name}: {words}"))


def troubles(report: Report) -> Iterator[tuple[str, str]]:
    """What keeps messages from going, by channel or receiver."""
    for name, number in report.planned.held.items():
        then = f"look at them, then let them go with 'slaflow outbox release --channel {name}'"
        yield name, f"{number} held, more than its fuse lets go in a minute; {then}"
    yield from report.closed.items()
    yield from report.problems.items()


def written_report(page: Page, answer: Mapping[str, Any]) -> None:
    """What a round did, for people; with the instant where *answer* tells it."""
    done = [f"{answer[name]} {WORDS.get(name, name)}" for name in COUNTS if answer[name]]
    at = f"{instant(answer['at'][:19] + 'Z')} UTC  " if "at" in answer else ""
    whole = (counted(answer["planned"], "message"), "bold")
    nothing = "nothing sent yet" if answer["planned"] else "nothing to send"
    page.line(at, whole, f" planned; {', '.join(done) or nothing}")
