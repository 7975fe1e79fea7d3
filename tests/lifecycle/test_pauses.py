"""rules.md, 9: what a pause does, and how long it may last."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.builders import utc
from support.stories.course import Course, agreement


def target(pause: str = "{when: lead.on_hold, at_most: 2h}", rest: str = "", within: str = "4h") -> str:
    return f"""
targets:
  respond:
    owed_by: sales
    start: {{enter: mql}}
    meet: {{trigger: accept}}
    within: {within}
    pause: {pause}
{rest}"""


def handed_over(targets: str, at: str = "2026-03-02T10:00", *, on_hold: bool = False) -> Course:
    course = Course(agreement(targets=targets)).create(fields={"on_hold": on_hold})
    course.fire("promote", at)
    return course


def test_a_clock_whose_pause_holds_at_its_start_starts_paused_with_its_whole_allowance() -> None:
    course = handed_over(target(), on_hold=True)
    assert course.kinds()[-2:] == ["clock_started", "clock_paused"]
    assert course.last("clock_paused").data == {"left_seconds": 14400, "budget_seconds": 7200}
    course.set("2026-03-02T11:00", on_hold=False)
    assert course.clock("respond").due_at == utc("2026-03-02T15:00")


def test_the_due_instant_moves_by_the_open_time_paused() -> None:
    course = handed_over(target("lead.on_hold"))
    course.set("2026-03-02T11:00", on_hold=True)
    course.set("2026-03-03T11:30", on_hold=False)
    assert course.clock("respond").due_at == utc("2026-03-03T14:30")
    assert course.last("clock_resumed").data["due_at"] == "2026-03-03T14:30:00Z"


def test_at_most_is_one_budget_and_its_end_resumes_at_its_own_instant() -> None:
    course = handed_over(target())
    course.set("2026-03-02T11:00", on_hold=True)
    course.set("2026-03-02T12:30", on_hold=False)
    course.set("2026-03-02T13:00", on_hold=True)
    course.tick("2026-03-05T10:00")
    resumed = course.last("clock_resumed")
    assert (resumed.at, resumed.step) == (utc("2026-03-02T13:30"), "pause_end")
    assert course.clock("respond").breached_at == utc("2026-03-02T16:00")


def test_no_pause_follows_once_the_budget_is_used_up() -> None:
    course = handed_over(target())
    course.set("2026-03-02T11:00", on_hold=True)
    course.tick("2026-03-02T13:30")
    course.set("2026-03-02T13:30", note="still on hold")
    course.set("2026-03-02T13:30", on_hold=False)
    course.set("2026-03-02T13:31", on_hold=True)
    assert course.clock("respond").status == "running"
    assert len(course.all("clock_paused")) == 1


def test_the_budget_counts_open_time_of_the_calendar() -> None:
    """Paused on Friday at 16:00 in Stockholm, an hour before closing; the second hour is Monday's first."""
    course = handed_over(target(rest="    calendar: office\n"), "2026-03-06T14:00")
    course.set("2026-03-06T15:00", on_hold=True)
    course.tick("2026-03-12")
    assert course.last("clock_resumed").at == utc("2026-03-09T09:00")


def test_a_budget_in_days_ends_at_the_close_of_that_many_open_days_after_the_first_pause() -> None:
    course = handed_over(target("{when: lead.on_hold, at_most: 1d}", "    calendar: office\n"))
    course.set("2026-03-02T11:00", on_hold=True)
    course.tick("2026-03-12")
    assert course.last("clock_resumed").at == utc("2026-03-03T16:00")


def test_a_target_counted_in_days_is_once_paused_counted_in_the_open_time_it_had_left() -> None:
    """1d from Monday 11:00 in Stockholm is Tuesday 17:00; three of its 14 hours are used by 14:00."""
    course = handed_over(target("lead.on_hold", "    calendar: office\n", "1d"))
    assert course.clock("respond").due_at == utc("2026-03-03T16:00")
    course.set("2026-03-02T13:00", on_hold=True)
    assert course.last("clock_paused").data["left_seconds"] == 11 * 3600
    course.set("2026-03-03T12:00", on_hold=False)
    assert course.clock("respond").due_at == utc("2026-03-04T15:00")


def test_a_broken_clock_does_not_pause_and_its_later_steps_keep_their_instants() -> None:
    course = handed_over(target(rest="    steps: {+4h: [{notify: manager}]}\n"))
    course.set("2026-03-02T15:00", on_hold=True)
    course.tick("2026-03-03T10:00")
    assert course.all("clock_paused") == []
    assert course.last("escalated").at == utc("2026-03-02T18:00")


def test_a_step_at_the_very_instant_a_pause_begins_waits_for_the_resumption() -> None:
    course = handed_over(target(rest="    steps: {50%: [{notify: owner}]}\n"))
    course.set("2026-03-02T12:00", on_hold=True)
    course.set("2026-03-02T13:00", on_hold=False)
    course.tick("2026-03-02T13:30")
    assert [e.at for e in course.all("warned")] == [utc("2026-03-02T13:00")]


def test_so_does_the_breach() -> None:
    course = handed_over(target("lead.on_hold"))
    course.set("2026-03-02T14:00", on_hold=True)
    course.set("2026-03-09T13:00", on_hold=False)
    course.tick("2026-03-09T13:00:01")
    assert course.clock("respond").breached_at == utc("2026-03-09T13:00")


def test_steps_not_yet_carried_out_move_with_due_and_the_others_stay() -> None:
    course = handed_over(
        target("lead.on_hold", "    steps: {25%: [{notify: owner}], -1h: [{notify: owner}]}\n")
    )
    course.set("2026-03-02T12:00", on_hold=True)
    course.set("2026-03-02T17:00", on_hold=False)
    course.tick("2026-03-03T10:00")
    assert [(e.step, e.at) for e in course.all("warned")] == [
        ("25%", utc("2026-03-02T11:00")),
        ("-1h", utc("2026-03-02T18:00")),
    ]


def test_in_a_final_state_no_clock_starts_unless_while_names_it() -> None:
    targets = """
targets:
  thank: {owed_by: sales, start: {trigger: [win, resell]}, meet: {activity: call}, within: 1d}
  onboard: {owed_by: sales, start: {trigger: win}, while: [won], meet: {activity: call}, within: 2d}
"""
    course = handed_over(targets)
    course.fire("accept", "2026-03-02T11:00")
    course.fire("win", "2026-03-02T12:00")
    assert list(course.every_clock) == [("onboard", 1)]


UNTIL = """
targets:
  callback:
    owed_by: sales
    start: {set: call_at}
    while: [mql, accepted]
    meet: {activity: call}
    within: {until: lead.call_at}
    calendar: office
    pause: lead.on_hold
"""


@pytest.mark.parametrize(
    ("paused", "resumed", "due"),
    [
        ("2026-03-06T10:00", "2026-03-06T10:00:01", "2026-03-09T08:00:01"),
        ("2026-03-06T18:00", "2026-03-06T19:00", "2026-03-07T11:00"),
        ("2026-03-07T09:00", "2026-03-07T12:00", "2026-03-07T12:00"),
        ("2026-03-06T15:00", "2026-03-09T09:00", "2026-03-09T10:00"),
    ],
)
def test_a_pause_outside_opening_hours_moves_no_agreed_instant(paused: str, resumed: str, due: str) -> None:
    """The call was agreed for Saturday noon in Stockholm, when the office of mon-fri 9-17 is closed."""
    course = Course(agreement(targets=UNTIL)).create()
    course.fire("promote", "2026-03-06T08:00")
    course.set("2026-03-06T08:00", call_at="2026-03-07T11:00:00Z")
    assert course.clock("callback").due_at == utc("2026-03-07T11:00")
    course.set(paused, on_hold=True)
    course.set(resumed, on_hold=False)
    assert course.clock("callback").due_at == utc(due)


def test_many_short_pauses_lose_no_time() -> None:
    course = handed_over(target("lead.on_hold"))
    for minute in range(30):
        course.set(f"2026-03-02T10:{minute:02}:00.250", on_hold=True)
        course.set(f"2026-03-02T10:{minute:02}:00.750", on_hold=False)
    assert course.clock("respond").due_at == utc("2026-03-02T14:00:15")
    assert course.clock("respond").left == timedelta(hours=4) - timedelta(minutes=28, seconds=45.75)


def test_a_budget_that_ends_within_a_second_leaves_nothing_for_another_pause() -> None:
    course = handed_over(target())
    course.set("2026-03-02T11:00:00.500", on_hold=True)
    course.tick("2026-03-02T13:00:01")
    assert course.last("clock_resumed").at == utc("2026-03-02T13:00:00")
    course.set("2026-03-02T13:00:02", note="still on hold")
    assert course.clock("respond").status == "running"
