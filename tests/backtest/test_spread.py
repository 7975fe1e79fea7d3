"""Percentiles of a histogram that merges: within one percent, however the numbers were parted."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from slaflow.backtest import spread
from slaflow.backtest.spread import Spread

numbers = st.lists(st.integers(0, 10**9), min_size=1, max_size=60)


def spread_of(values: list[int]) -> Spread:
    found = Spread()
    for value in values:
        found.add(value)
    return found


@settings(max_examples=100)
@given(numbers, st.integers(0, 60), st.sampled_from([5, 4000]), st.sampled_from([50, 90]))
def test_percentiles_are_within_one_percent_of_the_nearest_rank(
    values: list[int], cut: int, exact: int, percent: int
) -> None:
    before, spread.EXACT = spread.EXACT, exact
    try:
        whole, merged = spread_of(values), spread_of(values[:cut])
        merged.merge(spread_of(values[cut:]))
    finally:
        spread.EXACT = before
    assert whole == merged
    true = sorted(values)[-(-len(values) * percent // 100) - 1]
    found = whole.percentile(percent)
    assert found is not None
    assert abs(found - true) <= true / 100
    if exact > len(values):
        assert found == true


def test_nothing_has_no_percentile() -> None:
    assert Spread().percentile(50) is None
