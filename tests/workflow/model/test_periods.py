"""Calendar periods: each instant lies in one of each kind, in every zone, whatever its clocks do."""

from __future__ import annotations

from datetime import date, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import utc

from slaflow.hours.calendar import Calendar
from slaflow.workflow.model.commitment import Every
from slaflow.workflow.model.periods import InvalidPeriod, open_days, parse_period, period_of

KINDS: tuple[Every, ...] = get_args(Every)
ZONES = ("Europe/Stockholm", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca", "UTC")
kinds = st.sampled_from(KINDS)
zones = st.sampled_from(ZONES)
days = st.dates(date(2005, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("text", "first", "end"),
    [
        ("2026-03-06", date(2026, 3, 6), date(2026, 3, 7)),
        ("2026-W10", date(2026, 3, 2), date(2026, 3, 9)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 5)),
        ("2020-W53", date(2020, 12, 28), date(2021, 1, 4)),
        ("2026-02", date(2026, 2, 1), date(2026, 3, 1)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 4, 1)),
        ("2026-Q4", date(2026, 10, 1), date(2027, 1, 1)),
        ("2026", date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_a_period_is_called_by_its_calendar_name(text: str, first: date, end: date) -> None:
    period = parse_period(text)
    assert (period.first, period.end, period.label) == (first, end, text)


@pytest.mark.parametrize(
    "text",
    ["", "2026-03 ", *"2026-13 2026-00 2026-3 2026-Q5 2026-W54 2021-W53 2026-02-30 0001 26-03 march".split()],
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(InvalidPeriod, match="is no period"):
        parse_period(text)


def test_march_ends_an_hour_early_where_the_clocks_go_forward() -> None:
    march = parse_period("2026-03")
    assert march.bounds("Europe/Stockholm") == (utc("2026-02-28T23:00"), utc("2026-03-31T22:00"))
    assert march.bounds("UTC") == (utc("2026-03-01"), utc("2026-04-01"))


def test_a_day_that_a_zone_skipped_is_over_as_it_begins() -> None:
    """Samoa went from 29 to 31 December 2011."""
    start, end = parse_period("2011-12-30").bounds("Pacific/Apia")
    assert start == end == utc("2011-12-30T10:00")


@given(kinds, days)
def test_the_name_of_a_period_gives_it_back(every: Every, day: date) -> None:
    period = period_of(every, day)
    assert parse_period(period.label) == period
    assert period.first <= day < period.end


@given(kinds, days)
def test_periods_follow_each_other_without_a_gap(every: Every, day: date) -> None:
    period = period_of(every, day)
    following = period.following()
    assert following.first == period.end
    assert period.label < following.label


@given(kinds, zones, st.integers(0, 30 * 365 * 86_400))
def test_each_instant_lies_in_the_period_of_its_local_date(every: Every, zone: str, second: int) -> None:
    """Against the date that the zone itself gives the instant."""
    at = utc("2005-01-01") + timedelta(seconds=second)
    start, end = period_of(every, at.astimezone(ZoneInfo(zone)).date()).bounds(zone)
    assert start <= at < end
    assert start.astimezone(ZoneInfo(zone)).date() <= at.astimezone(ZoneInfo(zone)).date()


@given(kinds, days)
def test_open_days_are_those_an_office_opens_on(every: Every, day: date) -> None:
    office = Calendar.parse({"hours": {"mon-fri": "09:00-17:00"}}, timezone="Europe/Stockholm")
    period = period_of(every, day)
    plain = [day for day in period.days() if day.weekday() < 5]
    assert open_days(office, period) == plain
    assert open_days(office, period, day) == [each for each in plain if each >= day]
    assert len(open_days(Calendar.always(), period)) == (period.end - period.first) / timedelta(days=1)
