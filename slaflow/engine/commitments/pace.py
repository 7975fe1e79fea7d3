"""How a period that still runs is getting on: how far it is, where it leads, and whether that is enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from slaflow.lifecycle.commitments.figures import cut, figure, promise
from slaflow.lifecycle.commitments.results import Measured, Result, plain
from slaflow.lifecycle.commitments.terms import Terms
from slaflow.lifecycle.commitments.verdicts import CENTS, Owed, owed, verdict, within
from slaflow.workflow.model.commitment import Commitment, Count, Signed


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
    def on_pace(self) -> bool | None:
        """Whether the promise is kept if it goes on like this; None while there is too little to judge by.

        Per owner it is not as soon as anybody's is not.
        """
        if not self.commitment.per_owner:
            return self._on_pace(self.measured.total)
        judged = {self._on_pace(result) for result in self.measured.owners.values()}
        return False if False in judged else True if True in judged else None

    @property
    def is_short(self) -> bool:
        return self.on_pace is False

    @property
    def short_owners(self) -> list[str | None]:
        owners = self.measured.owners
        return [owner for owner in self._owners() if self._on_pace(owners[owner]) is False]

    def _owners(self) -> list[str | None]:
        return sorted(self.measured.owners, key=lambda o: o or "") if self.commitment.per_owner else []

    def _on_pace(self, result: Result) -> bool | None:
        if verdict(self.commitment, self.owed, result) is None:
            return None
        return within(self.commitment, self.owed, self.projected(result))

    def projected(self, result: Result) -> Result:
        """*result* carried on to the end of the period, exactly."""
        if self.commitment.has_sample:
            return result
        return Result(result.of * self.days / self.over, result.among)

    def expected(self) -> str | None:
        """How much of what is owed at least should be there by now."""
        if self.commitment.has_sample or self.owed.at_least is None:
            return None
        part = self.owed.at_least * self.over / self.days
        return plain(part.quantize(CENTS))

    def as_data(self) -> dict[str, Any]:
        """The pace as an entry's data; no floats in it."""
        total = self.measured.total
        counts = {"of": int(total.of), "among": total.among} if self.commitment.is_share else {}
        counts |= {"clocks": total.among} if self.commitment.is_time else {}
        standing: dict[str, Any] = {
            "figure": figure(self.commitment, total), **counts, "expected": self.expected(),
            "projection": self.projection(), "promise": promise(self.commitment, self.owed),
            "days": {"over": self.over, "of": self.days},
        }  # fmt: skip
        if self.commitment.per_owner:
            standing["owners"] = [
                {"owner": owner, "figure": figure(self.commitment, self.measured.owners[owner])}
                for owner in self.short_owners
            ]
        return standing

    def projection(self) -> int | str | None:
        """What the period comes to at this pace; see :meth:`_heading`."""
        return self._heading(self.measured.total)

    def _heading(self, result: Result) -> int | str | None:
        """Where *result* leads, written as the figure is; leads are counted whole.

        Down, or up where only that tells whether it will do.
        """
        ahead = self.projected(result)
        if self.commitment.has_sample:
            return figure(self.commitment, ahead)
        if not isinstance(self.commitment.measure, Count):
            return plain(cut(Fraction(ahead.of), 2, self.owed.at_least, self.owed.at_most))
        down = int(ahead.of)
        is_told = self._is_within(Result(Decimal(down))) == self._is_within(ahead)
        return down if is_told else down + 1

    def _is_within(self, result: Result) -> bool:
        return within(self.commitment, self.owed, result)

    def standing(self) -> dict[str, Any]:
        """The pace as ``review show`` tells it; per owner that of each, too."""
        standing: dict[str, Any] = {
            "over": self.over, "of": self.days, "expected": self.expected(),
            "projection": self.projection(), "on_pace": self.on_pace,
        }  # fmt: skip
        if self.commitment.per_owner:
            standing["owners"] = [
                {"owner": owner, "projection": self._heading(result), "on_pace": self._on_pace(result)}
                for owner in self._owners()
                for result in (self.measured.owners[owner],)
            ]
        return standing


def pace_of(terms: Terms, commitment: Commitment, measured: Measured, at: datetime) -> Pace | None:
    """The pace at an instant; None before the first open day is over, and where nothing is to be measured."""
    if isinstance(commitment.measure, Signed):
        return None
    days = terms.open_days()
    over = sum(terms.end_of(day) <= at for day in days)
    return Pace(commitment, owed(terms, commitment), measured, over, len(days)) if over else None
