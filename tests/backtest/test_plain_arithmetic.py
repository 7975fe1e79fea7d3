"""Counts and due instants of a backtest against plain arithmetic: minutes of a week, counted one by one."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from support.builders import utc
from support.stories.course import Course, agreement
from support.stories.retold import entries_of, only, people_log

from slaflow.backtest.compared import Asked, compared
from slaflow.backtest.meant import Reader
from slaflow.backtest.tally import Tally

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MINUTE = timedelta(minutes=1)
END = utc("2026-04-20T09:00")
OFFICE, HALF_DAYS = (9, 17), (9, 13)
TARGETS = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: [accept, return]}
    within: %s
    calendar: office
"""
CALENDARS = 'calendars:\n  office: {hours: {mon-fri: ["%02d:00-%02d:00"]}}\n'


def is_open(at: datetime, hours: tuple[int, int]) -> bool:
    here = at.astimezone(STOCKHOLM)
    return here.weekday() < 5 and hours[0] <= here.hour < hours[1]


def due(start: datetime, minutes: int, hours: tuple[int, int]) -> datetime:
    """The instant at which so many open minutes have passed."""
    at = start
    while minutes:
        minutes -= is_open(at, hours)
        at += MINUTE
    return at


def outcome(promoted: datetime, accepted: datetime | None, due_at: datetime) -> str:
    if accepted is None:
        return "breached" if due_at < END else "running"
    return "met" if accepted <= due_at else "met_late"


@pytest.mark.parametrize(
    ("hours", "office"), [(2, OFFICE), (8, OFFICE), (4, HALF_DAYS)], ids=["half", "twice", "another calendar"]
)
def test_every_outcome_and_due_instant_is_what_a_clock_on_the_wall_says(
    hours: int, office: tuple[int, int]
) -> None:
    """Across the night in which summer time begins, weekends and all."""
    chance = random.Random(hours)  # not for secrets
    before = agreement(targets=TARGETS % "4h", calendars=CALENDARS % OFFICE)
    draft = agreement(targets=TARGETS % f"{hours}h", calendars=CALENDARS % office)
    asked = Asked(Reader(draft, {}), only(before), people_log(Course(before).people), END)
    tally, changes = Tally(), Counter[str]()
    for number in range(1, 41):
        promoted = utc("2026-03-23T00:00") + chance.randint(0, 14 * 1440) * MINUTE
        accepted = promoted + chance.randint(1, 1440) * MINUTE if chance.random() < 0.7 else None
        course = Course(before).create(promoted - MINUTE, number=number)
        course.fire("promote", promoted.isoformat())
        if accepted is not None:
            course.fire("accept", accepted.isoformat())
        found = compared(entries_of(course), asked)
        assert found is not None
        tally.add(found)
        (pair,) = found.pairs
        was, would = due(promoted, 240, OFFICE), due(promoted, hours * 60, office)
        assert pair.recorded is not None
        assert pair.would_be is not None
        assert (pair.recorded.due_at, pair.would_be.due_at) == (was, would)
        expected = outcome(promoted, accepted, was), outcome(promoted, accepted, would)
        assert (pair.recorded.outcome, pair.would_be.outcome) == expected
        changes[" to ".join(expected)] += expected[0] != expected[1]
    assert tally.targets["respond"].changed == +changes
    assert tally.differences == changes.total() > 0
