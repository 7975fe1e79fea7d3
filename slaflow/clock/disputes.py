"""Whether a clock's breach is disputed, and whether that was turned down: kept beside what it has seen."""

from __future__ import annotations

from datetime import datetime

from slaflow.clock.state import Clock

DISPUTED, UPHELD = -2, -3
"""Where ``Clock.seen`` keeps when; places in ``meet`` count from 0."""


def dispute(clock: Clock, at: datetime) -> None:
    """Who owes it says that it should not count; nothing stops for that."""
    clock.seen[DISPUTED] = (at,)


def uphold(clock: Clock, at: datetime) -> None:
    """The dispute is turned down: the breach stands."""
    clock.seen[UPHELD] = (at,)


def is_disputed(clock: Clock) -> bool:
    """Whether its breach was ever disputed."""
    return DISPUTED in clock.seen


def is_upheld(clock: Clock) -> bool:
    """Whether a dispute of it was turned down."""
    return UPHELD in clock.seen


def awaits_ruling(clock: Clock) -> bool:
    """Whether its breach is disputed and neither lifted nor upheld."""
    return is_disputed(clock) and not is_upheld(clock) and not clock.lifted
