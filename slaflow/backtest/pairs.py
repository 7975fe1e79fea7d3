"""Which promise of the record is which of the draft, and why two of them differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import zip_longest
from typing import Any, Literal, NamedTuple

from slaflow.backtest.promise import Promise
from slaflow.lifecycle.decision import instant_text

Why = Literal["terms", "path"]
NONE = "none"
"""The outcome of what one side lacks."""


class Pair(NamedTuple):
    """A promise on both sides, or on one of them."""

    recorded: Promise | None
    would_be: Promise | None

    @property
    def target(self) -> str:
        return self._either.target

    @property
    def began_at(self) -> datetime:
        """Its start: of two that differ the earlier."""
        return min(each.began.at for each in self if each is not None)

    @property
    def _either(self) -> Promise:
        found = self.recorded or self.would_be
        assert found is not None
        return found

    @property
    def is_other(self) -> bool:
        """Whether its outcome differs."""
        return self.change is not None

    @property
    def change(self) -> str | None:
        """``met to breached``; None where the outcome is the same."""
        before, after = (NONE if each is None else each.outcome for each in self)
        return None if before == after else f"{before} to {after}"

    @property
    def is_moved(self) -> bool:
        """Whether outcome or due instant differ."""
        if self.recorded is None or self.would_be is None:
            return True
        return self.is_other or self.recorded.due_at != self.would_be.due_at

    def why(self, diverged_at: datetime | None) -> Why:
        """``terms`` where it began before the lead went another way."""
        return "terms" if diverged_at is None or self.began_at < diverged_at else "path"

    def as_json(self, lead: int, diverged_at: datetime | None) -> dict[str, Any]:
        """A line of the differences."""
        sides = {
            name: None if each is None else each.as_json()
            for name, each in (("recorded", self.recorded), ("would_be", self.would_be))
        }
        began = instant_text(self.began_at)
        return {
            "lead": lead,
            "target": self.target,
            "started_at": began,
            **sides,
            "because": self.why(diverged_at),
        }


def pairs_of(recorded: Iterable[Promise], would_be: Iterable[Promise]) -> list[Pair]:
    """Each promise with its counterpart: of the same target and start, the rest of a target in order of
    start. By start."""
    left, ahead = _by_start(recorded), _by_start(would_be)
    found = [Pair(left.pop(key), ahead.pop(key)) for key in [*left] if key in ahead]
    if left or ahead:
        for target in sorted({key[0] for key in (*left, *ahead)}):
            found += (Pair(*each) for each in zip_longest(_of(left, target), _of(ahead, target)))
    return sorted(found, key=lambda pair: (pair.began_at, pair.target))


_Key = tuple[str, datetime, int]


def _by_start(promises: Iterable[Promise]) -> dict[_Key, Promise]:
    """By target and start; of several that start at one instant also by which of them it is."""
    found: dict[_Key, Promise] = {}
    for each in sorted(promises, key=lambda promise: promise.number):
        number = 0
        while (key := (each.target, each.began.at, number)) in found:
            number += 1
        found[key] = each
    return found


def _of(left: dict[_Key, Promise], target: str) -> Iterator[Promise]:
    return (left[key] for key in sorted(left) if key[0] == target)
