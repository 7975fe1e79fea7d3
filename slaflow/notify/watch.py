"""Sending as a daemon: a round, a wait until something is due, until somebody rings the bell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from slaflow.engine.context import Context
from slaflow.engine.setup import receivers
from slaflow.engine.tick.worker import Bell
from slaflow.notify.plan import plan
from slaflow.notify.send import Report, Sender
from slaflow.settings.reach import Reach
from slaflow.store.errors import ConflictingChange, DatabaseLocked, DatabaseUnreachable
from slaflow.store.rows import deliveries as store

EVERY, LEAST = 1.0, 0.05
"""Seconds between two looks at the outbox, and while letters are in hand."""


def rounds(app: Context, reach: Reach, bell: Bell) -> Iterator[Report]:
    """What each round did; who hangs holds up no round. What can pass by itself is waited out.

    Raises:
        ReceiversDiffer: file and database do not name the same receivers.
    """
    receivers.check_same(app, reach)
    sender = Sender(app, reach, is_over=lambda: bell.rung)
    try:
        while not bell.rung:
            report = Report()
            with suppress(ConflictingChange, DatabaseLocked, DatabaseUnreachable):
                report.planned = plan(app, reach)
                sender.begin()
            sender.collect(report)
            yield report
            bell.wait(_pause(app, sender))
    finally:
        sender.close()


def _pause(app: Context, sender: Sender) -> float:
    if sender.is_busy:
        return LEAST
    with suppress(ConflictingChange, DatabaseLocked, DatabaseUnreachable), app.database.read() as conn:
        due = store.next_due(conn)
        if due is not None:
            return min(max((due - app.now()).total_seconds(), LEAST), EVERY)
    return EVERY
