"""Dated examples of business time: the cases people argue about."""

from __future__ import annotations

import doctest
import pickle
from datetime import date, datetime, timedelta

import pytest
from support.stories.strategies import utc

from slaflow.hours import ALWAYS, Calendar, CalendarNeverOpens, InvalidDuration, NaiveInstant
from slaflow.hours import calendar as calendar_module

HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def calendar(timezone: str = "Europe/Stockholm", **mapping: object) -> Calendar:
    return Calendar.parse({"hours": {"mon-fri": "09:00-17:00"}, **mapping}, timezone=timezone, name="office")


def round_the_clock(timezone: str) -> Calendar:
    return calendar(timezone, hours={"mon-sun": "00:00-24:00"})


AGREED = {
    "hours": {"mon-thu": ["09:00-12:00", "13:00-17:30"], "fri": ["09:00-15:00"]},
    "holidays": ["SE", "2026-06-19"],
    "closed": ["2026-12-23..2026-12-31"],
    "open": {"2026-12-19": ["10:00-14:00"]},
}


@pytest.fixture
def office() -> Calendar:
    """The calendar of the whole example in the workflow file's description."""
    return Calendar.parse(AGREED, timezone="Europe/Stockholm", name="office")


# hours


def test_friday_half_past_four_and_four_hours_is_monday_half_past_twelve() -> None:
    assert calendar().add(at("2026-03-06T16:30+01:00"), 4 * HOUR) == at("2026-03-09T12:30+01:00")


def test_a_short_friday_and_lunch_do_not_count(office: Calendar) -> None:
    assert office.add(at("2026-03-06T14:30+01:00"), 4 * HOUR) == at("2026-03-09T13:30+01:00")


def test_a_promise_may_fall_on_closing_time() -> None:
    due = calendar().add(at("2026-03-06T16:00+01:00"), HOUR)
    assert due == at("2026-03-06T17:00+01:00")
    assert not calendar().is_open(due)


def test_open_time_is_measured_backwards_as_negative() -> None:
    start, end = at("2026-03-06T16:30+01:00"), at("2026-03-09T10:00+01:00")
    assert calendar().open_time(start, end) == timedelta(hours=1.5)
    assert calendar().open_time(end, start) == timedelta(hours=-1.5)


def test_seconds_and_their_parts_are_kept() -> None:
    start = at("2026-03-06T16:59:59.250000+01:00")
    assert calendar().add(start, timedelta(seconds=1)) == at("2026-03-09T09:00:00.250000+01:00")


def test_adding_zero_returns_the_start_even_when_closed() -> None:
    start = at("2026-03-07T12:00+01:00")
    assert calendar().add(start, timedelta(0)) == start
    assert calendar().subtract(start, timedelta(0)) == start


def test_subtracting_an_hour_from_monday_morning_is_friday_afternoon() -> None:
    assert calendar().subtract(at("2026-03-09T09:30+01:00"), HOUR) == at("2026-03-06T16:30+01:00")


def test_subtracting_stops_at_opening_time_not_at_the_closing_before() -> None:
    assert calendar().subtract(at("2026-03-09T10:00+01:00"), HOUR) == at("2026-03-09T09:00+01:00")


def test_next_open_of_an_open_instant_is_that_instant() -> None:
    assert calendar().next_open(at("2026-03-06T12:00:01+01:00")) == at("2026-03-06T12:00:01+01:00")
    assert calendar().next_open(at("2026-03-06T17:00+01:00")) == at("2026-03-09T09:00+01:00")


def test_open_time_over_the_turn_of_years_adds_up() -> None:
    """784 weekdays; the years turn at 11:00 in Sydney."""
    sydney = calendar("Australia/Sydney")
    assert sydney.open_time(at("2024-01-01T00:00Z"), at("2027-01-01T00:00Z")) == 784 * 8 * HOUR


# days


@pytest.mark.parametrize(
    "start", ["2026-03-06T10:00+01:00", "2026-03-07T10:00+01:00", "2026-03-08T23:00+01:00"]
)
def test_one_day_from_friday_or_the_weekend_is_mondays_close(office: Calendar, start: str) -> None:
    assert office.close_of_open_day(at(start), 1) == at("2026-03-09T17:30+01:00")


def test_days_start_on_the_local_date() -> None:
    """Sunday evening in UTC is Monday in Stockholm: the next open day is Tuesday."""
    assert calendar().close_of_open_day(at("2026-03-08T23:30Z"), 1) == at("2026-03-10T17:00+01:00")


def test_days_run_over_the_turn_of_the_year(office: Calendar) -> None:
    """Closed from the 23rd, New Year's Day a holiday: the days after are 4 January, 5 January, 7 January."""
    start = at("2026-12-22T10:00+01:00")
    assert office.close_of_open_day(start, 1) == at("2027-01-04T17:30+01:00")
    assert office.close_of_open_day(start, 3) == at("2027-01-07T17:30+01:00")


def test_a_day_that_never_opens_closes_with_the_first_open_day_after_it(office: Calendar) -> None:
    assert office.close_of_day(date(2026, 3, 7)) == at("2026-03-09T17:30+01:00")
    assert office.close_of_day(date(2026, 3, 6)) == at("2026-03-06T15:00+01:00")


def test_open_days_are_counted_up_to_but_without_the_end(office: Calendar) -> None:
    assert office.open_days(date(2026, 6, 1), date(2026, 7, 1)) == 21
    assert office.open_days(date(2026, 12, 22), date(2027, 1, 4)) == 1
    assert office.open_days(date(2026, 7, 1), date(2026, 6, 1)) == 0


def test_a_closure_late_in_the_day_moves_its_close() -> None:
    early = calendar(closed="2026-03-06T14:00:00+01:00..2026-03-06T18:00:00+01:00")
    assert early.close_of_day(date(2026, 3, 6)) == at("2026-03-06T14:00+01:00")


# holidays, closures, exceptions


def test_midsummer_eve_is_no_public_holiday_unless_named(office: Calendar) -> None:
    sweden = calendar(holidays="SE")
    assert sweden.is_open(at("2026-06-19T10:00+02:00"))
    assert not office.is_open(at("2026-06-19T10:00+02:00"))
    assert not sweden.is_open(at("2026-05-01T10:00+02:00"))


def test_holidays_of_any_year_are_known() -> None:
    assert [
        calendar(holidays="SE").open_days(date(year, 5, 1), date(year, 5, 2)) for year in (1998, 2043)
    ] == [0, 0]


def test_a_subdivision_adds_its_own_holidays() -> None:
    cesar_chavez_day = at("2026-03-31T10:00-07:00")
    assert not calendar("America/Los_Angeles", holidays="US-CA").is_open(cesar_chavez_day)
    assert calendar("America/Los_Angeles", holidays="US").is_open(cesar_chavez_day)


def test_resolved_holidays_are_used_instead_of_the_library() -> None:
    frozen = Calendar.parse(
        {"hours": {"mon-fri": "09:00-17:00"}, "holidays": ["SE"]},
        timezone="Europe/Stockholm",
        resolved={"SE": [date(2026, 3, 6)]},
    )
    assert not frozen.is_open(at("2026-03-06T10:00+01:00"))
    assert frozen.is_open(at("2026-05-01T10:00+02:00"))


def test_open_wins_over_a_holiday_and_a_closed_day() -> None:
    exceptions = {"2026-05-01": "10:00-12:00", date(2026, 12, 24): ["08:00-09:00"], "2026-03-06": []}
    special = calendar(holidays="SE", closed="2026-12-20..2026-12-31", open=exceptions)
    assert special.open_time(at("2026-05-01T00:00+02:00"), at("2026-05-02T00:00+02:00")) == 2 * HOUR
    assert special.open_time(at("2026-12-20T00:00+01:00"), at("2027-01-01T00:00+01:00")) == HOUR
    assert not special.is_open(at("2026-03-06T10:00+01:00"))


def test_closed_instants_beat_everything_and_end_half_open() -> None:
    shut = calendar(
        closed="2026-03-06T10:00:00+01:00..2026-03-06T12:00:00+01:00", open={"2026-03-06": "09:00-17:00"}
    )
    assert shut.is_open(at("2026-03-06T09:59:59+01:00"))
    assert not shut.is_open(at("2026-03-06T10:00+01:00"))
    assert shut.is_open(at("2026-03-06T12:00+01:00"))
    assert shut.add(at("2026-03-06T09:30+01:00"), HOUR) == at("2026-03-06T12:30+01:00")


def test_one_that_never_opens_is_accepted_and_says_so() -> None:
    never = calendar(hours={})
    now = at("2026-03-06T10:00+01:00")
    assert never.never_opens
    assert never.next_open(now) is None
    assert not never.is_open(now)
    assert never.open_time(now, now + timedelta(days=900)) == timedelta(0)
    for ask in (
        lambda: never.add(now, HOUR),
        lambda: never.subtract(now, HOUR),
        lambda: never.close_of_open_day(now, 1),
        lambda: never.close_of_day(date(2026, 3, 6)),
    ):
        with pytest.raises(CalendarNeverOpens, match='calendar "office" does not have'):
            ask()


def test_one_that_opens_on_a_single_date_runs_out_after_it() -> None:
    once = calendar(hours={}, open={"2026-12-19": "10:00-14:00"})
    assert not once.never_opens
    assert once.add(at("2026-01-01T00:00Z"), 4 * HOUR) == at("2026-12-19T14:00+01:00")
    assert once.next_open(at("2026-12-19T14:00+01:00")) is None
    assert [year for year in range(2024, 2030) if once.opens_in_year(year)] == [2026]
    with pytest.raises(CalendarNeverOpens):
        once.add(at("2026-01-01T00:00Z"), 4 * HOUR + timedelta(microseconds=1))


def test_a_single_date_may_lie_in_another_year_in_utc() -> None:
    for timezone, day in (("Asia/Kathmandu", "2026-01-01"), ("America/Sao_Paulo", "2025-12-31")):
        party = calendar(timezone, hours={}, open={day: "00:00-24:00"})
        assert party.open_time(utc("2025-12-01T00:00"), utc("2026-02-01T00:00")) == 24 * HOUR
        assert party.open_days(date(2025, 12, 1), date(2026, 2, 1)) == 1


@pytest.mark.parametrize(
    "closed",
    ["0001-01-01..9999-12-31", "0001-01-02T00:00:00Z..9999-12-30T00:00:00Z"],
    ids=["days", "instants"],
)
def test_hours_under_an_endless_closure_never_open(closed: str) -> None:
    assert calendar(closed=closed).never_opens
    assert not calendar(closed=closed, open={"2026-12-19": "10:00-14:00"}).never_opens or "T" in closed


# clocks that turn


def test_a_day_of_23_hours_has_23() -> None:
    stockholm = round_the_clock("Europe/Stockholm")
    start, end = stockholm.start_of_day(date(2026, 3, 29)), stockholm.start_of_day(date(2026, 3, 30))
    assert stockholm.open_time(start, end) == 23 * HOUR
    assert stockholm.add(start, 23 * HOUR) == end


def test_always_counts_elapsed_time_and_days_of_24_hours() -> None:
    always = Calendar.always("Europe/Stockholm")
    start = at("2026-03-28T12:00+01:00")
    assert always.close_of_open_day(start, 1) == at("2026-03-29T13:00+02:00")
    assert always.add(start, 24 * HOUR) == start + 24 * HOUR
    assert always.subtract(start, HOUR) == start - HOUR
    assert always.open_time(start, start - HOUR) == -HOUR
    assert always.is_open(start)
    assert always.next_open(start) == start
    assert always.close_of_day(date(2026, 3, 28)) == at("2026-03-29T00:00+01:00")
    assert always.open_days(date(2026, 3, 1), date(2026, 4, 1)) == 31


def test_always_has_an_end_where_dates_have() -> None:
    with pytest.raises(CalendarNeverOpens):
        ALWAYS.add(utc("9999-12-31T00:00"), timedelta(days=2))


def test_a_repeated_hour_counts_twice_where_it_lies_in_a_window() -> None:
    night = calendar(hours={"sun": "01:00-02:30"})
    day = (at("2026-10-25T00:00+02:00"), at("2026-10-26T00:00+01:00"))
    assert night.open_time(*day) == 2 * HOUR
    assert not night.is_open(at("2026-10-25T02:45+02:00"))
    assert night.is_open(at("2026-10-25T02:15+01:00"))


def test_a_skipped_hour_does_not_count() -> None:
    night = calendar(hours={"sun": "01:00-02:30"})
    assert night.open_time(at("2026-03-29T00:00+01:00"), at("2026-03-30T00:00+02:00")) == HOUR
    assert night.close_of_day(date(2026, 3, 29)) == utc("2026-03-29T01:00")


def test_lord_howe_turns_its_clock_by_half_an_hour() -> None:
    island = round_the_clock("Australia/Lord_Howe")
    assert island.open_time(utc("2026-10-03T13:30"), utc("2026-10-04T13:00")) == timedelta(hours=23.5)
    assert island.start_of_day(date(2026, 10, 5)) - island.start_of_day(date(2026, 10, 4)) == timedelta(
        hours=23.5
    )


def test_apia_skipped_a_day() -> None:
    samoa = calendar("Pacific/Apia")
    assert samoa.open_days(date(2011, 12, 26), date(2011, 12, 31)) == 4
    assert samoa.close_of_open_day(utc("2011-12-29T20:00"), 1) == at("2012-01-02T17:00+14:00")
    assert (
        samoa.start_of_day(date(2011, 12, 30))
        == samoa.start_of_day(date(2011, 12, 31))
        == utc("2011-12-30T10:00")
    )


def test_a_day_whose_midnight_does_not_exist_starts_at_one() -> None:
    brazil = round_the_clock("America/Sao_Paulo")
    assert brazil.start_of_day(date(2018, 11, 4)) == at("2018-11-04T01:00-02:00")
    assert brazil.close_of_day(date(2018, 11, 3)) == at("2018-11-04T01:00-02:00")
    assert brazil.close_of_day(date(2018, 2, 17)) == at("2018-02-18T00:00-03:00")


# what is refused, and what a calendar is


def test_naive_instants_are_refused() -> None:
    naive = datetime.fromisoformat("2026-03-06T10:00")
    for calendar_ in (calendar(), ALWAYS):
        for ask in (
            lambda c=calendar_: c.add(naive, HOUR),
            lambda c=calendar_: c.subtract(naive, HOUR),
            lambda c=calendar_: c.open_time(naive, naive),
            lambda c=calendar_: c.is_open(naive),
            lambda c=calendar_: c.next_open(naive),
            lambda c=calendar_: c.close_of_open_day(naive, 1),
        ):
            with pytest.raises(NaiveInstant, match="has no time zone"):
                ask()


def test_negative_durations_and_no_days_are_refused() -> None:
    now = at("2026-03-06T10:00+01:00")
    with pytest.raises(InvalidDuration):
        calendar().add(now, -HOUR)
    with pytest.raises(InvalidDuration):
        ALWAYS.subtract(now, -HOUR)
    with pytest.raises(InvalidDuration):
        calendar().close_of_open_day(now, 0)


def test_the_documentation_tells_the_truth() -> None:
    assert doctest.testmod(calendar_module) == (0, 2)


def test_equal_words_make_equal_calendars(office: Calendar) -> None:
    again = Calendar.parse(AGREED, timezone="Europe/Stockholm", name="office")
    again.next_open(at("2026-03-06T10:00+01:00"))
    assert again == office
    assert hash(again) == hash(office)
    assert office != Calendar.parse(AGREED, timezone="Europe/Oslo", name="office")
    assert pickle.loads(pickle.dumps(again)) == office


def test_preparing_many_years_keeps_a_bounded_number_of_them(office: Calendar) -> None:
    late = office.add(at("2026-03-06T10:00+01:00"), timedelta(hours=170_000))
    assert late.year > 2100
    assert len(office.periods._years) <= 64
    assert office.add(at("2026-03-06T14:30+01:00"), 4 * HOUR) == at("2026-03-09T13:30+01:00")
