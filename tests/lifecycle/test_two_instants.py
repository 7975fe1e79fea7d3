"""rules.md, 1: an input has an instant at which it happened and one at which slaflow was told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.builders import MONDAY, utc
from support.stories.course import Course, agreement

from slaflow.lifecycle.decide import AheadOfClock, check_not_ahead


def handed_over() -> Course:
    """Created on Monday at 9:00, handed to sales at 10:00; the answer is due at 14:00."""
    course = Course(agreement()).create()
    course.fire("promote", "2026-03-02T10:00")
    return course


def test_what_is_told_late_applies_when_it_happened_if_nothing_was_logged_since() -> None:
    course = Course(agreement()).create()
    course.fire("promote", "2026-03-02T12:00", late="2026-03-02T10:00")
    entry = course.last("transition")
    assert (entry.at, entry.occurred_at) == (utc("2026-03-02T10:00"), utc("2026-03-02T10:00"))
    assert entry.arrived_at == utc("2026-03-02T12:00")
    assert course.clock("respond").due_at == utc("2026-03-02T14:00")


def test_after_something_later_was_logged_it_stands_at_its_arrival() -> None:
    course = handed_over()
    course.record("visit", "2026-03-02T11:00")
    course.record("call", "2026-03-02T12:00", late="2026-03-02T10:30")
    entry = course.last("activity")
    assert (entry.at, entry.occurred_at) == (utc("2026-03-02T12:00"), utc("2026-03-02T10:30"))


def test_a_step_carried_out_at_that_very_instant_makes_it_late() -> None:
    course = handed_over()
    course.fire("accept", "2026-03-02T15:00", late="2026-03-02T14:00")
    assert course.last("breached").at == utc("2026-03-02T14:00")
    assert course.last("transition").at == utc("2026-03-02T15:00")
    assert (course.clock("respond").status, course.clock("respond").lifted) == ("met", True)


def test_an_entry_at_that_very_instant_does_not() -> None:
    course = handed_over()
    course.record("call", "2026-03-02T12:00", late="2026-03-02T10:00")
    assert course.last("activity").at == utc("2026-03-02T10:00")


def test_before_it_is_applied_the_lead_is_settled_to_its_arrival() -> None:
    """Happened at 13:59:59, in time; told at 15:00, when the breach of 14:00 stands in the log."""
    course = handed_over()
    course.fire("accept", "2026-03-02T15:00", late="2026-03-02T13:59:59")
    assert course.kinds("breached", "transition")[1:] == ["breached", "transition"]
    assert course.last("transition").at == utc("2026-03-02T15:00")


def test_an_arrival_before_the_last_entry_stands_at_that_entrys_instant() -> None:
    course = handed_over()
    course.tick("2026-03-02T16:00")
    course.record("call", "2026-03-02T13:00")
    assert course.last("activity").at == utc("2026-03-02T14:00")


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(minutes=5)])
def test_up_to_five_minutes_ahead_of_the_clock_is_now(ahead: timedelta) -> None:
    assert check_not_ahead(MONDAY + ahead, MONDAY) == MONDAY


def test_further_ahead_is_refused() -> None:
    with pytest.raises(AheadOfClock, match="2026-03-02T09:05:01Z lies ahead of the clock"):
        check_not_ahead(MONDAY + timedelta(minutes=5, seconds=1), MONDAY)
