"""Not faster than the other side likes it: the least time between two letters to one address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from time import monotonic, sleep


class Pace:
    """Waits where a letter would come sooner than *least* after the one before it to the same place.

    Args:
        least: between two letters to one place; each place has its own.
        clock, wait: seconds that only go forward, and how some of them are passed.
    """

    def __init__(
        self, least: timedelta, clock: Callable[[], float] = monotonic, wait: Callable[[float], None] = sleep
    ) -> None:
        self._least, self._clock, self._wait = least.total_seconds(), clock, wait
        self._last: dict[str, float] = {}

    def keep(self, place: str) -> None:
        """Returns once a letter may go to *place*, and takes it that one goes."""
        last = self._last.get(place)
        left = 0.0 if last is None else last + self._least - self._clock()
        if left > 0:
            self._wait(left)
        self._last[place] = self._clock()
