"""The least time that an allowance leaves, against starts tried one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slaflow.hours.calendar import ALWAYS, Calendar
from slaflow.workflow.model.clocks import Days, LocalTime, Months, OpenTime, UntilField
from slaflow.workflow.proof.allowances import least_time

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WINDOWS = st.sampled_from(
    (["09:00-17:00"], ["09:00-12:00", "13:00-17:00"], ["00:00-24:00"], ["22:00-24:00"], ["00:00-06:00"], [])
)
WEEKS = st.lists(WINDOWS, min_size=7, max_size=7).filter(any)


def calendar(week):
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    hours = {day: windows for day, windows in zip(days, week, strict=True) if windows}
    return Calendar.parse({"hours": hours}, "UTC")


@settings(max_examples=30)
@given(WEEKS, st.integers(1, 100).map(lambda n: n * HOUR / 2))
def test_of_open_time(week, duration):
    office = calendar(week)
    starts = [MONDAY + n * HOUR for n in range(7 * 24)]
    found = least_time(OpenTime(duration, ""), office)
    assert found == min(office.add(start, duration) - start for start in starts)


@settings(max_examples=30)
@given(WEEKS, st.integers(1, 12))
def test_of_days(week, days):
    office = calendar(week)
    ends = [MONDAY + n * DAY - timedelta(microseconds=1) for n in range(1, 8)]
    found = least_time(Days(days, ""), office)
    shortest = min(office.close_of_open_day(end, days) - end for end in ends)
    assert found is not None
    assert timedelta(0) < shortest - found < timedelta(seconds=1)


@pytest.mark.parametrize(
    ("allowance", "least"),
    [
        (OpenTime(4 * HOUR, "4h"), 4 * HOUR),
        (Days(2, "2d"), 2 * DAY),
        (Months(2, "2mo"), 62 * DAY),
        (LocalTime(1350, "22:30"), DAY),
        (UntilField("callback_on", None, True, None, ""), None),
    ],
)
def test_of_day_and_night(allowance, least):
    assert least_time(allowance, ALWAYS) == least
