"""What a clock remembers of what it saw, also across a restart."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.builders import MONDAY, a_clock

from slaflow.clock.sightings import EARLIER_STARTS, Era, begin_anew, era_at, see, times_seen

HOUR = timedelta(hours=1)
KEPT = timedelta(hours=72)


def test_what_is_seen_is_kept_in_order_of_occurrence() -> None:
    clock = a_clock(started_at=MONDAY)
    assert [see(clock, 0, MONDAY + n * HOUR) for n in (3, 1, 2)] == [1, 2, 3]
    assert see(clock, 1, MONDAY) == 1
    assert times_seen(clock, 0, Era(MONDAY, None)) == tuple(MONDAY + n * HOUR for n in (1, 2, 3))
    assert times_seen(clock, 0, Era(MONDAY + HOUR, MONDAY + 3 * HOUR)) == (MONDAY + HOUR, MONDAY + 2 * HOUR)


def test_what_was_only_counted_comes_last_and_still_counts() -> None:
    clock = a_clock(started_at=MONDAY, seen={0: (None, None)})
    assert see(clock, 0, MONDAY + HOUR) == 3
    assert times_seen(clock, 0, Era(MONDAY, None)) == (MONDAY + HOUR, None, None)


@pytest.mark.parametrize(("hours", "inside"), [(-1, False), (0, True), (3, True), (4, False), (5, False)])
def test_a_clock_is_open_from_its_start_until_before_its_end(hours: int, inside: bool) -> None:
    clock = a_clock(started_at=MONDAY, ended_at=MONDAY + 4 * HOUR, status="met")
    expected = Era(MONDAY, MONDAY + 4 * HOUR) if inside else None
    assert era_at(clock, MONDAY + hours * HOUR) == expected


def test_a_restart_begins_the_count_anew_and_keeps_what_was_before_apart() -> None:
    clock = a_clock(started_at=MONDAY)
    see(clock, 0, MONDAY + HOUR)
    see(clock, 0, MONDAY + 2 * HOUR)
    begin_anew(clock, MONDAY + 2 * HOUR, KEPT)
    clock.started_at = MONDAY + 2 * HOUR
    assert see(clock, 0, MONDAY + 3 * HOUR) == 1
    before, after = era_at(clock, MONDAY + HOUR), era_at(clock, MONDAY + 2 * HOUR)
    assert (before, after) == (Era(MONDAY, MONDAY + 2 * HOUR), Era(MONDAY + 2 * HOUR, None))
    assert times_seen(clock, 0, before) == (MONDAY + HOUR,)


def test_of_many_restarts_only_those_late_evidence_may_ask_for_are_kept() -> None:
    clock = a_clock(started_at=MONDAY)
    for day in range(1, 30):
        see(clock, 0, clock.started_at + HOUR)
        begin_anew(clock, MONDAY + timedelta(days=day), KEPT)
        clock.started_at = MONDAY + timedelta(days=day)
    assert clock.seen[EARLIER_STARTS] == tuple(MONDAY + timedelta(days=day) for day in (26, 27, 28))
    assert len(clock.seen[0]) == 3
    begin_anew(clock, MONDAY + timedelta(days=99), timedelta(0))
    assert clock.seen == {}


def test_a_restart_at_the_very_start_leaves_nothing_behind() -> None:
    clock = a_clock(started_at=MONDAY)
    see(clock, 0, MONDAY)
    begin_anew(clock, MONDAY, KEPT)
    assert clock.seen == {}
