"""How figures and promises are written: in reviews, and in the entries that state them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from slaflow.lifecycle.commitments.results import Measured, Result, plain
from slaflow.lifecycle.commitments.verdicts import Owed, overall, verdict
from slaflow.workflow.model.commitment import Commitment, Count, Sum

PLACES = 4
"""Of a share: parts of ten thousand."""


def figure(commitment: Commitment, result: Result) -> int | str | None:
    """How a result is written: a number of leads; a sum, a share, or seconds of open time as text.

    A share is cut off after four decimals, or so much later that it stands on the same side of its bounds
    as the share itself: what looks kept is kept, and what looks missed is missed.
    """
    if isinstance(commitment.measure, Count):
        return int(result.of)
    if isinstance(commitment.measure, Sum):
        return plain(result.of)
    if not result.among:
        return None
    if commitment.is_time:
        return plain(cut(Fraction(result.of), 2, commitment.at_least, commitment.at_most))
    least, most = (
        None if bound is None else bound / 100 for bound in (commitment.at_least, commitment.at_most)
    )
    return plain(cut(Fraction(result.of) / result.among, PLACES, least, most))


def cut(number: Fraction, places: int, least: Decimal | None, most: Decimal | None) -> Decimal:
    """*number* cut off after *places* decimals; after more where it would seem to be nothing, or to miss
    *least* or to be within *most* against what it is.
    """

    def told(value: Fraction) -> tuple[bool, bool, bool]:
        enough = least is None or value >= Fraction(least)
        return value == 0, enough, most is None or value <= Fraction(most)

    while told(shown := Fraction(int(number * 10**places), 10**places)) != told(number):
        places += 1
    return Decimal(int(shown * 10**places)).scaleb(-places)


def promise(commitment: Commitment, owed: Owed) -> dict[str, str]:
    """What is owed, as the file writes it: shares with their sign, times with their units."""
    bounds = {"at_least": owed.at_least, "at_most": owed.at_most}
    return {key: _as_written(commitment, bound) for key, bound in bounds.items() if bound is not None}


def _as_written(commitment: Commitment, bound: Decimal) -> str:
    if not commitment.is_time:
        return plain(bound) + ("%" if commitment.is_share else "")
    hours, rest = divmod(int(bound), 3600)
    parts = ((hours, "h"), (rest // 60, "m"), (rest % 60, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number)


def as_data(commitment: Commitment, owed: Owed, measured: Measured) -> dict[str, Any]:
    """Figure, promise, verdict and counts as an entry's data; no floats in it."""
    total = measured.total
    data: dict[str, Any] = {
        "figure": figure(commitment, total), **_counts(commitment, total),
        "promise": promise(commitment, owed), "verdict": overall(commitment, owed, measured),
    }  # fmt: skip
    if measured.unjudged:
        data["unjudged"] = list(measured.unjudged)
    if owed.prorated is not None:
        data["prorated"] = {"days": owed.prorated[0], "of": owed.prorated[1]}
    if commitment.per_owner:
        data["owners"] = [
            {
                "owner": owner, "figure": figure(commitment, result), **_counts(commitment, result),
                "verdict": verdict(commitment, owed, result),
            }
            for owner, result in sorted(measured.owners.items(), key=lambda each: each[0] or "")
        ]  # fmt: skip
    return data


def _counts(commitment: Commitment, result: Result) -> dict[str, int]:
    if isinstance(commitment.measure, Count):
        return {}
    if isinstance(commitment.measure, Sum):
        return {"leads": result.among}
    if commitment.is_time:
        return {"clocks": result.among}
    return {"of": int(result.of), "among": result.among}
