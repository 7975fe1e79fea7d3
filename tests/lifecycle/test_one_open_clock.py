"""rules.md, 8: one open clock per target and lead; repeating ones start again when met."""

from __future__ import annotations

from support.builders import utc
from support.stories.course import Course, agreement

WARM = """
targets:
  keep_warm:
    owed_by: sales
    start: [{enter: accepted}, {activity: visit}]
    while: [accepted]
    meet: {activity: [call, mail]}
    within:
      - {when: "lead.employees > 50", is: 1h}
      - {is: 4h}
    repeat: true
"""


def accepted() -> Course:
    course = Course(agreement(targets=WARM)).create()
    course.fire("promote", "2026-03-02T10:00")
    course.fire("accept", "2026-03-02T10:00")
    return course


def test_a_start_while_one_is_open_is_ignored() -> None:
    course = accepted()
    course.record("visit", "2026-03-02T11:00")
    assert len(course.all("clock_started")) == 1
    assert course.clock("keep_warm").due_at == utc("2026-03-02T14:00")


def test_the_next_starts_when_the_last_is_met_with_its_within_judged_anew() -> None:
    course = accepted()
    course.set("2026-03-02T11:00", employees=80)
    course.record("call", "2026-03-02T12:00")
    first, second = course.clock("keep_warm", 1), course.clock("keep_warm", 2)
    assert (first.status, first.ended_at) == ("met", utc("2026-03-02T12:00"))
    assert (second.case, second.started_at, second.due_at) == (
        0,
        utc("2026-03-02T12:00"),
        utc("2026-03-02T13:00"),
    )
    assert course.last("clock_started").caused_by == course.last("clock_met").seq


def test_broken_it_stays_owed_and_is_one_breach_however_long() -> None:
    course = accepted().tick("2026-03-30")
    assert len(course.all("breached")) == 1
    assert course.clock("keep_warm").is_open


def test_met_late_the_next_starts_then() -> None:
    course = accepted()
    course.record("call", "2026-03-02T15:00")
    assert course.clock("keep_warm", 1).status == "met_late"
    assert course.last("met_late").data == {"late_seconds": 3600}
    assert course.clock("keep_warm", 2).started_at == utc("2026-03-02T15:00")


def test_told_late_the_next_starts_at_the_entrys_instant() -> None:
    course = accepted()
    course.set("2026-03-02T12:00", note="later")
    course.record("call", "2026-03-02T13:00", late="2026-03-02T11:00")
    assert course.clock("keep_warm", 2).started_at == utc("2026-03-02T13:00")


def test_it_does_not_start_again_outside_its_states() -> None:
    course = accepted()
    course.fire("win", "2026-03-02T11:00")
    course.record("call", "2026-03-02T12:00")
    assert [c.status for c in course.every_clock.values()] == ["cancelled"]


def test_entering_its_state_again_starts_a_new_one() -> None:
    course = Course(agreement()).create()
    course.fire("promote", "2026-03-02T10:00")
    course.fire("return", "2026-03-02T11:00")
    course.fire("promote", "2026-03-03T10:00")
    assert (course.clock("respond").number, course.clock("respond").due_at) == (2, utc("2026-03-03T14:00"))
