"""Sending as a daemon: a round, a wait until something is due, until somebody rings the bell."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress

from slaflow.engine.context import Context
from slaflow.engine.setup import receivers
from slaflow.engine.sweeping import Sweeper
from slaflow.engine.tick.worker import Bell, Patience
from slaflow.errors import SlaflowError
from slaflow.notify.plan import plan
from slaflow.notify.retention import forget
from slaflow.notify.send import Report, Sender
from slaflow.settings.reach import Reach
from slaflow.store.errors import ConflictingChange, DatabaseLocked, DatabaseUnreachable
from slaflow.store.sending import due

EVERY, LEAST = 1.0, 0.05
"""Seconds between two looks at the outbox, and while letters are in hand."""
PASSING: tuple[type[SlaflowError], ...] = (ConflictingChange, DatabaseLocked, DatabaseUnreachable)
log = logging.getLogger("slaflow.send")


def rounds(app: Context, reach: Reach, bell: Bell) -> Iterator[Report]:
    """What each round did; who hangs holds up no round. What can pass by itself is waited out, and said.

    Raises:
        ReceiversDiffer: file and database do not name the same receivers.
    """
    app.database.is_hurried = lambda: bell.rung
    receivers.check_same(app, reach)
    sender = Sender(app, reach, is_over=lambda: bell.rung)
    sweeper, patience = Sweeper(app, forget), Patience(0.5, 60)
    try:
        while not bell.rung:
            report, seconds, is_more = Report(), None, False
            try:
                report.planned = plan(app, reach, lambda: bell.rung)
                sender.begin()
                is_more = sweeper.sweep()
                patience.reset()
            except PASSING as error:
                seconds = patience.seconds()
                _say(error, seconds)
            sender.collect(report)
            yield report
            if seconds is None:
                seconds = LEAST if is_more or sender.is_busy else _pause(app)
            bell.wait(seconds)
    finally:
        sender.close()


def _say(error: SlaflowError, seconds: float) -> None:
    told = {"event": "retry", "code": error.code, "seconds": round(seconds, 3)}
    log.warning("%s; trying to send again in %.1f s", error, seconds, extra={"told": told})


def _pause(app: Context) -> float:
    with suppress(*PASSING), app.database.read() as conn:
        at, now = due.next_due(conn), app.now()
        # What is due and was not taken in hand is in another's, or behind something that is.
        if at is not None and at > now:
            return min(max((at - now).total_seconds(), LEAST), EVERY)
    return EVERY
