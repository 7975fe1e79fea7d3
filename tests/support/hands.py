"""Workers that are started once for many tests, and what only tests have them do."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from slaflow.engine.log import workers
from slaflow.engine.log.workers import Workers
from slaflow.store.database import Connection, Database
from slaflow.store.errors import DatabaseLocked


class Lent(Workers):
    """Workers that go on to the next test; they only let go of the database."""

    def __init__(self, lender: Workers, url: str) -> None:
        self._url, self._executors, self._processes = url, lender._executors, lender._processes

    def __exit__(self, *_: object) -> None:
        for executor in self._executors:
            executor.submit(workers._end).result()


@contextmanager
def hands(number: int) -> Iterator[Callable[[str, int], Workers]]:
    """What stands for :class:`Workers`."""
    with Workers("", number) as lender:
        yield lambda url, asked: Lent(lender, url)


def dying(database: Database, conn: Connection) -> Callable[[int], int]:
    """A check in which the process dies at a part."""
    return lambda part: os._exit(part)


def sleeping(database: Database, conn: Connection) -> Callable[[int], None]:
    """A check that takes so many seconds."""
    return time.sleep


def refusing(database: Database, conn: Connection) -> Callable[[int], int]:
    """A check that gives back odd parts, and finds the database locked at even ones."""

    def check(part: int) -> int:
        if part % 2 == 0:
            raise DatabaseLocked("sqlite:///x.db", part)
        return part

    return check
