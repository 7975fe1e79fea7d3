"""Numbers as a histogram that can be merged, for percentiles within one percent in constant memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

DIGITS = 8
"""So many leading binary digits of a number are kept: a bucket is at most 1/128 wide."""
EXACT = 2048
"""So many different numbers are kept as they are."""


@dataclass(slots=True)
class Spread:
    """How many there are of each size: exactly, or, of more than :data:`EXACT` different ones, by their
    leading digits. The middle of a bucket is at most 0.4 % off.

    What several come to hangs on the numbers alone, not on how they were parted or in which order they came.
    """

    buckets: Counter[int] = field(default_factory=Counter)
    is_coarse: bool = False

    def add(self, number: int) -> None:
        """Takes in a number that is not negative."""
        self.buckets[_bucket(number) if self.is_coarse else number] += 1
        if len(self.buckets) > EXACT and not self.is_coarse:
            self._coarsen()

    def merge(self, other: Spread) -> None:
        """Takes in all that *other* holds."""
        if other.is_coarse and not self.is_coarse:
            self._coarsen()
        for number, count in other.buckets.items():
            self.buckets[_bucket(number) if self.is_coarse else number] += count
        if len(self.buckets) > EXACT and not self.is_coarse:
            self._coarsen()

    def percentile(self, percent: int) -> int | None:
        """The nearest-rank percentile; None of nothing."""
        rank = -(-self.buckets.total() * percent // 100)
        for number in sorted(self.buckets):
            rank -= self.buckets[number]
            if rank <= 0:
                return number + _width(number) // 2 if self.is_coarse else number
        return None

    def _coarsen(self) -> None:
        found = Counter[int]()
        for number, count in self.buckets.items():
            found[_bucket(number)] += count
        self.buckets, self.is_coarse = found, True


def _width(number: int) -> int:
    """How many numbers are in the bucket of *number*."""
    return 1 << max(number.bit_length() - DIGITS, 0)


def _bucket(number: int) -> int:
    """The least number of its bucket."""
    return number - number % _width(number)
