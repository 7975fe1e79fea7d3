"""Shares and percentiles, the same in every report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

Number = TypeVar("Number", int, float)


def share(part: int, whole: int) -> float | None:
    """*part* of *whole* with four decimals; None of nothing."""
    return round(part / whole, 4) if whole else None


def percentile(values: Sequence[int], share: float) -> int | None:
    """The nearest-rank percentile, None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def least(values: Sequence[Number | None]) -> Number | None:
    """The least that is there: percentiles of a whole are the least of those of its parts."""
    return min((value for value in values if value is not None), default=None)
