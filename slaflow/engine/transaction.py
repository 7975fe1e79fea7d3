"""One write transaction: taken again where somebody else was first, or kept from the cycle collector."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


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
