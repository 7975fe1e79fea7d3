"""rules.md, 12: a step's actions run in order, all of them, each on the lead as the one before left it."""

from __future__ import annotations

from support.builders import utc
from support.stories.course import ANNA, MIA, Course, a_person, agreement, people

TEAM = people(a_person(MIA, order=1), a_person(ANNA, order=2, manager=MIA))


def handed_over(steps: str, **sections: str) -> Course:
    """Handed to Anna on Monday at 10:00; the answer is due at 14:00."""
    targets = f"""
targets:
  respond:
    owed_by: sales
    start: {{enter: mql}}
    meet: {{trigger: accept}}
    within: 4h
    calendar: {"office" if "d:" in steps else "always"}
    steps:
{steps}
"""
    course = Course(agreement(targets=targets, **sections), TEAM).create()
    course.fire("promote", "2026-03-02T10:00")
    course.assign(ANNA, "2026-03-02T10:00")
    return course


def test_each_action_works_on_the_lead_as_the_one_before_left_it() -> None:
    course = handed_over("      100%: [{assign: manager}, {notify: owner}, {set: {note: \"'late'\"}}]")
    course.tick("2026-03-02T15:00")
    assert course.kinds()[-3:] == ["breached", "assigned", "changed"]
    assert course.told("breached") == [(MIA, "100%")]


def test_all_of_them_run_even_if_one_ends_the_clock() -> None:
    course = handed_over("      100%: [{fire: return}, {set: {note: \"'ignored'\"}}, {notify: marketing}]")
    course.tick("2026-03-02T15:00")
    assert not course.clock("respond").is_open
    assert course.present.fields["note"] == "ignored"
    assert course.told("breached") == [("demand-desk@example.com", "100%")]


def test_a_fire_that_is_not_possible_is_logged_once_and_not_retried() -> None:
    targets = """
targets:
  reach:
    owed_by: sales
    start: {enter: mql}
    while: [mql, accepted]
    meet: {contact: true}
    within: 4h
    steps: {50%: [{fire: accept}]}
"""
    course = Course(agreement(targets=targets)).create()
    course.fire("promote", "2026-03-02T10:00")
    course.fire("accept", "2026-03-02T11:00")
    course.tick("2026-03-04T15:00")
    refused = course.last("refused")
    assert (refused.at, refused.target, refused.clock, refused.step, refused.trigger) == (
        utc("2026-03-02T12:00"), "reach", 1, "50%", "accept",
    )  # fmt: skip
    assert refused.entry_class == "consequence"
    assert refused.caused_by == course.last("warned").seq
    assert refused.reason == "accept does not lead from accepted; possible from there: return, win"
    assert len(course.all("refused")) == 1
    assert course.clock("reach").status == "breached"


def test_a_fire_refused_by_its_guard_says_so_and_the_clock_goes_on() -> None:
    transitions = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: marketing}
  - trigger: return
    from: mql
    to: nurturing
    by: [sales, system]
    when: [{that: lead.on_hold, otherwise: only what is on hold goes back}]
  - {trigger: accept, from: mql, to: accepted, by: sales}
  - {trigger: win, from: accepted, to: won, by: sales}
"""
    course = handed_over("      50%: [{fire: return}]", transitions=transitions)
    course.tick("2026-03-02T12:30")
    assert course.last("refused").data["because"] == [
        "only what is on hold goes back (not so: lead.on_hold (lead.on_hold is false))"
    ]
    assert course.clock("respond").status == "running"


def test_a_fire_brings_its_inputs() -> None:
    transitions = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: marketing}
  - {trigger: return, from: mql, to: nurturing, by: [sales, system], requires: {note: string, employees: int}}
  - {trigger: accept, from: mql, to: accepted, by: sales}
  - {trigger: win, from: accepted, to: won, by: sales}
"""
    step = '      100%: [{fire: return, with: {note: "\'ignored\'", employees: "cycles + 5"}}]'
    course = handed_over(step, transitions=transitions).tick("2026-03-02T15:00")
    assert course.last("transition").data["inputs"] == {"note": "ignored", "employees": 6}
    assert (course.present.fields["note"], course.present.fields["employees"]) == ("ignored", 6)


def test_two_days_later_is_the_close_of_the_second_open_day_after_due() -> None:
    course = handed_over("      +2d: [{notify: owner}]").tick("2026-03-10")
    assert course.clock("respond").due_at == utc("2026-03-02T14:00")
    assert course.last("escalated").at == utc("2026-03-04T16:00")


def test_a_value_that_its_field_does_not_take_is_refused_on_the_record() -> None:
    lead = """
lead:
  identity: [email]
  fields: {email: email, employees: {type: int, max: 10}, note: string, on_hold: bool}
"""
    step = "      100%: [{set: {employees: cycles + 11, note: \"'x'\"}}]"
    course = handed_over(step, lead=lead).tick("2026-03-02T15:00")
    assert course.last("refused").reason == "employees: what was given is above 10"
    assert course.present.fields == {"email": "kim@example.com", "note": "x"}
