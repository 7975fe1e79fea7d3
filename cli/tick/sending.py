"""A sender beside the worker of ``tick --watch --send``: neither waits for the other, or dies of it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Thread
from typing import TYPE_CHECKING

from ..output import Output
from ..session import Session
from ..setup.sending import troubles, written_report

if TYPE_CHECKING:
    from slaflow.engine.app import Engine
    from slaflow.engine.tick.worker import Bell
    from slaflow.notify.send import Report
    from slaflow.settings.reach import Reach

log = logging.getLogger("slaflow.send")


@contextmanager
def sending(session: Session) -> Iterator[Callable[[], None]]:
    """A sender in a thread of its own; gives what asks it to end. Afterwards it has ended."""
    from slaflow.engine.tick.worker import Bell
    from slaflow.settings.reach_file import read_reach

    bell, reach, engine = Bell(), read_reach(), session.another_engine()
    thread = Thread(target=_send, args=(session, engine, reach, bell), name="sender", daemon=True)
    thread.start()
    try:
        yield bell.ring
    finally:
        bell.ring()
        thread.join()
        bell.close()
        engine.database.dispose()


def _send(session: Session, engine: Engine, reach: Reach, bell: Bell) -> None:
    from slaflow.engine.tick.worker import Patience
    from slaflow.notify.watch import rounds

    patience = Patience(1, 60)
    while not bell.rung:
        try:
            for report in rounds(engine, reach, bell):
                patience.reset()
                if report.is_news or report.closed or report.problems:
                    _show(session, report, engine.now())
        except Exception as error:
            # Whatever ends it: promises are still to be kept, and what waits is still to be sent.
            seconds = patience.seconds()
            log.warning("%s; trying to send again in %.1f s", _words(error), seconds)
            bell.wait(seconds)


def _words(error: Exception) -> str:
    from slaflow.errors import SlaflowError

    return str(error) if isinstance(error, SlaflowError) else f"sending broke off: {type(error).__name__}"


def _show(session: Session, report: Report, now: datetime) -> None:
    for name, words in troubles(report):
        log.warning("%s: %s", name, words, extra={"told": {"event": "shut", "channel": name}})
    if not report.is_news:
        return
    answer = report.as_json()
    told = {"event": "sent", **answer}
    log.info("%s sent, %s to be tried again", report.sent, report.again, extra={"told": told})
    if session.format != "csv":
        # In csv its columns would be another table's.
        rounds = {"at": now.isoformat().replace("+00:00", "Z"), **answer}
        out = Output("jsonl" if session.format == "json" else session.format, session.quiet)
        out.show(rounds, lambda page: written_report(page, rounds))
        sys.stdout.flush()
