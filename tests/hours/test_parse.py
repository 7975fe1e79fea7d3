"""What a calendar's mapping may say, and every problem it may have."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from slaflow.errors import SlaflowError
from slaflow.hours import Calendar, CalendarInvalid, parse_calendar, resolve_holidays
from slaflow.hours.rules import Rules, Window

NINE_TO_FIVE = (Window(540, 1020),)


def rules(**mapping: object) -> Rules:
    return Calendar.parse(mapping, timezone="Europe/Stockholm").rules


def problems(**mapping: object) -> dict[str, str]:
    """Path to message."""
    calendar, found = parse_calendar(mapping, timezone="Europe/Stockholm")
    assert calendar is None
    return {".".join(map(str, problem.path)): problem.message for problem in found}


@pytest.mark.parametrize(
    ("key", "days"),
    [
        ("mon", "mon"),
        ("mon-wed", "mon tue wed"),
        ("fri-mon", "fri sat sun mon"),
        ("sat-sun", "sat sun"),
        ("mon-sun", "mon tue wed thu fri sat sun"),
        ("mon, wed,fri-sat", "mon wed fri sat"),
    ],
)
def test_day_keys_name_days_ranges_and_lists(key: str, days: str) -> None:
    week = rules(hours={key: "09:00-17:00"}).week
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    assert {name for name, windows in zip(names, week, strict=True) if windows} == set(days.split())


def test_a_window_may_stand_alone_or_in_a_list_in_any_order() -> None:
    assert rules(hours={"mon": "09:00-17:00"}).week[0] == NINE_TO_FIVE
    assert rules(hours={"mon": ["13:00-17:30", "9:00-12:00"]}).week[0] == (
        Window(540, 720),
        Window(780, 1050),
    )
    assert rules(hours={"mon": []}).week[0] == ()


def test_windows_that_touch_are_one() -> None:
    assert rules(hours={"mon": ["12:00-24:00", "00:00-12:00"]}).week[0] == (Window(0, 1440),)


def test_no_key_at_all_makes_a_calendar_that_never_opens() -> None:
    assert Calendar.parse({}, timezone="UTC").never_opens


def test_dates_come_as_text_or_as_dates() -> None:
    by_text = rules(holidays="2026-06-19", closed="2026-12-24", open={"2026-12-19": "09:00-17:00"})
    as_dates = rules(
        holidays=[date(2026, 6, 19)], closed=[date(2026, 12, 24)], open={date(2026, 12, 19): ["09:00-17:00"]}
    )
    assert by_text == as_dates
    assert by_text.closed_days == ((date(2026, 12, 24), date(2026, 12, 24)),)


def test_closed_ranges_are_days_or_instants() -> None:
    found = rules(closed=["2026-12-23..2026-12-31", "2026-05-01T10:00:00+02:00..2026-05-01T12:00Z"])
    assert found.closed_days == ((date(2026, 12, 23), date(2026, 12, 31)),)
    assert found.closed_instants == (
        (datetime(2026, 5, 1, 8, tzinfo=UTC), datetime(2026, 5, 1, 12, tzinfo=UTC)),
    )


def test_a_calendar_may_have_its_own_zone_and_words() -> None:
    mapping = {"timezone": "Asia/Kathmandu", "title": "Support", "about": "Follows the sun"}
    assert Calendar.parse(mapping, timezone="Europe/Stockholm").timezone == "Asia/Kathmandu"


@pytest.mark.parametrize(
    ("mapping", "path", "message"),
    [
        ({"hour": {}}, "hour", 'unknown key "hour"; did you mean "hours"?'),
        ({"timezone": "Europe/Stokholm"}, "timezone", 'did you mean "Europe/Stockholm"?'),
        ({"timezone": "Europe"}, "timezone", "unknown time zone"),
        ({"timezone": 1}, "timezone", "unknown time zone"),
        ({"timezone": "localtime"}, "timezone", 'time zone "localtime" is another one on each machine'),
        ({"timezone": "Factory"}, "timezone", 'time zone "Factory" is another one on each machine'),
        ({"timezone": "posixrules"}, "timezone", "is another one on each machine"),
        ({"timezone": "right/Europe/Berlin"}, "timezone", "on every machine; write Europe/Berlin"),
        ({"timezone": "posix/Europe/Berlin"}, "timezone", "on every machine; write Europe/Berlin"),
        ({"timezone": "europe/berlin"}, "timezone", 'did you mean "Europe/Berlin"?'),
        ({"hours": "09:00-17:00"}, "hours", "hours is a mapping"),
        ({"hours": {"mno": "09:00-17:00"}}, "hours.mno", 'unknown day "mno"; did you mean "mon"?'),
        ({"hours": {"mon-tue-wed": "09:00-17:00"}}, "hours.mon-tue-wed", "no day or range of days"),
        ({"hours": {"mon-fri": [], "wed": []}}, "hours.wed", 'wed is already given by "mon-fri"'),
        ({"hours": {"mon": None}}, "hours.mon", "write [] for a closed day"),
        ({"hours": {"mon": ["9-17"]}}, "hours.mon.0", "is no window; write 09:00-17:00"),
        ({"hours": {"mon": 9}}, "hours.mon", "is no window"),
        ({"hours": {"mon": ["09:00-12:00", "17:00-09:00"]}}, "hours.mon.1", "split a night at 24:00"),
        ({"hours": {"mon": "09:00-09:00"}}, "hours.mon", "ends before it starts"),
        ({"hours": {"mon": "09:00-24:30"}}, "hours.mon", "outside a day"),
        ({"hours": {"mon": "09:60-12:00"}}, "hours.mon", "outside a day"),
        (
            {"hours": {"mon": ["09:00-12:00", "11:59-13:00"]}},
            "hours.mon",
            "09:00-12:00 and 11:59-13:00 overlap",
        ),
        ({"holidays": ["SE", "SWE"]}, "holidays.1", 'unknown country "SWE" in holidays; did you mean "SE"?'),
        ({"holidays": "UK"}, "holidays", 'did you mean "GB"?'),
        ({"holidays": "Sweden"}, "holidays", 'did you mean "SE"?'),
        ({"holidays": "QQQ"}, "holidays", "codes are ISO 3166, like SE or US-CA"),
        ({"holidays": "US-XX"}, "holidays", 'unknown subdivision "US-XX"'),
        ({"holidays": "US-"}, "holidays", 'unknown subdivision "US-"'),
        ({"holidays": "DE-Bayern"}, "holidays", 'did you mean "DE-BY"?'),
        ({"holidays": [False]}, "holidays.0", "is no holiday; write SE, US-CA or 2026-12-24"),
        ({"holidays": "2026-12-23..2026-12-24"}, "holidays", "is no date"),
        ({"holidays": datetime(2026, 6, 19, tzinfo=UTC)}, "holidays", "is an instant; write a date"),
        ({"closed": ["2026-02-30"]}, "closed.0", "is no date"),
        ({"closed": ["soon"]}, "closed.0", "write 2026-12-24"),
        ({"closed": [20261224]}, "closed.0", "is no date"),
        ({"closed": "2026-12-31..2026-12-23"}, "closed", "ends before it starts"),
        ({"closed": "2026-05-01T10:00..2026-05-01T12:00Z"}, "closed", "has no offset"),
        ({"closed": "2026-05-01T10:00Z..2026-05-01T10:00Z"}, "closed", "ends before it starts"),
        ({"closed": "2026-05-01T10:00Z..2026-05-02"}, "closed", "has no offset"),
        ({"closed": "2026-05-01..2026-05-02T10:00Z"}, "closed", "is no date"),
        ({"closed": "2026-05-01T25:00Z..2026-05-02T10:00Z"}, "closed", "is no instant"),
        ({"closed": "2026-05-01T10:00Z"}, "closed", "is no date"),
        ({"open": ["2026-12-19"]}, "open", "open is a mapping"),
        ({"open": {"19 December": "09:00-17:00"}}, "open.19 December", "is no date"),
        ({"open": {"2026-12-19": [], date(2026, 12, 19): []}}, "open.2026-12-19", "is given twice"),
    ],
)
def test_a_problem_says_where_and_what(mapping: dict[str, object], path: str, message: str) -> None:
    found = problems(**mapping)
    assert list(found) == [path]
    assert message in found[path]


@pytest.mark.parametrize("mapping", [None, "always", 24, ["mon"]])
def test_only_a_mapping_is_a_calendar(mapping: object) -> None:
    calendar, found = parse_calendar(mapping, timezone="UTC")
    assert calendar is None
    assert "a calendar is a mapping" in found[0].message


def test_all_problems_come_at_once() -> None:
    with pytest.raises(CalendarInvalid) as caught:
        Calendar.parse(
            {"hours": {"mon": "9-5", "mnday": "09:00-17:00"}, "holidays": ["SWE"], "clsed": []},
            timezone="Mars/Olympus",
            name="office",
        )
    assert {problem.path for problem in caught.value.problems} == {
        (),
        ("clsed",),
        ("hours", "mon"),
        ("hours", "mnday"),
        ("holidays", 0),
    }
    assert isinstance(caught.value, SlaflowError)
    assert str(caught.value).count('calendar "office": ') == 5


def test_resolved_codes_are_the_only_ones() -> None:
    mapping = {"holidays": ["SE", "NO"]}
    calendar, found = parse_calendar(mapping, "UTC", resolved={"SE": [date(2026, 6, 6)]})
    assert calendar is None
    assert found[0].path == ("holidays", 1)
    calendar, _ = parse_calendar(mapping, "UTC", resolved={"SE": [date(2026, 6, 6)], "NO": [], "XX": []})
    assert calendar is not None
    assert calendar.holiday_codes == ("SE", "NO")


def test_holidays_resolve_into_dates_that_decide_like_the_library() -> None:
    mapping = {"hours": {"mon-fri": "09:00-17:00"}, "holidays": ["SE", "US-CA"]}
    years = range(2024, 2030)
    asked = Calendar.parse(mapping, timezone="Europe/Stockholm")
    stored = resolve_holidays(asked.holiday_codes, years)
    frozen = Calendar.parse(mapping, timezone="Europe/Stockholm", resolved=stored)
    assert date(2026, 6, 6) in stored["SE"]
    for year in years:
        begin = datetime(year, 1, 1, tzinfo=timezone(timedelta(hours=1)))
        end = begin + timedelta(days=365)
        assert frozen.open_time(begin, end) == asked.open_time(begin, end)


def test_a_holiday_observed_in_the_year_before_is_known_in_both_orders() -> None:
    """New Year's Day 2028 is a Saturday, observed on Friday 31 December 2027."""
    assert date(2027, 12, 31) in resolve_holidays(["US"], [2027])["US"]
    assert date(2027, 12, 31) not in resolve_holidays(["US"], [2028])["US"]


def test_importing_slaflow_does_not_load_the_holiday_library() -> None:
    """It costs a tenth of a second; decisions by stored dates need none of it."""
    code = "import sys, slaflow.hours; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_resolving_names_every_code_that_does_not_exist() -> None:
    with pytest.raises(CalendarInvalid) as caught:
        resolve_holidays(["SE", "XQ", "US-ZZ"], [2026])
    assert [problem.path for problem in caught.value.problems] == [("XQ",), ("US-ZZ",)]
