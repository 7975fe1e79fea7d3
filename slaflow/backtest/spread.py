"""Numbers as a histogram that can be merged, for percentiles within one percent in constant memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

EXACT = 8
"""So many leading binary digits of a number are kept: a bucket is at most 1/128 wide."""


@dataclass(slots=True)
class Spread:
    """How many of each size, those below 256 exactly, others with their eight leading binary digits.

    The middle of a bucket is at most 0.4 % off; buckets are as few as there are sizes.
    """

    buckets: Counter[int] = field(default_factory=Counter)

    def add(self, number: int) -> None:
        """Takes in a number that is not negative."""
        shift = max(number.bit_length() - EXACT, 0)
        self.buckets[number >> shift << shift] += 1

    def merge(self, other: Spread) -> None:
        """Takes in all that *other* holds."""
        self.buckets.update(other.buckets)

    def percentile(self, percent: int) -> int | None:
        """The nearest-rank percentile; None of nothing."""
        rank = -(-self.buckets.total() * percent // 100)
        for least in sorted(self.buckets):
            rank -= self.buckets[least]
            if rank <= 0:
                shift = max(least.bit_length() - EXACT, 0)
                return least + (1 << shift) // 2
        return None
