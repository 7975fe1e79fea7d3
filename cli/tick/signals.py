"""Signals that end what goes on by itself."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ENDING = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def ended_by(ring: Callable[[], None]) -> Iterator[None]:
    """The first signal ends the work after the batch in hand, a second one at once."""
    before = {number: signal.getsignal(number) for number in ENDING}

    def asked(number: int, frame: object) -> None:
        for each, handler in before.items():
            signal.signal(each, handler)
        ring()

    for number in ENDING:
        signal.signal(number, asked)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
