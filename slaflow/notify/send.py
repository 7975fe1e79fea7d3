"""What waits in the outbox, sent: each channel by a worker of its own; who hangs costs others nothing."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import sleep
from typing import Any

from slaflow.engine.context import Context
from slaflow.engine.setup import receivers
from slaflow.errors import SlaflowError, own_fault
from slaflow.notify.channels.opening import open_channel
from slaflow.notify.line import Line, Tally
from slaflow.notify.plan import Planned, plan
from slaflow.notify.retention import forget
from slaflow.settings.reach import Reach
from slaflow.store.errors import ConflictingChange, DatabaseLocked, DatabaseUnreachable
from slaflow.store.rows import channels as channel_store
from slaflow.store.sending import due

WORKERS = 16
"""Channels that are sent over at once."""
AFTER_A_FAULT = timedelta(minutes=1)
"""So long a channel that could not be opened here, or broke, is left alone by this sender."""


@dataclass(slots=True)
class Report:
    """What one round did, in letters; ``gathered`` are the messages of those that hold several.

    ``closed`` and ``problems`` say by channel why nothing goes over it now.
    """

    planned: Planned = field(default_factory=Planned)
    sent: int = 0
    gathered: int = 0
    again: int = 0
    failed: int = 0
    dropped: int = 0
    closed: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, tally: Tally) -> None:
        self.sent += tally.sent
        self.gathered += tally.gathered
        self.again += tally.again
        self.failed += tally.failed
        self.dropped += tally.dropped
        if tally.closed is not None:
            self.closed[name] = tally.closed

    def as_json(self) -> dict[str, Any]:
        return {
            "planned": self.planned.messages,
            "unreachable": self.planned.unreachable,
            "stale": self.planned.stale,
            "unwanted": self.planned.unwanted,
            "held": dict(sorted(self.planned.held.items())),
            "sent": self.sent,
            "gathered": self.gathered,
            "again": self.again,
            "failed": self.failed,
            "dropped": self.dropped,
            "closed": self.closed,
            "problems": self.problems,
        }

    @property
    def is_news(self) -> bool:
        """Whether anything happened in it."""
        return bool(self.planned.messages or self.sent or self.again or self.failed or self.dropped)


class Sender:
    """One of any number of senders on a database.

    Args:
        environment: where secrets are looked for; the process's own if None.
        is_over: asked between two letters; True ends all lines.
    """

    def __init__(
        self, app: Context, reach: Reach, *, environment: Mapping[str, str] | None = None,
        is_over: Callable[[], bool] = lambda: False,
    ) -> None:  # fmt: skip
        self.app, self.reach, self.environment, self.is_over = app, reach, environment, is_over
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="send")
        self._running: dict[str, Future[Tally]] = {}
        self._paced_until: datetime | None = None
        self._left_alone: dict[str, datetime] = {}

    def once(self, wait: Callable[[float], object] = sleep) -> Report:
        """Plans, sends what is due over every channel, waits until all are done, and forgets what is old.

        What a channel's pace puts off is waited for, by *wait*; what is to be tried again later is not.

        Raises:
            ReceiversDiffer: file and database do not name the same receivers.
        """
        receivers.check_same(self.app, self.reach)
        report = Report(plan(self.app, self.reach))
        while True:
            self._paced_until = None
            self.begin()
            while self._running:
                name, future = next(iter(self._running.items()))
                self._end(report, name, future)
            until = self._paced_until
            if until is None or self.is_over():
                break
            wait(max((until - self.app.now()).total_seconds(), 0))
            if self.app.now() < until:
                break
        self._tell_shut(report)
        while forget(self.app):
            pass
        return report

    @property
    def is_busy(self) -> bool:
        """Whether letters are in hand."""
        return bool(self._running)

    def begin(self) -> None:
        """Has a worker for each channel over which something may be sent and that has none."""
        now = self.app.now()
        with self.app.database.read() as conn:
            names = due.due_channels(conn, now)
        for name in names:
            if name not in self._running and self._left_alone.get(name, now) <= now:
                self._running[name] = self._pool.submit(self._line, name)

    def collect(self, report: Report) -> None:
        """Adds to *report* what the workers that are done did."""
        for name, future in list(self._running.items()):
            if future.done():
                self._end(report, name, future)

    def close(self) -> None:
        """Waits for the letters in hand, and lets go of the workers."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _end(self, report: Report, name: str, future: Future[Tally]) -> None:
        del self._running[name]
        try:
            tally = future.result()
            report.add(name, tally)
            if tally.paced_until is not None:
                self._paced_until = min(self._paced_until or tally.paced_until, tally.paced_until)
        except (ConflictingChange, DatabaseLocked, DatabaseUnreachable) as error:
            report.problems[name] = str(error)
        except SlaflowError as error:
            self._leave_alone(report, name, str(error))
        except Exception as error:
            # One channel's bug stops that channel alone.
            self._leave_alone(report, name, own_fault(error))

    def _leave_alone(self, report: Report, name: str, because: str) -> None:
        report.problems[name] = because
        self._left_alone[name] = self.app.now() + AFTER_A_FAULT

    def _tell_shut(self, report: Report) -> None:
        """Says also of channels that were shut before why what waits for them waits on."""
        with self.app.database.read() as conn:
            states, names = channel_store.states(conn), list(due.waited_for(conn))
        now = self.app.now()
        for name in names:
            because = states[name].shut_because(now) if name in states else None
            if because is not None:
                report.closed.setdefault(name, because)

    def _line(self, name: str) -> Tally:
        channel = open_channel(name, self.reach, self.environment)
        try:
            return Line(self.app, self.reach, channel, self.name, self.is_over, self.environment).run()
        finally:
            channel.close()
