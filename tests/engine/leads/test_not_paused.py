"""Why a clock runs although its pause's condition holds: nobody said why it should wait."""

from __future__ import annotations

from support.builders import utc
from support.stories.course import Course, agreement

from slaflow.engine.leads.explain import explain

TARGETS = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 4h
    pause: {when: lead.on_hold, at_most: 2h, reason: note}
"""
AT = "2026-03-02T12:00"


def test_explain_says_which_field_does_not_say_why() -> None:
    course = Course(agreement(targets=TARGETS)).create(fields={"on_hold": True})
    course.fire("promote", "2026-03-02T10:00")
    told = explain(course.workflow, course.decisions[-1], [], "respond", utc(AT))
    assert (
        told["not_paused"] == told["plain"][-1] == "not paused, although lead.on_hold: note does not say why"
    )
    course.set(AT, note="asked us to wait")
    assert explain(course.workflow, course.decisions[-1], [], "respond", utc(AT))["not_paused"] is None
