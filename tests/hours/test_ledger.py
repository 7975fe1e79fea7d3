"""The spans that explain a due instant."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from slaflow.hours import Calendar, NaiveInstant, spans

OFFICE = {
    "hours": {"mon-thu": ["09:00-12:00", "13:00-17:30"], "fri": ["09:00-15:00"]},
    "holidays": ["SE", "2026-06-19"],
    "closed": ["2026-12-23..2026-12-31", "2026-03-10T10:00:00+01:00..2026-03-10T11:00:00+01:00"],
    "open": {"2026-12-19": ["10:00-14:00"]},
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def told(start: str, end: str, **more: object) -> list[tuple[str, int, str]]:
    """Local end, open seconds and reason of each span."""
    calendar = Calendar.parse({**OFFICE, **more}, timezone="Europe/Stockholm")
    zone = calendar.periods.zone
    return [
        (f"{span.to_at.astimezone(zone):%a %d %H:%M}", span.seconds, span.what)
        for span in spans(calendar, at(start), at(end))
    ]


def test_a_weekend_is_told_by_its_days() -> None:
    assert told("2026-03-06T14:30+01:00", "2026-03-09T13:30+01:00") == [
        ("Fri 06 15:00", 1800, "open 09:00-15:00"),
        ("Sat 07 00:00", 0, "closed: outside hours"),
        ("Sun 08 00:00", 0, "closed: no hours on saturday"),
        ("Mon 09 00:00", 0, "closed: no hours on sunday"),
        ("Mon 09 09:00", 0, "closed: outside hours"),
        ("Mon 09 12:00", 10800, "open 09:00-12:00"),
        ("Mon 09 13:00", 0, "closed: outside hours"),
        ("Mon 09 13:30", 1800, "open 13:00-17:30"),
    ]


def test_closures_holidays_and_exceptions_are_named() -> None:
    reasons = {what for _, _, what in told("2026-12-18T16:00+01:00", "2027-01-01T16:00+01:00")}
    assert {"open 10:00-14:00", "closed: outside the hours of 2026-12-19"} < reasons
    assert {"closed: 2026-12-23..2026-12-31", "closed: holiday (New Year's Day)"} < reasons
    assert told("2026-06-19T08:00+02:00", "2026-06-19T12:00+02:00") == [
        ("Fri 19 12:00", 0, "closed: holiday")
    ]
    assert told("2026-03-10T09:30+01:00", "2026-03-10T12:00+01:00") == [
        ("Tue 10 10:00", 1800, "open 09:00-12:00"),
        ("Tue 10 11:00", 0, "closed: 2026-03-10T09:00:00Z..2026-03-10T10:00:00Z"),
        ("Tue 10 12:00", 3600, "open 09:00-12:00"),
    ]


def test_long_ranges_tell_only_what_departs_from_the_usual() -> None:
    found = told("2026-06-15T09:00+02:00", "2026-12-24T09:00+01:00", holidays=["2026-06-19"])
    assert [(end, what) for end, _, what in found] == [
        ("Fri 19 00:00", "open in the usual hours"),
        ("Sat 20 00:00", "closed: holiday"),
        ("Sat 19 00:00", "open in the usual hours"),
        ("Sat 19 10:00", "closed: outside the hours of 2026-12-19"),
        ("Sat 19 14:00", "open 10:00-14:00"),
        ("Sun 20 00:00", "closed: outside the hours of 2026-12-19"),
        ("Wed 23 00:00", "open in the usual hours"),
        ("Thu 24 09:00", "closed: 2026-12-23..2026-12-31"),
    ]


def test_parts_of_seconds_add_up() -> None:
    calendar = Calendar.parse(OFFICE, timezone="Europe/Stockholm")
    found = spans(calendar, at("2026-03-06T14:59:58.500+01:00"), at("2026-03-09T09:00:01.700+01:00"))
    assert [span.seconds for span in found if span.seconds] == [1, 2]
    assert calendar.open_time(found[0].from_at, found[-1].to_at) == timedelta(seconds=3.2)


def test_stored_dates_close_the_day_and_the_library_only_names_it() -> None:
    calendar = Calendar.parse(
        {"hours": {"mon-fri": "09:00-17:00"}, "holidays": ["SE"]},
        timezone="UTC",
        resolved={"SE": [date(2026, 3, 6), date(2026, 5, 1)]},
    )
    for day, what in (("2026-03-06", "closed: holiday (SE)"), ("2026-05-01", "closed: holiday (May Day)")):
        assert [span.what for span in spans(calendar, at(f"{day}T10:00Z"), at(f"{day}T11:00Z"))] == [what]


def test_always_is_one_span_and_nothing_is_none() -> None:
    start = at("2026-03-06T14:30+01:00")
    (span,) = spans(Calendar.always(), start, start + timedelta(days=90))
    assert (span.seconds, span.what) == (90 * 86400, "open always")
    assert spans(Calendar.always(), start, start) == ()
    assert spans(Calendar.parse(OFFICE, timezone="UTC"), start, start - timedelta(days=90)) == ()


def test_naive_instants_are_refused() -> None:
    with pytest.raises(NaiveInstant):
        spans(Calendar.always(), at("2026-03-06T14:30"), at("2026-03-06T14:30Z"))
