"""Tick as a daemon: a round, a wait until the next step falls, until somebody rings the bell.

No leader and no lease: any number of workers claim batches from one database, and whoever holds a lead
decides it. What can pass by itself (a lost connection, a failover, a locked file, a lost race) is waited
out; only a database whose tables are not this slaflow's ends a worker.
"""

from __future__ import annotations

import logging
import os
import random
import selectors
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from time import monotonic, perf_counter

from slaflow.engine.batch import BATCH
from slaflow.engine.context import Context
from slaflow.engine.sweeping import Sweeper, forget_over, sweep_some
from slaflow.engine.tick import run
from slaflow.engine.tick.batch import Settled
from slaflow.engine.tick.run import TickReport
from slaflow.errors import SlaflowError
from slaflow.store import wake
from slaflow.store.dealing import loads
from slaflow.store.dealing.loads import Waiting
from slaflow.store.errors import DatabaseAbsent, DatabaseIsReplica, DatabaseNewer, NotADatabase, NotMigrated
from slaflow.store.rows import backlog
from slaflow.store.rows import channels as channel_store
from slaflow.store.rows.backlog import Outbox
from slaflow.store.rows.channels import State
from slaflow.store.sending.queues import Queue, queues
from slaflow.store.wake import Listener

EVERY = timedelta(seconds=30)
SHORTEST, LONGEST = timedelta(seconds=1), wake.HORIZON
"""Bounds of ``every``: later wakes are not announced, so nobody may sleep past them."""
JUST_AFTER = timedelta(milliseconds=1)
"""A step is carried out by what comes strictly after it."""
ENDING: tuple[type[SlaflowError], ...] = (NotMigrated, DatabaseNewer)
NEVER_THERE: tuple[type[SlaflowError], ...] = (DatabaseAbsent, NotADatabase, DatabaseIsReplica)
"""What ends a worker too if it is so from the start: a slip in the URL, not a file being restored or a
server that is about to be promoted."""
log = logging.getLogger("slaflow.watch")


class Bell:
    """Ends the waiting of a worker; may be rung from a signal handler or another thread."""

    def __init__(self) -> None:
        self.rung = False
        self._inside, self._outside = socket.socketpair()
        self._outside.setblocking(False)

    def ring(self) -> None:
        """Asks the worker to end after the batch in hand."""
        if not self.rung:
            self.rung = True
            self._outside.send(b"!")

    def wait(self, seconds: float, listener: Listener | None = None) -> bool:
        """Waits at most so long, or until rung; True as soon as *listener* has something to tell."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._inside, selectors.EVENT_READ)
            if listener is not None:
                selector.register(listener, selectors.EVENT_READ)
            return any(key.fileobj is listener for key, _ in selector.select(max(seconds, 0)))

    def close(self) -> None:
        self._inside.close()
        self._outside.close()


class Patience:
    """How long to wait, each time in a row twice as long, less up to half of it by chance.

    Chance keeps workers that were thrown out together from coming back together.
    """

    def __init__(self, first: float, longest: float, chance: Callable[[], float] = random.random) -> None:
        self._first, self._longest, self._chance = first, longest, chance
        self._times = 0

    def seconds(self) -> float:
        """The next wait."""
        whole: float = min(self._first * 2 ** min(self._times, 30), self._longest)
        self._times += 1
        return whole * (1 - self._chance() / 2)

    def reset(self) -> None:
        """After a success the next wait is the first again."""
        self._times = 0


class Observer:
    """Is told what a worker does; this one does nothing with it."""

    wants_outbox = False

    def batch(self, seconds: float) -> None:
        """A batch was carried out."""

    def round(self, report: TickReport) -> None:
        """A round ended, whole or cut short."""

    def looked(self, next_wake: datetime | None, outbox: Outbox | None) -> None:
        """The worker knows what comes next."""

    def waits(self, queues: Mapping[str, Queue], channels: Mapping[str, State]) -> None:
        """What is to be sent over each channel, and how it does; only where ``wants_outbox``."""

    def deals(self, waiting: Sequence[Waiting]) -> None:
        """Which teams leads wait for, and how many; only where ``wants_outbox``."""

    def retried(self, error: SlaflowError) -> None:
        """Something failed and will be tried again."""


class _Rung(Exception):
    """The bell was rung between two batches."""


class Worker:
    """One of any number of workers on a database.

    Args:
        every: how long to sleep at most, :data:`SHORTEST` to :data:`LONGEST`.
        batch: leads in one transaction.
    """

    def __init__(
        self,
        app: Context,
        bell: Bell,
        *,
        every: timedelta = EVERY,
        batch: int = BATCH,
        observer: Observer | None = None,
    ) -> None:
        self.app, self.bell, self.every, self.batch = app, bell, every, batch
        self.observer = observer or Observer()
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._listener: Listener | None = None
        self._report = TickReport(app.now())
        self._is_new = True
        self._pause = 0.0
        self._after_failure = Patience(0.5, 60)
        self._while_held = Patience(0.25, 5)
        self._sweeper = Sweeper(app, forget_over)

    def rounds(self) -> Iterator[TickReport]:
        """What each round did, until the bell is rung; a round cut short only if it did something.

        Raises:
            NotMigrated, DatabaseNewer: the tables are not this slaflow's.
            DatabaseAbsent, NotADatabase, DatabaseIsReplica: so it was from the start.
        """
        self.app.database.is_hurried = lambda: self.bell.rung
        try:
            while not self.bell.rung:
                yield from self._round()
                self._sleep()
        finally:
            self._hang_up()

    def _round(self) -> Iterator[TickReport]:
        self._report = TickReport(self.app.now())
        began, is_whole = perf_counter(), False
        try:
            self.app.database.check_again()
            run.run(self.app, None, self.batch, False, None, self._once)
            sweep_some(self._sweeper, lambda: self.bell.rung)
            self._look_ahead()
            is_whole = True
        except _Rung:
            pass
        except SlaflowError as error:
            self._wait_out(error)
        self._report.seconds = perf_counter() - began
        if is_whole or self._report.steps or self._report.failed:
            self._told()
            yield self._report

    def _once(self, report: TickReport, take: Callable[[], Settled]) -> bool:
        self._report = report
        if self.bell.rung:
            raise _Rung
        settled = take()
        is_more = report.add(settled)
        if is_more:
            self.observer.batch(settled.seconds)
        return is_more

    def _look_ahead(self) -> None:
        """Decides how long to sleep. Listens first: what is written after the look is heard."""
        if self._listener is None:
            self._listener = wake.listen(self.app.database)
        with self.app.database.read() as conn:
            at = wake.next_wake(conn)
            outbox = backlog.outbox(conn, with_sent=False) if self.observer.wants_outbox else None
            if outbox is not None:
                self.observer.deals(loads.waiting(conn))
                self.observer.waits(queues(conn, self.app.now()), channel_store.states(conn))
        self._is_new = False
        self._after_failure.reset()
        self._pause = self._until(at)
        self.observer.looked(at, outbox)

    def _until(self, at: datetime | None) -> float:
        longest = self.every.total_seconds()
        if at is not None and at < self._report.at:
            # It was due in this round and is not done: another worker has it in hand.
            return min(self._while_held.seconds(), longest)
        self._while_held.reset()
        return longest if at is None else min(self._seconds_to(at), longest)

    def _seconds_to(self, at: datetime) -> float:
        return max((at + JUST_AFTER - self.app.now()).total_seconds(), 0)

    def _sleep(self) -> None:
        try:
            self._wait(self._pause)
        except SlaflowError as error:
            # The listener's connection was cut; the next round finds out what is left of the rest.
            self._hang_up()
            self._wait_out(error)
            self._wait(self._pause)

    def _wait(self, seconds: float) -> None:
        until = monotonic() + seconds
        while not self.bell.rung and (left := until - monotonic()) > 0:
            if self._listener is not None and self.bell.wait(left, self._listener):
                earliest = self._listener.heard()
                if earliest is not None:
                    until = min(until, monotonic() + self._seconds_to(earliest))
            elif self._listener is None:
                self.bell.wait(left)

    def _wait_out(self, error: SlaflowError) -> None:
        if isinstance(error, ENDING) or (self._is_new and isinstance(error, NEVER_THERE)):
            raise error
        if self.bell.rung:
            return
        self._hang_up()
        # What a connection remembers of a server or of tables that have changed goes with it.
        self.app.database.dispose()
        self._pause = self._after_failure.seconds()
        self.observer.retried(error)
        told = {"event": "retry", "worker": self.name, "code": error.code, "seconds": round(self._pause, 3)}
        log.warning("%s; trying again in %.1f s", error, self._pause, extra={"told": told})

    def _told(self) -> None:
        report = self._report
        self.observer.round(report)
        told = {
            "event": "round", "worker": self.name, "leads": report.leads, "steps": report.steps,
            "seconds": round(report.seconds, 3), "errors": len(report.failed),
        }  # fmt: skip
        log.info("%s steps on %s leads", report.steps, report.leads, extra={"told": told})

    def _hang_up(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
