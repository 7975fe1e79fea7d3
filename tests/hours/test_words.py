"""Durations as people read them."""

from __future__ import annotations

from slaflow.hours.words import duration, largest, open_time


def test_a_duration_is_spelt_in_two_units() -> None:
    assert [duration(each) for each in (0, 45, 61, 7500, 266400, -61)] == [
        "0 s", "45 s", "1 min 1 s", "2 h 5 min", "3 d 2 h", "1 min 1 s",
    ]  # fmt: skip


def test_open_time_is_spelt_in_hours_at_most() -> None:
    """A day of open time is nobody's 24 hours."""
    assert [open_time(each) for each in (0, 125, 7500, 266400, 90060)] == [
        "0 s", "2 min 5 s", "2 h 5 min", "74 h", "25 h 1 min",
    ]  # fmt: skip


def test_the_largest_unit_is_taken_where_there_are_two_of_it() -> None:
    assert [largest(each) for each in (59, 7199, 7200, 172_799, 172_800)] == [
        (0, "minute"), (119, "minute"), (2, "hour"), (47, "hour"), (2, "day"),
    ]  # fmt: skip
