"""``slaflow outbox send``: what waits goes out, once or from now on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from ..options import Command
from ..output import Output, Page, tell
from ..session import Session, pass_session
from ..words import clean, counted

if TYPE_CHECKING:
    from slaflow.notify.send import Report

COUNTS = ("sent", "again", "failed", "dropped", "unreachable", "unwanted", "stale")
WORDS = {
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


def _once(session: Session, reach: Any) -> None:
    from slaflow.notify.send import Sender

    sender = Sender(session.engine, reach)
    try:
        report = sender.once()
    finally:
        sender.close()
    answer = report.as_json()
    if not session.quiet:
        session.out.show(answer, partial(_page, answer))
    _tell(report)
    if report.problems:
        raise click.exceptions.Exit(1)


def _watch(session: Session, reach: Any) -> None:
    from slaflow.engine.tick.worker import Bell
    from slaflow.notify.watch import rounds

    from ..tick.signals import ended_by

    bell = Bell()
    out = Output("jsonl" if session.format == "json" else session.format, session.quiet)
    if not session.quiet:
        session.out.say(f"slaflow: sending what waits in {session.engine.database.shown}")
    with ended_by(bell.ring):
        for report in rounds(session.engine, reach, bell):
            _tell(report)
            if report.is_news:
                answer = report.as_json()
                out.show(answer, partial(_page, answer))
    bell.close()


def _tell(report: Report) -> None:
    for name, because in {**report.closed, **report.problems}.items():
        tell(clean(f"slaflow: {name}: {because}"))


def _page(answer: dict[str, Any], page: Page) -> None:
    done = [f"{answer[name]} {WORDS.get(name, name)}" for name in COUNTS if answer[name]]
    whole = (counted(answer["planned"], "message"), "bold")
    page.line(whole, f" planned; {', '.join(done) or 'nothing to send'}")
