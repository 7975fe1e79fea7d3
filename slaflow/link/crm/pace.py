"""How fast calls may follow each other: so many within any span of so long."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

Now = Callable[[], datetime]
Sleep = Callable[[float], None]
"""Waits for so many seconds."""


class Pace:
    """At most *calls* within any span of *per*; one caller at a time."""

    def __init__(self, calls: int, per: timedelta, now: Now, sleep: Sleep) -> None:
        self._calls, self._per = calls, per
        self._now, self._sleep = now, sleep
        self._made: deque[datetime] = deque()
        self._free_at: datetime | None = None

    def wait(self) -> None:
        """Waits until a call may be made, and counts it."""
        self._sleep_until(self._free_at)
        self._free_at = None
        while len(self._made) >= self._calls:
            self._sleep_until(self._made.popleft() + self._per)
        self._made.append(self._now())

    def learn(self, calls: int, per: timedelta) -> None:
        """The bound is another one."""
        self._calls, self._per = max(calls, 1), per

    def rest(self) -> None:
        """Others have used all that there is: nothing for one span."""
        self._free_at = self._now() + self._per

    def _sleep_until(self, at: datetime | None) -> None:
        seconds = 0.0 if at is None else (at - self._now()).total_seconds()
        if seconds > 0:
            self._sleep(seconds)
