"""Shares: nothing is shown as all or as none that is not."""

from __future__ import annotations

import pytest

from slaflow.report.rates import percent_text, share


@pytest.mark.parametrize(
    ("part", "whole", "found"),
    [(1, 3, 0.3333), (2, 3, 0.6667), (0, 5, 0.0), (5, 5, 1.0), (99_999, 100_000, 0.99999),
     (1, 1_000_000, 0.000001), (1, 100_000, 0.00001)],
)  # fmt: skip
def test_a_share_has_four_decimals_or_as_many_as_it_takes_to_be_a_share(
    part: int, whole: int, found: float
) -> None:
    assert share(part, whole) == found
    assert share(part, 0) is None


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [(1.0, 0, "100%"), (0.996, 0, "99.6%"), (0.9996, 0, "99.96%"), (0.9996, 1, "99.96%"), (0.004, 0, "0.4%"),
     (0.0, 1, "0.0%"), (1 / 3, 1, "33.3%"), (0.94, 0, "94%")],
)  # fmt: skip
def test_a_percentage_is_whole_only_where_it_is(value: float, places: int, text: str) -> None:
    assert percent_text(value, places) == text
