"""Quiet hours and the one letter of a day, against somebody who watches a clock minute by minute."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.builders import utc

from slaflow.hours.calendar import Calendar
from slaflow.notify.frequency.quiet import closed_until, daily_from, quiet_until
from slaflow.settings.ways import Hours, parse_quiet

ZONES = st.sampled_from(
    [ZoneInfo(name) for name in ("Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo")]
)
MINUTES = st.integers(0, 24 * 60 - 1)
MINUTE = timedelta(minutes=1)
TURNS = [utc("2026-03-29T01:00"), utc("2026-10-25T01:00"), utc("2026-03-08T07:00"), utc("2026-11-01T06:00"),
         utc("2026-04-04T15:00"), utc("2026-10-03T15:30"), utc("2026-06-15T12:00")]  # fmt: skip
INSTANTS = st.builds(
    lambda turn, minutes: turn + minutes * MINUTE, st.sampled_from(TURNS), st.integers(-2000, 2000)
)


def watched(zone: ZoneInfo, minutes: int, start: datetime) -> Iterator[datetime]:
    """Every instant from two days before *start* on at which a clock first shows, or has passed, that time
    of its day: looked at each minute, as somebody would who has nothing else to do."""
    at, done = start - timedelta(days=2), None
    while True:
        local = at.astimezone(zone)
        if local.hour * 60 + local.minute >= minutes and done != local.date():
            # Whoever begins to watch in the middle of a day has not seen when it was.
            if done is not None or at > start - timedelta(days=2):
                yield at
            done = local.date()
        at += MINUTE


def oracle(hours: Hours, zone: ZoneInfo, at: datetime) -> datetime | None:
    """The end of the quiet hours, by turning them on and off as the clock is watched."""
    starts, ends = watched(zone, hours.start, at), watched(zone, hours.end, at)
    begun = next(starts)
    while (following := next(starts)) <= at:
        begun = following
    # Where both are skipped, clocks show both at once: hours of one day are none then, and those through the
    # night end on the next.
    same_day = hours.start < hours.end
    end = next(each for each in ends if (each >= begun if same_day else each > begun))
    return end if at < end else None


@settings(max_examples=100)
@given(ZONES, MINUTES, MINUTES, INSTANTS)
@example(ZoneInfo("Europe/Stockholm"), 60, 150, utc("2026-03-29T00:30"))
@example(ZoneInfo("Europe/Stockholm"), 23 * 60, 150, utc("2026-10-25T00:45"))
@example(ZoneInfo("America/New_York"), 121, 120, utc("2026-03-08T07:00"))
def test_quiet_hours_are_as_a_watched_clock_shows_them(
    zone: ZoneInfo, start: int, end: int, at: datetime
) -> None:
    if start != end:
        hours = Hours(start, end)
        assert quiet_until(hours, zone, at) == oracle(hours, zone, at)


@settings(max_examples=100)
@given(ZONES, MINUTES, INSTANTS)
def test_the_letter_of_a_day_goes_when_a_watched_clock_shows_it(
    zone: ZoneInfo, minutes: int, at: datetime
) -> None:
    assert daily_from(minutes, zone, at) == next(each for each in watched(zone, minutes, at) if each >= at)


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("2026-03-28T18:59", None),
        ("2026-03-28T22:00", "2026-03-29T01:00"),  # 2:30 is skipped: it ends where clocks go on, at 3:00
        ("2026-10-24T22:00", "2026-10-25T00:30"),  # 2:30 comes twice: the first time counts
        ("2026-10-25T01:10", None),
    ],
)
def test_a_skipped_end_moves_on_and_a_repeated_one_counts_once(at: str, end: str | None) -> None:
    hours = parse_quiet("22:00-02:30")
    assert hours is not None
    assert quiet_until(hours, ZoneInfo("Europe/Stockholm"), utc(at)) == (end and utc(end))


def test_outside_its_hours_a_team_is_left_alone_and_one_that_never_works_is_not() -> None:
    office = Calendar.parse({"hours": {"mon-fri": "09:00-17:00"}}, timezone="Europe/Stockholm")
    assert closed_until(office, utc("2026-03-06T16:00")) == utc("2026-03-09T08:00")
    assert closed_until(office, utc("2026-03-09T08:00")) is None
    never = Calendar.parse({"hours": {}}, timezone="UTC")
    assert closed_until(never, utc("2026-03-09T08:00")) is None
