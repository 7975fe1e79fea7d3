"""When to try again: twice as long each time, half of it by chance."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

from slaflow.settings.reach import Send

MOST = timedelta(hours=24)
"""The longest that the other side may have slaflow wait."""
DOUBLINGS = 20
"""From the shortest first pause, a second, these are more than the longest, a week."""


def pause(
    send: Send, tries: int, asked: timedelta | None = None, chance: Callable[[], float] = random.random
) -> timedelta:
    """How long to wait after so many failed *tries*, 1 or more; what the other side *asked* for wins."""
    if asked is not None:
        return min(max(asked, timedelta()), MOST)
    whole: timedelta = min(send.first * 2 ** min(tries - 1, DOUBLINGS), send.longest)
    return whole * (1 - chance() / 2)
