"""rules.md, 10: which attempts count, and since when."""

from __future__ import annotations

from datetime import timedelta

from support.builders import MONDAY, utc
from support.stories.course import Course, agreement

from slaflow.lifecycle.lead import MAX_ATTEMPTS, Actor
from slaflow.lifecycle.view import View

PERSIST = """
targets:
  persist:
    owed_by: sales
    start: {activity: reply}
    while: [mql, accepted]
    meet: {attempts: 3, channels: 2}
    within: 5d
"""
SPACING = "attempts: {spacing: 1h}"


def replied() -> Course:
    """In the hands of sales; the prospect replied at 10:00, which starts the clock."""
    course = Course(agreement(targets=PERSIST, attempts=SPACING)).create()
    course.fire("promote", "2026-03-02T09:00")
    course.record("call", "2026-03-02T09:30")
    course.record("reply", "2026-03-02T10:00")
    return course


def test_attempts_before_the_clock_started_are_not_its_own() -> None:
    course = replied()
    course.record("call", "2026-03-02T11:00")
    course.record("mail", "2026-03-02T12:00")
    assert course.clock("persist").status == "running"
    course.record("call", "2026-03-02T13:00")
    assert course.clock("persist").ended_at == utc("2026-03-02T13:00")


def test_spacing_is_counted_from_the_last_that_counted() -> None:
    """10:30 and 11:00 lie within an hour of one that counted; 11:30 is an hour after 10:30."""
    course = replied()
    for at in ("10:30", "11:00", "11:30", "12:29:59"):
        course.record("mail" if at == "11:00" else "call", f"2026-03-02T{at}")
    assert course.clock("persist").status == "running"
    course.record("call", "2026-03-02T12:30")
    assert course.clock("persist").status == "met"


def test_channels_are_those_of_all_attempts_counted_or_not() -> None:
    """Three calls count; the mail that comes too early to count brings the second channel."""
    course = replied()
    for at in ("11:00", "12:00", "13:00"):
        course.record("call", f"2026-03-02T{at}")
    assert course.clock("persist").status == "running"
    course.record("mail", "2026-03-02T13:10")
    assert (course.clock("persist").status, course.clock("persist").ended_at) == (
        "met",
        utc("2026-03-02T13:10"),
    )


def test_in_guards_attempts_are_those_since_the_last_handoff() -> None:
    course = replied()
    course.fire("return", "2026-03-02T14:00")
    course.fire("promote", "2026-03-02T15:00")
    course.record("mail", "2026-03-02T16:00")
    view = View(course.workflow, course.present, utc("2026-03-02T16:00"))
    assert view.attempts() == (1, 1)


def test_what_the_system_records_or_is_marked_automated_is_no_attempt_and_no_contact() -> None:
    course = replied()
    course.record("call", "2026-03-02T11:00", Actor("system", "system"))
    course.record("meeting", "2026-03-02T12:00", automated=True)
    assert len(course.present.attempts) == 1
    assert course.all("activity")[-1].data["automated"] is True
    course.fire("return", "2026-03-02T13:00")
    assert course.present.contacted is False


def test_a_list_of_at_most_200_is_kept() -> None:
    course = replied()
    for hour in range(MAX_ATTEMPTS + 5):
        course.record("call", (MONDAY + timedelta(days=1, hours=hour)).isoformat())
    assert len(course.present.attempts) == MAX_ATTEMPTS
    view = View(course.workflow, course.present, course.present.as_of)
    assert view.attempts() == (MAX_ATTEMPTS, 1)


def test_an_attempt_at_the_very_start_of_the_clock_is_its_own() -> None:
    """The call came in before the reply that starts the clock, at the same instant."""
    course = Course(agreement(targets=PERSIST, attempts=SPACING)).create()
    course.fire("promote", "2026-03-02T09:00")
    course.record("call", "2026-03-02T10:00")
    course.record("reply", "2026-03-02T10:00")
    course.record("mail", "2026-03-02T11:00")
    course.record("call", "2026-03-02T12:00")
    assert course.clock("persist").ended_at == utc("2026-03-02T12:00")
