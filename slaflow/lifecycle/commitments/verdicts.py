"""What is owed for a period, and whether what was measured is that much."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from slaflow.lifecycle.commitments.results import Measured, Result
from slaflow.lifecycle.commitments.terms import Terms
from slaflow.workflow.model.commitment import Commitment, Count, Sum

CENTS = Decimal("0.01")
KEPT, MISSED = "kept", "missed"


@dataclass(frozen=True, slots=True)
class Owed:
    """How much is owed for one period; ``prorated``: (days owed, days in all) of one that is not whole."""

    at_least: Decimal | None
    at_most: Decimal | None
    prorated: tuple[int, int] | None = None
    is_closed: bool = False
    """The period has no open day: nothing is owed."""


def owed(terms: Terms, commitment: Commitment) -> Owed:
    """What is owed for the period: a count or a sum in a first period that is not whole by its open days."""
    if not isinstance(commitment.measure, Count | Sum):
        return Owed(commitment.at_least, commitment.at_most)
    prorated = terms.prorated()
    is_closed = not terms.open_days()
    part = Fraction(*prorated) if prorated is not None and prorated[1] else Fraction(1)
    bounds = [_part(bound, part) for bound in (commitment.at_least, commitment.at_most)]
    return Owed(bounds[0], bounds[1], prorated, is_closed)


def _part(bound: Decimal | None, part: Fraction) -> Decimal | None:
    if bound is None or part == 1:
        return bound
    return (bound * part.numerator / part.denominator).quantize(CENTS)


def verdict(commitment: Commitment, owed: Owed, result: Result) -> str | None:
    """``kept``, ``missed``, or None where there is too little to judge by."""
    if owed.is_closed or (commitment.has_sample and result.among < commitment.min_sample):
        return None
    if owed.at_least is None and owed.at_most is None:
        return None
    return KEPT if within(commitment, owed, result) else MISSED


def within(commitment: Commitment, owed: Owed, result: Result) -> bool:
    """Whether the result is within what is owed; a share is compared exactly, not as it is shown."""
    figure, whole = (result.of * 100, result.among) if commitment.is_share else (result.of, 1)
    enough = owed.at_least is None or figure >= owed.at_least * whole
    return enough and (owed.at_most is None or figure <= owed.at_most * whole)


def overall(commitment: Commitment, owed: Owed, measured: Measured) -> str | None:
    """The verdict on a commitment; per owner it is missed as soon as one of them missed it."""
    if not commitment.per_owner:
        return verdict(commitment, owed, measured.total)
    verdicts = {verdict(commitment, owed, result) for result in measured.owners.values()}
    return MISSED if MISSED in verdicts else KEPT if KEPT in verdicts else None
