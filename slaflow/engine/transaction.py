"""One write transaction: taken again where somebody else was first, or kept from the cycle collector."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import TypeVar

from slaflow.engine.context import Context
from slaflow.store.database import Connection
from slaflow.store.errors import ConflictingChange

TRIES = 5
"""Times in a row that others may be first."""
Result = TypeVar("Result")


@contextmanager
def uncollected() -> Iterator[None]:
    """Keeps the cycle collector out of one batch: it makes no cycles, and looking for them in a thousand
    leads again and again takes a fourth of the time."""
    _keep_out()
    try:
        yield
    finally:
        _let_in()


class _Inside:
    """How many batches are in hand, in whatever threads, and whether the collector ran before them."""

    lock = Lock()
    number = 0
    was_on = False


def _keep_out() -> None:
    with _Inside.lock:
        if not _Inside.number:
            _Inside.was_on = gc.isenabled()
            gc.disable()
        _Inside.number += 1


def _let_in() -> None:
    with _Inside.lock:
        _Inside.number -= 1
        is_last = not _Inside.number
        if is_last and _Inside.was_on:
            gc.enable()
    if not is_last:
        # Where batches always overlap, what cycles the rest of the program made would never be found.
        gc.collect(0)


def written(app: Context, work: Callable[[Connection], Result]) -> Result:
    """What *work* gives, saved; it is done over where the race for its rows was lost.

    Raises:
        ConflictingChange: it was lost five times in a row; nothing is saved.
    """

    def once() -> Result:
        with app.database.write() as conn:
            return work(conn)

    return tried(once)


def tried(attempt: Callable[[], Result]) -> Result:
    """What *attempt* gives, a transaction of its own each time it is taken. Errors as :func:`written`."""
    for _ in range(TRIES - 1):
        with suppress(ConflictingChange):
            return attempt()
    return attempt()
