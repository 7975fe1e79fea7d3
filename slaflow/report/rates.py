"""Shares and percentiles, the same in every report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

from slaflow.language import hundredths

Number = TypeVar("Number", int, float)


def share(part: int, whole: int) -> float | None:
    """*part* of *whole* with four decimals, more where it would seem none or all of it; None of nothing."""
    if not whole:
        return None
    exact, places = part / whole, 4
    while 0 < part < whole and round(exact, places) in (0, 1):
        places += 1
    return round(exact, places)


def percent_text(share: float, places: int) -> str:
    """``79.3%``; with more decimals where it would seem none or all and is not."""
    text = f"{share:.{places}%}"
    seems_whole = float(text[:-1]) in (0, 100)
    return percent_text(share, places + 1) if seems_whole and 0 < share < 1 else hundredths(text)


def percentile(values: Sequence[Number], share: float) -> Number | None:
    """The nearest-rank percentile, None of nothing."""
    return nearest_rank(sorted(values), share)


def nearest_rank(ordered: Sequence[Number], share: float) -> Number | None:
    """The same of values that are in order."""
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)] if ordered else None


def least(values: Sequence[Number | None]) -> Number | None:
    """The least that is there: percentiles of a whole are the least of those of its parts."""
    return min((value for value in values if value is not None), default=None)
