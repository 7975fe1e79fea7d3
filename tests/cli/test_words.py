"""Durations, instants and values in words."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from slaflow.cli import words


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 s"),
        (45, "45 s"),
        (72 * 60, "1 h 12 min"),
        (3600, "1 h"),
        (-2700, "45 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_a_duration_is_told_in_its_two_largest_units(seconds: int, told: str) -> None:
    assert words.duration(seconds) == told


def test_open_time_is_told_in_hours_because_an_open_day_has_no_24_of_them() -> None:
    assert words.open_time(90_000) == "25 h"
    assert words.on_calendar(90_000, "office") == "25 h"
    assert words.on_calendar(90_000, "always") == "1 d 1 h"


@pytest.mark.parametrize(
    ("clock", "told"),
    [
        ({"status": "running", "seconds_left": 60, "calendar": "office"}, "1 min left"),
        ({"status": "running", "left_seconds": 0, "calendar": "office"}, "0 s left"),
        ({"status": "breached", "left_seconds": -60, "calendar": "office"}, "1 min overdue"),
        ({"status": "met", "left_seconds": None, "calendar": "office"}, ""),
    ],
)
def test_time_left_says_whether_it_is_left_or_overdue(clock: dict[str, object], told: str) -> None:
    assert words.time_left(clock) == told


def test_a_promise_broken_at_closing_time_is_overdue_over_the_weekend_by_no_open_time() -> None:
    assert words.time_left({"status": "breached", "left_seconds": 0, "calendar": "office"}) == "overdue"


def test_an_instant_is_shown_where_people_work() -> None:
    assert words.instant("2026-03-09T12:30:00Z", ZoneInfo("Europe/Stockholm")) == "Mon 2026-03-09 13:30"
    assert words.instant("2026-03-09T12:30:05Z", UTC) == "Mon 2026-03-09 12:30:05"


def test_a_score_just_short_of_a_bound_is_not_shown_as_having_reached_it() -> None:
    assert words.score(49.9999) == "49.99"
    assert words.score(70.0) == "70"


@pytest.mark.parametrize("hostile", ["\x1b[2Jgone", "two\nlines", "right\u202eleft", "bell\a"])
def test_what_could_drive_a_terminal_is_spelt_out(hostile: str) -> None:
    assert words.clean(hostile).isprintable()


def test_letters_of_every_language_stay_as_they_are() -> None:
    assert words.clean("Böhm & Søn, 株式会社") == "Böhm & Søn, 株式会社"
