"""How a period that still runs is getting on: how far it is, where it leads, and whether that is enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN
from typing import Any

from slaflow.engine.agenda import Terms
from slaflow.engine.measured import (
    CENTS,
    Measured,
    Owed,
    Result,
    figure,
    owed,
    plain,
    promise,
    verdict,
    within,
)
from slaflow.workflow.commitment import Commitment, Count, Signed


@dataclass(frozen=True, slots=True)
class Pace:
    """The results so far, with *over* of *days* open days gone.

    ``projection`` is what a count or a sum comes to if the rest of the days are like those gone; a share
    is projected as it stands.
    """

    commitment: Commitment
    owed: Owed
    measured: Measured
    over: int
    days: int

    @property
    def is_short(self) -> bool:
        """Whether the promise is missed if it goes on like this; per owner, whether anybody's is."""
        if self.commitment.per_owner:
            return bool(self.short_owners)
        return self._is_short(self.measured.total)

    @property
    def short_owners(self) -> list[str | None]:
        if not self.commitment.per_owner:
            return []
        owners: Mapping[str | None, Result] = self.measured.owners
        return [owner for owner in sorted(owners, key=lambda o: o or "") if self._is_short(owners[owner])]

    def _is_short(self, result: Result) -> bool:
        if verdict(self.commitment, self.owed, result) is None:
            return False
        return not within(self.commitment, self.owed, self.projected(result))

    def projected(self, result: Result) -> Result:
        """*result* carried on to the end of the period, exactly."""
        if self.commitment.is_share:
            return result
        return Result(result.of * self.days / self.over, result.among)

    def expected(self) -> str | None:
        """How much of what is owed at least should be there by now."""
        if self.commitment.is_share or self.owed.at_least is None:
            return None
        part = self.owed.at_least * self.over / self.days
        return plain(part.quantize(CENTS))

    def as_data(self) -> dict[str, Any]:
        """The pace as an entry's data; no floats in it."""
        total = self.measured.total
        counts = {"of": int(total.of), "among": total.among} if self.commitment.is_share else {}
        told: dict[str, Any] = {
            "figure": figure(self.commitment, total), **counts, "expected": self.expected(),
            "projection": self.projection(), "promise": promise(self.commitment, self.owed),
            "days": {"over": self.over, "of": self.days},
        }  # fmt: skip
        if self.commitment.per_owner:
            told["owners"] = [
                {"owner": owner, "figure": figure(self.commitment, self.measured.owners[owner])}
                for owner in self.short_owners
            ]
        return told

    def projection(self) -> int | str | None:
        """What the period comes to at this pace, written as the figure is; leads are counted whole."""
        result = self.projected(self.measured.total)
        if isinstance(self.commitment.measure, Count):
            return int(result.of)
        if not self.commitment.is_share:
            result = Result(result.of.quantize(CENTS, ROUND_DOWN), result.among)
        return figure(self.commitment, result)


def pace_of(terms: Terms, commitment: Commitment, measured: Measured, at: datetime) -> Pace | None:
    """The pace at an instant; None before the first open day is over, and where nothing is to be measured."""
    if isinstance(commitment.measure, Signed):
        return None
    days = terms.open_days()
    over = sum(terms.end_of(day) <= at for day in days)
    return Pace(commitment, owed(terms, commitment), measured, over, len(days)) if over else None
