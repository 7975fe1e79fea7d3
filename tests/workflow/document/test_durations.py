"""What people write for a length of time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from slaflow.workflow.document.durations import DurationInvalid, elapsed, parse_duration
from slaflow.workflow.model.clocks import Days, OpenTime


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("45m", timedelta(minutes=45)),
        ("4h", timedelta(hours=4)),
        ("150s", timedelta(seconds=150)),
        ("1h30m", timedelta(hours=1, minutes=30)),
        ("1h0m5s", timedelta(hours=1, seconds=5)),
        ("0m", timedelta(0)),
    ],
)
def test_hours_minutes_and_seconds_are_open_time(text: str, span: timedelta) -> None:
    assert parse_duration(text) == OpenTime(span, text)


def test_days_are_counted_not_measured() -> None:
    assert parse_duration("2d") == Days(2, "2d")
    assert elapsed("2d") == timedelta(hours=48)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4",
        "h",
        "4 h",
        "30m1h",
        "1.5h",
        "-4h",
        "+4h",
        "4H",
        "2w",
        "PT4H",
        "4h ",
        "\u0661h",
        "1d\n",
        "9" * 40 + "h",
    ],
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(DurationInvalid, match="write 30m, 4h, 1h30m or 2d"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["1d4h", "4h1d", "1h30m2d"])
def test_days_do_not_combine(text: str) -> None:
    with pytest.raises(DurationInvalid, match="days do not combine"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["36526d", "999999d", "9999999h", "999999999s9"])
def test_more_than_a_hundred_years_is_a_slip(text: str) -> None:
    with pytest.raises(DurationInvalid):
        parse_duration(text)
