"""rules.md, 6: consequences stand at their step's instant, also after an outage."""

from __future__ import annotations

from support.builders import utc
from support.stories.course import Course, agreement

TARGETS = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 4h
    calendar: office
    steps:
      50%: {notify: owner}
      +2h: {fire: return}
  renurture:
    owed_by: marketing
    start: {enter: nurturing}
    meet: {activity: nurture}
    within: 1d
    calendar: office
"""


def test_after_three_weeks_without_a_tick_everything_stands_where_it_fell() -> None:
    """Handed over on Monday at 10:00 in Stockholm; the office is open from 9 to 17."""
    course = Course(agreement(targets=TARGETS)).create("2026-03-02T08:30")
    course.fire("promote", "2026-03-02T09:00")
    course.tick("2026-03-23T09:00")
    assert [(e.kind, e.target, e.at) for e in course.entries if e.at > utc("2026-03-02T09:00")] == [
        ("warned", "respond", utc("2026-03-02T11:00")),
        ("breached", "respond", utc("2026-03-02T13:00")),
        ("escalated", "respond", utc("2026-03-02T15:00")),
        ("transition", None, utc("2026-03-02T15:00")),
        ("clock_cancelled", "respond", utc("2026-03-02T15:00")),
        ("clock_started", "renurture", utc("2026-03-02T15:00")),
        ("breached", "renurture", utc("2026-03-03T16:00")),
    ]
