"""What became of a clock when its lead moved to another version, for who previews or counts it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

What = Literal["untouched", "moved", "graced", "paused", "met", "cancelled", "started"]
WHATS: tuple[What, ...] = ("untouched", "moved", "graced", "paused", "met", "cancelled", "started")


class ClockMove(NamedTuple):
    """A clock by its target's name in the new text, or where that lacks it the old one.

    ``old`` and ``new`` are its due instants; None where it was not there, or is over.
    """

    target: str
    what: What
    old: datetime | None
    new: datetime | None


class Renamed(NamedTuple):
    """A clock whose target has another name from the entry ``seq`` on: what it was called, and is."""

    seq: int
    at: datetime
    was: tuple[str, int]
    """The target and the number of its clock."""
    now: tuple[str, int]
