"""rules.md, 21: inputs carry all they were given, consequences what caused them."""

from __future__ import annotations

from support.builders import utc
from support.stories.course import ANNA, MARKETING, MIA, PROSPECT, SALES, Course, a_person, agreement, people

from slaflow.lifecycle.decision import KINDS
from slaflow.lifecycle.lead import Actor

LATER = {"arrived_at": utc("2026-03-02T12:00"), "occurred_at": utc("2026-03-02T11:00")}
CHECKS = """
checks:
  value:
    fields: {expected: decimal, employees: int}
    pass: "answer.expected >= 10000"
"""
REQUIRES = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: [marketing, system]}
  - {trigger: accept, from: mql, to: accepted, by: [sales, system]}
  - trigger: return
    from: mql
    to: nurturing
    by: sales
    requires:
      note: {type: string, one_of: [no_fit, not_ready]}
      amount: {type: decimal, required: false}
    reset: [engagement, stage]
  - {trigger: win, from: accepted, to: won, by: sales}
"""
SCORED = """
activities:
  visit: {by: lead, points: 12.5, cap: 20, stage: interest, fields: {page: string}}
  nurture: {by: marketing}
  call: {by: sales, attempt: phone}
  meeting: {by: sales, attempt: meeting, contact: true}
"""


def handed_over(**sections: str) -> Course:
    course = Course(
        agreement(**sections), people(a_person(MIA), a_person(ANNA, order=2, manager=MIA))
    ).create()
    course.fire("promote", "2026-03-02T10:00")
    return course


def test_created_carries_fields_after_defaults_and_the_leads_number() -> None:
    entry = Course(agreement()).create(number=7, fields={"country": "SE"}).entries[0]
    assert (entry.kind, entry.entry_class, entry.seq, entry.to_state) == ("created", "input", 1, "nurturing")
    assert (entry.actor, entry.party, entry.held_by, entry.owner) == (
        "marketing",
        "marketing",
        "marketing",
        None,
    )
    assert entry.arrived_at == entry.occurred_at == entry.at == utc("2026-03-02T09:00")
    assert entry.data == {
        "key": "kim@example.com", "number": 7,
        "fields": {"on_hold": False, "email": "kim@example.com", "country": "SE"},
    }  # fmt: skip


def test_a_trigger_carries_its_inputs_its_arrival_and_when_it_happened() -> None:
    course = handed_over(transitions=REQUIRES)
    course.fire("return", "2026-03-02T12:00", late="2026-03-02T11:00", note="no_fit", amount="12.50")
    entry = course.last("transition")
    assert (entry.entry_class, entry.trigger, entry.from_state, entry.to_state) == (
        "input", "return", "mql", "nurturing",
    )  # fmt: skip
    assert {"arrived_at": entry.arrived_at, "occurred_at": entry.occurred_at} == LATER
    assert entry.data["inputs"] == {"note": "no_fit", "amount": "12.5"}
    assert entry.data["reset"] == ["engagement", "stage"]
    assert course.present.fields["note"] == "no_fit"


def test_a_handoff_tells_who_gave_who_took_score_stage_and_touchpoints() -> None:
    course = Course(agreement(activities=SCORED), people(a_person(ANNA))).create()
    course.record("visit", "2026-03-02T09:30", page="/pricing")
    course.record("visit", "2026-03-02T09:40")
    course.fire("promote", "2026-03-02T10:00")
    entry = course.last("transition")
    assert entry.handoff is True
    assert entry.data["handoff"] == {
        "gave": {"party": "marketing", "owner": None}, "took": {"party": "sales", "owner": None},
        "score": "20", "fit": "0", "engagement": "20", "stage": "interest", "touchpoints": {"visit": 2},
    }  # fmt: skip


def test_a_touchpoint_carries_its_fields_and_what_it_was_worth() -> None:
    course = Course(agreement(activities=SCORED)).create()
    course.record("visit", "2026-03-02T12:00", late="2026-03-02T11:00", page="/pricing")
    course.record("visit", "2026-03-02T13:00")
    course.record("visit", "2026-03-02T14:00")
    first, second, third = course.all("activity")
    assert first.data == {
        "activity": "visit",
        "fields": {"page": "/pricing"},
        "automated": False,
        "points": "12.5",
    }
    assert (first.actor, first.party, first.at) == ("lead", "lead", utc("2026-03-02T11:00"))
    assert second.data["points"] == "7.5"
    assert "points" not in third.data


def test_an_answer_carries_the_evidence_and_the_verdict() -> None:
    course = handed_over(checks=CHECKS)
    course.answer("value", "2026-03-02T11:00", expected="9000.0", employees="80")
    entry = course.last("checked")
    assert entry.entry_class == "input"
    assert entry.data == {
        "check": "value", "answer": {"expected": "9000", "employees": 80}, "passed": False,
        "because": ["not so: answer.expected >= 10000 (answer.expected is 9000)"],
    }  # fmt: skip
    assert course.present.fields["employees"] == 80


def test_changes_and_assignments_by_people_are_inputs() -> None:
    course = handed_over()
    course.set("2026-03-02T11:00", note=None, country="NO")
    course.assign(ANNA, "2026-03-02T11:00", Actor(MIA, "sales"))
    changed, assigned = course.last("changed"), course.last("assigned")
    assert (changed.entry_class, changed.data) == ("input", {"fields": {"note": None, "country": "NO"}})
    assert (assigned.entry_class, assigned.actor, assigned.owner) == ("input", MIA, ANNA)
    assert assigned.data == {"to": ANNA, "method": "by hand"}


def test_a_round_robin_pick_is_recorded_as_an_input() -> None:
    """It read whose turn it was, which nobody can know later: replay is given it."""
    routed = "teams: {nordics: {party: sales}}\nrouting: [{to: nordics}]"
    course = Course(
        agreement(teams=routed), people(a_person(ANNA, team="nordics"), a_person(MIA, order=2))
    ).create()
    course.fire("promote", "2026-03-02T10:00")
    handoff, pick = course.last("transition"), course.last("assigned")
    assert (pick.entry_class, pick.owner, pick.caused_by) == ("input", ANNA, handoff.seq)
    assert (pick.arrived_at, pick.occurred_at) == (utc("2026-03-02T10:00"), utc("2026-03-02T10:00"))
    assert pick.data["method"] == "round_robin"
    assert pick.data["candidates"] == [ANNA]


def test_what_is_refused_carries_its_clauses_and_what_was_given() -> None:
    course = handed_over(transitions=REQUIRES)
    refusal = course.fire("return", "2026-03-02T12:00", late="2026-03-02T11:00", amount="5")
    assert refusal is not None
    assert refusal.because == ("note is required",)
    entry = course.last("refused")
    assert (entry.entry_class, entry.trigger, entry.from_state) == ("input", "return", "mql")
    assert {"arrived_at": entry.arrived_at, "occurred_at": entry.occurred_at} == LATER
    assert (entry.reason, entry.data) == (
        "note is required", {"because": ["note is required"], "inputs": {"amount": "5"}},
    )  # fmt: skip


def test_a_refused_touchpoint_and_a_refused_answer_say_what_they_were() -> None:
    course = handed_over(checks=CHECKS)
    course.record("call", "2026-03-02T11:00", PROSPECT)
    course.answer("value", "2026-03-02T11:00", MARKETING, expected=5)
    touch, answer = course.all("refused")
    assert touch.data["activity"] == "call"
    assert touch.reason == "call is recorded by sales or system, not by lead"
    assert answer.data["check"] == "value"
    assert answer.reason == "value is answered by sales, not by marketing"


def test_a_clock_that_starts_carries_its_terms() -> None:
    targets = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: [{when: "lead.country == 'SE'", is: 30m}, {is: 1d}]
    calendar: office
"""
    course = handed_over(targets=targets)
    entry = course.last("clock_started")
    assert (entry.target, entry.clock, entry.party) == ("respond", 1, "sales")
    assert entry.entry_class == "consequence"
    assert entry.caused_by == course.last("transition").seq
    assert entry.data == {
        "number": 1, "case": 1, "allowance": "1d", "allowance_seconds": 14 * 3600,
        "due_at": "2026-03-03T16:00:00Z", "calendar": "office",
    }  # fmt: skip


def test_a_step_names_its_clock_and_what_it_does_names_the_step() -> None:
    targets = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 4h
    steps:
      50%: [{set: {note: "'half'"}}]
      100%: [{assign: manager}]
      +1h: [{fire: accept}]
"""
    course = handed_over(targets=targets)
    course.assign(ANNA, "2026-03-02T10:00")
    course.tick("2026-03-03T10:00")
    steps = [e for e in course.entries if e.kind in ("warned", "breached", "escalated")]
    assert [(e.kind, e.step, e.clock, e.caused_by) for e in steps] == [
        ("warned", "50%", 1, None), ("breached", "100%", 1, None), ("escalated", "+1h", 1, None),
    ]  # fmt: skip
    caused = [course.last(kind).caused_by for kind in ("changed", "assigned", "transition")]
    assert caused == [step.seq for step in steps]
    assert {course.last(kind).entry_class for kind in ("changed", "assigned", "transition")} == {
        "consequence"
    }
    assert {course.last(kind).actor for kind in ("breached", "changed", "transition")} == {"system"}
    assert course.last("breached").party == "sales"


def test_what_ends_a_clock_names_the_entry_that_did_and_who_held_the_lead() -> None:
    course = handed_over()
    course.assign(ANNA, "2026-03-02T10:00")
    course.fire("accept", "2026-03-02T11:00", SALES)
    met = course.last("clock_met")
    assert met.caused_by == course.last("transition").seq
    assert met.data == {"open_seconds": 3600, "left_seconds": 10800}
    assert (met.owner, met.held_by, met.actor, met.party) == (ANNA, "sales", "system", "sales")


def test_a_moved_due_instant_is_logged_with_old_and_new() -> None:
    targets = """
targets:
  callback:
    owed_by: sales
    start: {set: callback_on}
    while: [mql, accepted]
    meet: {activity: call}
    within: {until: lead.callback_on}
    calendar: office
"""
    course = handed_over(targets=targets)
    course.set("2026-03-02T11:00", callback_on="2026-03-05")
    course.set("2026-03-02T12:00", callback_on="2026-03-07")
    moved = course.last("clock_moved")
    assert moved.data == {"old": "2026-03-05T16:00:00Z", "new": "2026-03-09T16:00:00Z"}
    assert moved.caused_by == course.last("changed").seq
    course.set("2026-03-02T13:00", callback_on=None)
    assert course.clock("callback").status == "cancelled"
    assert course.last("clock_cancelled").data["because"] == "callback_on was emptied"


def test_a_restart_is_logged_with_its_terms_and_the_old_due() -> None:
    targets = """
targets:
  respond: {owed_by: sales, start: {enter: mql}, meet: {trigger: accept}, within: 4h, restart: [assign]}
"""
    course = handed_over(targets=targets)
    course.assign(ANNA, "2026-03-02T12:00")
    entry = course.last("clock_restarted")
    assert (entry.data["old"], entry.data["due_at"]) == ("2026-03-02T14:00:00Z", "2026-03-02T16:00:00Z")
    assert course.clock("respond").number == 1


def test_every_kind_of_entry_the_core_writes_is_one_of_the_contracts() -> None:
    assert len(set(KINDS)) == len(KINDS) == 34
