"""How much is searched before a search is given up."""

from __future__ import annotations

MOST_CONFIGURATIONS = 100_000
MOST_WORK = 600_000
"""Courses and configurations made, many of them again and again."""


class TooMuch(Exception):
    """There is more to search than is searched; told of as undecided, never raised to a caller."""


class Effort:
    """What a search has cost so far."""

    def __init__(self, most: int = MOST_WORK) -> None:
        self.left = most

    def spend(self) -> None:
        """Counts one thing made. Raises :class:`TooMuch` where it is one too many."""
        self.left -= 1
        if self.left < 0:
            raise TooMuch
