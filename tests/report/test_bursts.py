"""Days, weeks and ends of quarters on which far more was handed over than usual."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

from support.builders import utc

from slaflow.report.bursts import bursts


def slot(text: str, number: int) -> tuple[int, int]:
    return int(utc(text).timestamp()) // 900, number


def test_the_end_of_a_quarter_stands_beside_a_usual_week() -> None:
    told = bursts(
        [slot("2026-03-02T09:00", 4), slot("2026-03-10T09:00", 5), slot("2026-03-31T09:00", 20)], UTC
    )
    end = {"handed_over": 20, "usual": 5, "burst": True}
    assert told["quarter_ends"] == [{"when": "2026-Q1", **end}]
    assert told["day"] == {"when": "2026-03-31", **end}
    assert told["week"] == {"when": "2026-W14", **end}


def test_a_day_is_that_of_the_agreement() -> None:
    told = bursts([slot("2026-03-02T22:45", 1), slot("2026-03-02T23:00", 2)], ZoneInfo("Europe/Stockholm"))
    assert told["day"] == {"when": "2026-03-03", "handed_over": 2, "usual": 1, "burst": True}


def test_of_nothing_nothing_stands_out() -> None:
    assert bursts([], UTC) == {"day": None, "week": None, "quarter_ends": []}
