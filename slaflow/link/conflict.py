"""Whose change of a field that both sides may change counts: the later, of two at one instant as agreed."""

from __future__ import annotations

from datetime import datetime

from slaflow.link.out_map import Wins


def is_ours(wins: Wins, ours_at: datetime | None, theirs_at: datetime | None) -> bool:
    """Whether our value is to stand on both sides; instants are when each was changed last, None: never."""
    if ours_at is None:
        return False
    if theirs_at is None or ours_at > theirs_at:
        return True
    return ours_at == theirs_at and wins == "ours"
