"""What is asked of the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What ``slaflow log list`` asks for; all that is given must hold.

    ``lead`` is a lead's id; ``from_`` (inclusive) and ``to`` (exclusive) bound ``at``; ``after`` is the
    id after which to go on, ``limit`` the most entries wanted. ``actors`` are the spellings of ``actor``
    that stand in the log, where they are known; any of them will do, and so of ``kinds``.
    """

    lead: int | None = None
    kind: str | None = None
    actor: str | None = None
    party: str | None = None
    target: str | None = None
    trigger: str | None = None
    from_: datetime | None = None
    to: datetime | None = None
    limit: int | None = None
    after: int | None = None
    actors: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


EVERYTHING = LogFilter()
