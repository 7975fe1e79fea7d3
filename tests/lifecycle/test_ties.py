"""rules.md, 3: at one instant arrivals come first, then all facts, then what they cause."""

from __future__ import annotations

from support.builders import utc
from support.stories.course import Course, agreement

NOON = "2026-03-02T12:00"
AFTER = "2026-03-02T12:00:01"


def handed_over(targets: str, **sections: str) -> Course:
    """Created and handed over on Monday at 10:00; what is owed within 2h is due at noon."""
    course = Course(agreement(targets=targets, **sections)).create("2026-03-02T10:00")
    course.fire("promote", "2026-03-02T10:00")
    return course


TWO_TARGETS = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 2h
    steps:
      100%: [{fire: return}, {notify: owner}]
  contact:
    owed_by: sales
    start: {enter: mql}
    meet: {contact: true}
    within: 2h
    steps:
      100%: [{notify: manager}, {assign: manager}]
"""


def test_what_arrives_at_the_due_instant_keeps_the_promise() -> None:
    course = handed_over(TWO_TARGETS)
    course.tick(NOON)
    course.fire("accept", NOON)
    course.tick(AFTER)
    assert course.clock("respond").status == "met"
    assert course.all("breached") == []


def test_arrivals_apply_in_their_order_each_on_what_the_one_before_left() -> None:
    course = handed_over(TWO_TARGETS)
    assert course.fire("return", NOON) is None
    refusal = course.fire("accept", NOON)
    assert refusal is not None
    assert refusal.because == ("accept does not lead from nurturing; possible from there: promote",)


def test_no_party_goes_first() -> None:
    course = handed_over(TWO_TARGETS)
    course.fire("return", NOON)
    course.fire("promote", NOON)
    assert course.present.state == "mql"


def test_all_facts_come_before_anything_they_cause() -> None:
    course = handed_over(TWO_TARGETS).tick(AFTER)
    noon = [(e.kind, e.target) for e in course.entries if e.at == utc(NOON)]
    assert noon == [
        ("breached", "respond"),
        ("breached", "contact"),
        ("transition", None),
        ("clock_cancelled", "respond"),
        ("clock_cancelled", "contact"),
    ]


def test_a_fact_has_its_consequences_even_if_another_ended_its_clock() -> None:
    """respond's breach returns the lead; contact ends with it, and its manager is told all the same."""
    course = handed_over(TWO_TARGETS).tick(AFTER)
    assert course.clock("contact").ended_at == utc(NOON)
    assert ("sales-desk@example.com", "100%") in course.told("breached")
    assert [m.target for m in course.messages if m.kind == "breached"] == ["respond", "contact"]


TIMER_AND_TARGET = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 2h
    steps:
      100%: [{set: {note: "'target'"}}]
timers:
  early: {start: {enter: mql}, after: 2h, do: [{set: {note: "'first timer'"}}]}
  later: {start: {enter: mql}, after: 2h, do: [{set: {note: "'second timer'"}}]}
"""


def test_targets_come_before_timers_and_these_in_file_order() -> None:
    course = handed_over(TIMER_AND_TARGET).tick(AFTER)
    assert course.kinds()[-6:] == ["breached", "timer_fired", "timer_fired", "changed", "changed", "changed"]
    assert [e.data["fields"]["note"] for e in course.all("changed")] == [
        "target",
        "first timer",
        "second timer",
    ]


RESUMED = """
targets:
  held:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 1h
    pause: "lead.on_hold"
    steps:
      100%: {set: {note: "'held'"}}
  waker:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 2h
    steps:
      100%: [{set: {on_hold: "false"}}, {set: {country: "'SE'"}}]
  last:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 2h
    steps:
      100%: {set: {note: "'last'"}}
"""


def test_what_is_caused_joins_the_same_order() -> None:
    """held paused at its very due instant, 11:00; at noon waker wakes it, it breaks, and acts before last."""
    course = handed_over(RESUMED)
    course.set("2026-03-02T11:00", on_hold=True)
    course.tick(AFTER)
    told = [(e.kind, e.target, e.data.get("fields")) for e in course.entries if e.at == utc(NOON)]
    assert told == [
        ("breached", "waker", None),
        ("breached", "last", None),
        ("changed", None, {"on_hold": False}),
        ("clock_resumed", "held", None),
        ("changed", None, {"country": "SE"}),
        ("breached", "held", None),
        ("changed", None, {"note": "held"}),
        ("changed", None, {"note": "last"}),
    ]


SEVERAL_STEPS = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 2h
    steps:
      50%: {notify: owner}
      -1h: {notify: manager}
  contact:
    owed_by: sales
    start: {enter: mql}
    meet: {contact: true}
    within: 2h
    steps:
      50%: {notify: manager}
"""


def test_steps_of_one_instant_fall_in_file_order() -> None:
    course = handed_over(SEVERAL_STEPS).tick("2026-03-02T11:30")
    fallen = [(e.target, e.step) for e in course.all("warned")]
    assert fallen == [("respond", "50%"), ("respond", "-1h"), ("contact", "50%")]
