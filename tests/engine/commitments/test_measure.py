"""How figures of commitments are written, and where a period leads; no database."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slaflow.engine.commitments.pace import Pace
from slaflow.lifecycle.commitments.figures import figure
from slaflow.lifecycle.commitments.results import Measured, Result
from slaflow.lifecycle.commitments.verdicts import Owed, verdict
from slaflow.workflow.model.commitment import Commitment, Count, Happening, Kept, Sum

SHARE = Kept(frozenset({"respond"}))
COUNT = Count(Happening("enter", frozenset({"mql"})))
SUM = Sum(Happening("enter", frozenset({"mql"})))


def promised(measure: Any, least: str | None = None, most: str | None = None, **rest: Any) -> Commitment:
    bounds = [None if bound is None else Decimal(bound) for bound in (least, most)]
    return Commitment(0, "c", ("sales",), "month", measure, *bounds, **rest)


def owed(commitment: Commitment) -> Owed:
    return Owed(commitment.at_least, commitment.at_most)


@pytest.mark.parametrize(
    ("of", "among", "least", "most", "written"),
    [
        (1, 3, None, "40", "0.3333"),
        (2, 3, "70", None, "0.6666"),
        (1, 3, None, "33.33", "0.33333"),
        (69996, 100000, "70", None, "0.6999"),
        (70001, 100000, None, "70", "0.70001"),
        (2, 3, "66.666", None, "0.66666"),
        (1, 1000000, None, "5", "0.000001"),
        (3, 3, "95", None, "1"),
        (0, 3, "95", None, "0"),
    ],
)
def test_a_share_is_cut_off_where_it_cannot_be_mistaken(
    of: int, among: int, least: str | None, most: str | None, written: str
) -> None:
    assert figure(promised(SHARE, least, most), Result(Decimal(of), among)) == written


@given(st.integers(1, 10**6), st.data(), st.decimals(0, 100, places=2), st.booleans())
def test_what_is_written_has_the_verdict_of_what_was_measured(
    among: int, data: Any, bound: Decimal, is_least: bool
) -> None:
    of = data.draw(st.integers(0, among))
    commitment = promised(SHARE, **{"least" if is_least else "most": str(bound)})
    written = Fraction(figure(commitment, Result(Decimal(of), among)) or 0)
    assert 0 <= Fraction(of, among) - written < Fraction(1, 10**4)
    kept = written * 100 >= Fraction(bound) if is_least else written * 100 <= Fraction(bound)
    assert verdict(commitment, owed(commitment), Result(Decimal(of), among)) == ("kept" if kept else "missed")


def pace(commitment: Commitment, over: int, days: int, **owners: Result) -> Pace:
    return Pace(commitment, owed(commitment), Measured(dict(owners)), over, days)


@pytest.mark.parametrize(
    ("measure", "of", "least", "most", "heading", "on_pace"),
    [
        (COUNT, "2", "5", None, 3, False),
        (COUNT, "2", None, "3", 4, False),
        (COUNT, "2", None, "4", 3, True),
        (SUM, "10.001", None, "18.33", "18.335", False),
        (SUM, "10.001", "18", None, "18.33", True),
    ],
)
def test_where_a_period_leads_agrees_with_whether_that_will_do(
    measure: Any, of: str, least: str | None, most: str | None, heading: Any, on_pace: bool
) -> None:
    """Twelve of 22 days over."""
    told = pace(promised(measure, least, most), 12, 22, anna=Result(Decimal(of), 2)).standing()
    assert (told["projection"], told["on_pace"]) == (heading, on_pace)


def test_too_few_to_judge_are_neither_on_pace_nor_out_of_it() -> None:
    few = pace(promised(SHARE, "70", min_sample=20), 12, 22, anna=Result(Decimal(0), 1))
    assert (few.on_pace, few.is_short, few.standing()["on_pace"]) == (None, False, None)
    enough = pace(promised(SHARE, "70", min_sample=20), 12, 22, anna=Result(Decimal(0), 20))
    assert (enough.on_pace, enough.is_short) == (False, True)


def test_per_owner_each_has_a_pace_of_their_own() -> None:
    each = promised(SHARE, "70", min_sample=2, per_owner=True)
    results = {"anna": Result(Decimal(2), 2), "bo": Result(Decimal(1), 2), "cia": Result(Decimal(0), 1)}
    told = pace(each, 12, 22, **results)
    assert (told.on_pace, told.short_owners) == (False, ["bo"])
    assert [(o["owner"], o["on_pace"]) for o in told.standing()["owners"]] == [
        ("anna", True), ("bo", False), ("cia", None),
    ]  # fmt: skip
    assert pace(each, 12, 22, anna=results["anna"], cia=results["cia"]).on_pace is True
    assert pace(each, 12, 22, cia=results["cia"]).on_pace is None
