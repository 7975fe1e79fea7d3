"""What waits in the outbox, sent: each channel by a worker of its own; who hangs costs others nothing."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from slaflow.engine.context import Context
from slaflow.engine.setup import receivers
from slaflow.errors import SlaflowError
from slaflow.notify.channels.opening import open_channel
from slaflow.notify.line import Line, Tally
from slaflow.notify.plan import Planned, plan
from slaflow.settings.reach import Reach
from slaflow.store.rows import deliveries as store

WORKERS = 16
"""Channels that are sent over at once."""


@dataclass(slots=True)
class Report:
    """What one round did; ``closed`` and ``problems`` say by channel why nothing goes over it now."""

    planned: Planned = field(default_factory=Planned)
    sent: int = 0
    again: int = 0
    failed: int = 0
    dropped: int = 0
    closed: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, tally: Tally) -> None:
        self.sent += tally.sent
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
            "sent": self.sent,
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

    def once(self) -> Report:
        """Plans, sends what is due over every channel, and waits until all are done.

        Raises:
            ReceiversDiffer: file and database do not name the same receivers.
        """
        receivers.check_same(self.app, self.reach)
        report = Report(plan(self.app, self.reach))
        self.begin()
        while self._running:
            name, future = next(iter(self._running.items()))
            self._end(report, name, future)
        return report

    @property
    def is_busy(self) -> bool:
        """Whether letters are in hand."""
        return bool(self._running)

    def begin(self) -> None:
        """Has a worker for each channel over which something is due and that has none."""
        with self.app.database.read() as conn:
            due = store.due_channels(conn, self.app.now())
        for name in due:
            if name not in self._running:
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
            report.add(name, future.result())
        except SlaflowError as error:
            report.problems[name] = str(error)

    def _line(self, name: str) -> Tally:
        channel = open_channel(name, self.reach, self.environment)
        try:
            return Line(self.app, self.reach, channel, self.name, self.is_over).run()
        finally:
            channel.close()
