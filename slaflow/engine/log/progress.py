"""Progress as callers hear it: each thousand of entries that was passed."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int], None]
_EVERY = 1000


class Told:
    """Counts entries as they come, a part at a time, and tells *hear* every thousand."""

    def __init__(self, hear: Progress | None) -> None:
        self._hear = hear
        self._count = 0

    def add(self, entries: int) -> None:
        before, self._count = self._count, self._count + entries
        if self._hear is not None:
            for thousand in range(before // _EVERY + 1, self._count // _EVERY + 1):
                self._hear(thousand * _EVERY)
