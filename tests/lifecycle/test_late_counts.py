"""rules.md, 15: evidence that counts by number, and the instant at which the numbers were reached."""

from __future__ import annotations

from support.builders import utc
from support.stories.course import Course, agreement

from slaflow.lifecycle.decision import Draft
from slaflow.lifecycle.view import View

TIMES = """
targets:
  warm:
    owed_by: sales
    start: {enter: mql}
    while: [mql, accepted]
    meet: {activity: [call, mail], times: 3}
    within: 4h
"""
PERSIST = """
targets:
  persist:
    owed_by: sales
    start: {enter: mql}
    while: [mql, accepted]
    meet: [{attempts: 3, channels: 2}, {contact: true}]
    within: 4h
"""
SPACING = "attempts: {spacing: 1h}"


def handed_over(**sections: str) -> Course:
    """In the hands of sales on Monday at 10:00; the promise is due at 14:00."""
    course = Course(agreement(**sections)).create()
    course.fire("promote", "2026-03-02T10:00")
    return course


def judged(course: Course) -> Draft:
    """The entry in which the late input came to something."""
    return next(e for e in reversed(course.entries) if "completed_at" in e.data)


def test_times_are_reached_at_the_last_of_them_in_order_of_occurrence() -> None:
    """Two in time, one after due; the one told late makes the second of those the third."""
    course = handed_over(targets=TIMES)
    for at in ("11:00", "13:00", "13:30"):
        course.record("call" if at != "13:00" else "visit", f"2026-03-02T{at}")
    course.record("call", "2026-03-02T15:00", late="2026-03-02T12:00")
    clock = course.clock("warm")
    assert (clock.status, clock.lifted, clock.ended_at) == ("met", True, utc("2026-03-02T13:30"))


def test_times_of_which_the_last_came_after_due_are_late() -> None:
    course = handed_over(targets=TIMES)
    course.record("call", "2026-03-02T11:00")
    course.record("call", "2026-03-02T14:30")
    course.record("call", "2026-03-02T15:00", late="2026-03-02T12:00")
    clock = course.clock("warm")
    assert (clock.status, clock.ended_at) == ("met_late", utc("2026-03-02T14:30"))


def test_what_is_not_complete_yet_is_remembered_also_by_a_clock_that_is_over() -> None:
    course = handed_over(targets=TIMES.replace("while: [mql, accepted]", "while: [mql]"))
    course.record("call", "2026-03-02T11:00")
    course.fire("accept", "2026-03-02T12:00")
    course.record("call", "2026-03-02T13:00", late="2026-03-02T11:20")
    assert course.clock("warm").status == "cancelled"
    course.record("mail", "2026-03-02T13:01", late="2026-03-02T10:20")
    clock = course.clock("warm")
    assert (clock.status, clock.ended_at) == ("met", utc("2026-03-02T11:20"))


def test_a_clock_stored_before_instants_were_kept_is_lifted_only_where_that_is_certain() -> None:
    course = handed_over(targets=TIMES)
    course.record("call", "2026-03-02T11:00")
    course.record("call", "2026-03-02T11:30")
    course.clock("warm").seen = {0: (None, None)}
    running = course.fork()
    running.record("visit", "2026-03-02T12:30")
    running.record("call", "2026-03-02T13:00", late="2026-03-02T12:00")
    assert running.clock("warm").status == "met"
    course.record("call", "2026-03-02T15:00", late="2026-03-02T12:00")
    assert course.clock("warm").status == "met_late"


def test_attempts_are_counted_anew_in_order_of_occurrence() -> None:
    """11:00 and 12:30 by phone count; a mail of 11:45 counts too, and the call of 13:00 need not."""
    course = handed_over(targets=PERSIST, attempts=SPACING)
    course.record("call", "2026-03-02T11:00")
    course.record("call", "2026-03-02T12:45")
    course.record("call", "2026-03-02T13:50")
    course.record("mail", "2026-03-02T15:00", late="2026-03-02T11:45")
    clock = course.clock("persist")
    assert (clock.status, clock.lifted, clock.ended_at) == ("met", True, utc("2026-03-02T13:50"))
    assert [a.at for a in course.present.attempts] == sorted(a.at for a in course.present.attempts)


def test_an_attempt_that_does_not_count_may_still_bring_the_channel() -> None:
    course = handed_over(targets=PERSIST, attempts=SPACING)
    for at in ("10:30", "11:30", "12:30"):
        course.record("call", f"2026-03-02T{at}")
    course.record("visit", "2026-03-02T13:00")
    course.record("mail", "2026-03-02T13:30", late="2026-03-02T12:40")
    assert course.clock("persist").ended_at == utc("2026-03-02T12:40")


def test_contact_told_late_meets_at_once() -> None:
    course = handed_over(targets=PERSIST)
    course.record("meeting", "2026-03-02T15:00", late="2026-03-02T13:00")
    assert course.clock("persist").lifted


def test_a_late_attempt_before_the_handoff_counts_to_those_before_it() -> None:
    course = handed_over(targets=PERSIST)
    course.record("call", "2026-03-02T10:30")
    course.fire("return", "2026-03-02T11:00")
    course.record("call", "2026-03-02T11:10")
    course.record("mail", "2026-03-02T11:30", late="2026-03-02T10:40")
    course.record("meeting", "2026-03-02T11:40", late="2026-03-02T10:50")
    view = View(course.workflow, course.present, utc("2026-03-02T11:40"))
    assert view.attempts() == (1, 1)
    assert course.present.contacted is False
    course.record("meeting", "2026-03-02T11:50", late="2026-03-02T11:05")
    assert View(course.workflow, course.present, utc("2026-03-02T11:50")).attempts() == (2, 2)
    assert course.present.contacted is True


RESTARTED = TIMES.replace("times: 3", "times: 2") + "    restart: {activity: reply}\n"


def test_what_was_complete_before_a_restart_kept_the_promise_then() -> None:
    course = handed_over(targets=RESTARTED)
    course.record("call", "2026-03-02T10:30")
    course.record("reply", "2026-03-02T11:00")
    assert course.clock("warm").started_at == utc("2026-03-02T11:00")
    course.record("call", "2026-03-02T12:00", late="2026-03-02T10:40")
    clock = course.clock("warm")
    assert (clock.status, clock.ended_at) == ("met", utc("2026-03-02T10:40"))
    assert judged(course).data["open_seconds"] == 2400


def test_what_was_seen_before_a_restart_does_not_count_after_it() -> None:
    course = handed_over(targets=RESTARTED)
    course.record("call", "2026-03-02T10:30")
    course.record("reply", "2026-03-02T11:00")
    course.record("visit", "2026-03-02T11:45")
    course.record("call", "2026-03-02T12:00", late="2026-03-02T11:30")
    assert course.clock("warm").status == "running"
