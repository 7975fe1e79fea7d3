"""How much one token may ask of one process: so many a second, with bursts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from threading import Lock
from time import monotonic
from typing import Literal, NamedTuple

Kind = Literal["reads", "writes"]
A_SECOND: dict[Kind, int] = {"reads": 50, "writes": 20}
BURST_SECONDS = 4
MOST_KNOWN = 10_000
"""Tokens that asked lately; with more, those who asked longest ago begin anew."""


class Room(NamedTuple):
    """What is left; ``wait`` is 0 where one more is granted, else the seconds until it would be; in ``full``
    seconds there is as much as there ever is."""

    kind: Kind
    left: int
    wait: int
    full: int

    def headers(self) -> dict[str, str]:
        """What is left and how much there is, for who asks to go by.

        Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/.
        """
        most = A_SECOND[self.kind] * BURST_SECONDS
        return {
            "ratelimit": f'"{self.kind}";r={self.left};t={self.wait or self.full}',
            "ratelimit-policy": f'"{self.kind}";q={most};w={BURST_SECONDS}',
        }


@dataclass(slots=True)
class Limits:
    """Buckets that fill with time, one for each token and kind; *clock* gives seconds that only grow."""

    clock: Callable[[], float] = monotonic
    _buckets: dict[tuple[str, Kind], tuple[float, float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def take(self, token: str, kind: Kind) -> Room:
        """Asks for one more."""
        rate = A_SECOND[kind]
        full = float(rate * BURST_SECONDS)
        with self._lock:
            now = self.clock()
            left, since = self._buckets.pop((token, kind), (full, now))
            left = min(full, left + (now - since) * rate)
            granted = left >= 1
            left -= granted
            # Put last, so that those who asked longest ago stand first.
            self._buckets[token, kind] = left, now
            if len(self._buckets) > MOST_KNOWN:
                del self._buckets[next(iter(self._buckets))]
        return Room(kind, int(left), 0 if granted else ceil((1 - left) / rate), ceil((full - left) / rate))
