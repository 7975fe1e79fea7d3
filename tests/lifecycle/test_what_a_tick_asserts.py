"""rules.md, 2: ticks change nothing, as long as none ran past an arrival still to come."""

from __future__ import annotations

from datetime import timedelta

from support.builders import MONDAY, utc
from support.stories.course import Course, agreement

TARGETS = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 4h
    steps:
      50%: {notify: owner}
      100%: {assign: manager}
      +1h: {fire: return}
"""


def test_a_tick_a_minute_one_a_week_or_none_give_the_same_log() -> None:
    each_minute, each_week, none = (Course(agreement(targets=TARGETS)).create() for _ in range(3))
    for course in (each_minute, each_week, none):
        course.fire("promote", "2026-03-02T10:00")
    for minute in range(0, 24 * 60):
        each_minute.tick(MONDAY + timedelta(minutes=minute))
    each_week.tick(MONDAY + timedelta(days=7))
    for course in (each_minute, each_week, none):
        course.fire("promote", "2026-03-09T10:00")
    assert each_minute.entries == each_week.entries == none.entries
    assert none.kinds("warned", "breached", "escalated") == ["warned", "breached", "escalated"]


def test_a_step_is_carried_out_by_what_comes_strictly_after_it() -> None:
    course = Course(agreement(targets=TARGETS)).create()
    course.fire("promote", "2026-03-02T10:00")
    course.tick("2026-03-02T12:00")
    assert course.kinds("warned") == []
    course.tick("2026-03-02T12:00:01")
    assert course.last("warned").at == utc("2026-03-02T12:00")


def test_a_second_tick_at_the_same_instant_adds_nothing() -> None:
    course = Course(agreement(targets=TARGETS)).create()
    course.fire("promote", "2026-03-02T10:00")
    course.tick("2026-03-03T10:00")
    before = len(course.entries)
    course.tick("2026-03-03T10:00")
    assert len(course.entries) == before
    assert course.decisions[-1].steps == 0


def test_history_imported_before_ticking_past_it_gives_the_log_it_would_have_given_live() -> None:
    live, imported = (Course(agreement(targets=TARGETS)).create() for _ in range(2))
    live.fire("promote", "2026-03-02T10:00")
    live.tick("2026-03-02T13:00")
    live.fire("accept", "2026-03-02T15:30")
    live.tick("2026-04-01")
    imported.fire("promote", "2026-03-02T10:00")
    imported.fire("accept", "2026-03-02T15:30")
    imported.tick("2026-04-01")
    assert live.entries == imported.entries
