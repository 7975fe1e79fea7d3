"""Processes that check parts of the log, all of one state of the database, each on its own connection.

They are started anew, not forked, so that they share no connection. Ctrl-C is heard by this process alone,
which ends them; they end by themselves where it is killed.
"""

from __future__ import annotations

import atexit
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from multiprocessing import parent_process
from multiprocessing.context import SpawnContext
from multiprocessing.process import BaseProcess
from threading import Thread
from traceback import clear_frames
from typing import Any, TypeVar

from slaflow.log.errors import VerificationImpossible
from slaflow.store import snapshot
from slaflow.store.database import Connection, Database
from slaflow.store.errors import StoreError
from slaflow.store.log.entries import has_more_than
from slaflow.store.snapshot import NeverStill

MOST = 8
"""As many are started by themselves; each takes a connection of the server's."""
P = TypeVar("P")
R = TypeVar("R")
Check = Callable[[P], R]
Make = Callable[[Database, Connection], Check[P, R]]
"""What a worker makes once of its database, to check parts with; a function of a module, which is all that a
worker imports beside this one."""


@contextmanager
def reading(
    database: Database, jobs: int | None, pays_from: int
) -> Iterator[tuple[Connection, Workers | None]]:
    """A read transaction, and *jobs* workers that see what it sees.

    There are none where one process is to read alone: for one job, where the database is out of others'
    reach or never still, and, unless *jobs* says how many, for no more than *pays_from* entries.
    """
    number = _pay(database, pays_from) if jobs is None else jobs
    with ExitStack() as stack:
        found = _sharing(database, number, stack) if number > 1 and snapshot.is_shareable(database) else None
        yield found or (stack.enter_context(database.read()), None)


def _pay(database: Database, pays_from: int) -> int:
    cores = _cores()
    if cores == 1:
        return 1
    with database.read() as conn:
        return min(cores, MOST) if has_more_than(conn, pays_from) else 1


def _cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _sharing(database: Database, number: int, stack: ExitStack) -> tuple[Connection, Workers] | None:
    with database.read():
        pass  # what is wrong with the database is told before anybody is started
    with ExitStack() as tried:
        workers = tried.enter_context(Workers(database.url, number))
        try:
            conn = tried.enter_context(snapshot.shared(database, workers.begin))
        except (StoreError, NeverStill):
            return None
        stack.push(tried.pop_all())
        return conn, workers


class Workers:
    """So many processes, each an executor of its own, so that every one of them can be told to begin.

    Raises:
        VerificationImpossible: of every method, one of them died.
    """

    def __init__(self, url: str, number: int) -> None:
        self._url = url
        self._processes = _Processes()
        self._executors: list[Executor] = [
            ProcessPoolExecutor(1, self._processes, _end_with_parent) for _ in range(number)
        ]

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            self._processes.terminate()
        for each in self._executors:
            each.shutdown(cancel_futures=True)

    def begin(self, snapshot: str | None) -> None:
        """Has each of them begin to read, from that snapshot where it has a name."""
        with _deaths_told():
            with _interrupts_kept_back():
                begun = [each.submit(_begin, self._url, snapshot) for each in self._executors]
            for future in begun:
                future.result()

    def each(self, make: Make[P, R], parts: Iterable[P]) -> Iterator[R]:
        """What the check that *make* makes gives for each part, in the order of *parts*.

        Parts are asked for one ahead, as somebody is free to check them.
        """
        with _deaths_told():
            yield from self._each(make, parts)

    def _each(self, make: Make[P, R], parts: Iterable[P]) -> Iterator[R]:
        free = deque(self._executors)
        at_work: dict[Future[R], Executor] = {}
        in_order: deque[Future[R]] = deque()
        for part in parts:
            if not free:
                done, _ = wait(at_work, return_when=FIRST_COMPLETED)
                free.extend(at_work.pop(future) for future in done)
            one = free.popleft()
            future = one.submit(_check, make, part)
            at_work[future] = one
            in_order.append(future)
            while in_order[0].done() and len(in_order) > 1:
                yield in_order.popleft().result()
        for future in in_order:
            yield future.result()


@contextmanager
def _deaths_told() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool:
        raise VerificationImpossible(
            "a process that was reading it died; try again, with --jobs 1 if it dies again"
        ) from None


class _Processes(SpawnContext):
    """Starts processes, and knows which."""

    def __init__(self) -> None:
        self._started: list[BaseProcess] = []

    def Process(self, *args: Any, **kwargs: Any) -> BaseProcess:  # type: ignore[override]
        process = super().Process(*args, **kwargs)
        self._started.append(process)
        return process

    def terminate(self) -> None:
        for process in self._started:
            if process.is_alive():
                process.terminate()


@contextmanager
def _interrupts_kept_back() -> Iterator[None]:
    """What is started meanwhile hears no Ctrl-C; this process hears it afterwards."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# What runs in the workers


class _Reading:
    """The read transaction that this process is in, and the checks that were made of it."""

    def __init__(self, url: str, name: str | None) -> None:
        self.database = Database(url)
        self.transaction = ExitStack()
        self.conn = self.transaction.enter_context(snapshot.read(self.database, name))
        self.checks: dict[Make[Any, Any], Check[Any, Any]] = {}

    def check(self, make: Make[P, R], part: P) -> R:
        if make not in self.checks:
            self.checks[make] = make(self.database, self.conn)
        check: Check[P, R] = self.checks[make]
        try:
            return check(part)
        except Exception as error:
            clear_frames(error.__traceback__)  # what was being read is let go before the connection is
            # On its way out of the transaction an error of the driver's becomes one of ours.
            with self.transaction.pop_all():
                raise

    def end(self) -> None:
        self.transaction.close()
        self.database.dispose()


_reading: list[_Reading] = []


def _begin(url: str, name: str | None) -> None:
    _end()
    _reading.append(_Reading(url, name))


def _end() -> None:
    while _reading:
        _reading.pop().end()


def _check(make: Make[P, R], part: P) -> R:
    return _reading[0].check(make, part)


def _end_with_parent() -> None:
    Thread(target=_wait_for_its_end, daemon=True).start()
    # Once modules are taken apart nobody can let go of a connection any more.
    atexit.register(_end)


def _wait_for_its_end() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
