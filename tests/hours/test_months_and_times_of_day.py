"""Months and times of day over turned clocks, against plain arithmetic on the wall's dates and hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import utc

from slaflow.hours import Calendar

ZONES = ("Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC")
MINUTE = timedelta(minutes=1)
few = settings(max_examples=25, deadline=None)
instants = st.integers(0, 16 * 365 * 1440).map(lambda n: utc("2011-11-01T00:00") + n * MINUTE)
CHANGES = [utc(f"{at}:00") for at in ("2026-03-29T01", "2026-10-25T01", "2026-03-08T07", "2011-12-30T10")]
near_a_change = st.builds(
    lambda near, minutes: near + minutes * MINUTE, st.sampled_from(CHANGES), st.integers(-3000, 3000)
)


def first_shown(zone: ZoneInfo, after: datetime, minutes: int) -> datetime:
    """Walks on minute by minute until the wall shows that time, for the first time, or has gone past it."""
    at = after.replace(second=0, microsecond=0) + MINUTE
    shown = {(at - n * MINUTE).astimezone(zone).replace(tzinfo=None) for n in range(1, 181)}
    before = (at - MINUTE).astimezone(zone).replace(tzinfo=None)
    while True:
        wall = at.astimezone(zone).replace(tzinfo=None)
        days = (wall.date() - before.date()).days  # two where a zone skips one
        for day in (before.date() + timedelta(days=n) for n in range(days + 1)):
            wanted = datetime.combine(day, time()) + minutes * MINUTE
            if before < wanted <= wall and wanted not in shown:
                return at
        shown.add(wall)
        before = wall
        at += MINUTE


@few
@given(st.sampled_from(ZONES), near_a_change, st.integers(0, 1439))
def test_a_time_of_day_is_the_first_minute_at_which_the_wall_shows_it(
    zone: str, start: datetime, minutes: int
) -> None:
    calendar = Calendar.always(zone)
    assert calendar.next_local_time(start, minutes) == first_shown(ZoneInfo(zone), start, minutes)


@few
@given(st.sampled_from(ZONES), instants, st.integers(1, 1200))
def test_months_on_a_calendar_that_never_closes_keep_the_time_of_day(
    zone: str, start: datetime, months: int
) -> None:
    there = ZoneInfo(zone)
    wall = start.astimezone(there)
    found = Calendar.always(zone).close_months_after(start, months)
    end = found.astimezone(there)
    assert (end.year - wall.year) * 12 + end.month - wall.month == months or end.day == 1
    wanted = wall.replace(tzinfo=None, fold=0, year=end.year, month=end.month, day=end.day)
    exists = wanted.replace(tzinfo=there).astimezone(UTC).astimezone(there).replace(tzinfo=None) == wanted
    assert not exists or end.replace(tzinfo=None) == wanted
    assert end.day == wall.day or (end + timedelta(days=1)).day in (1, 2) or not exists
    assert found > start


@few
@given(instants, st.integers(1, 60))
def test_months_of_opening_hours_end_at_the_close_of_that_day_or_the_next_open_one(
    start: datetime, months: int
) -> None:
    there = ZoneInfo("Europe/Stockholm")
    office = Calendar.parse({"hours": {"mon-fri": "09:00-17:00"}}, timezone=there.key)
    wall = start.astimezone(there)
    year, month = divmod(wall.month - 1 + months, 12)
    last = (date(wall.year + year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    day = date(wall.year + year, month + 1, min(wall.day, last))
    while day.weekday() > 4:
        day += timedelta(days=1)
    closes = datetime(day.year, day.month, day.day, 17, tzinfo=there)
    assert office.close_months_after(start, months) == closes.astimezone(UTC)


@pytest.mark.parametrize(
    ("minutes", "found"), [(150, "2026-03-29T01:00"), (90, "2026-03-29T00:30"), (180, "2026-03-29T01:00")]
)
def test_a_time_that_is_skipped_is_the_instant_after_the_gap(minutes: int, found: str) -> None:
    calendar = Calendar.always("Europe/Stockholm")
    assert calendar.next_local_time(utc("2026-03-28T23:30"), minutes) == utc(found)
