"""rules.md, 8: a promise of each owner ends when the lead gets another, and theirs begins at that instant."""

from __future__ import annotations

from support.builders import utc
from support.stories.course import ANNA, BERIT, CARL, Course, a_person, agreement, people

from slaflow.clock.state import Clock
from slaflow.lifecycle.people import Directory

TEAMS = """
teams:
  nordics: {party: sales, calendar: office}
  solo: {party: sales}
"""
OWN = """
targets:
  call_them:
    owed_by: sales
    per: owner
    start: {enter: mql}
    while: [mql, accepted]
    meet: {activity: call}
    within: [{when: "lead.employees > 50", is: 1h}, {is: 4h}]
    STEPS
"""


def sales() -> Directory:
    return people(
        a_person(ANNA, team="nordics"), a_person(BERIT, order=2, team="nordics"),
        a_person(CARL, order=3, team="solo"),
    )  # fmt: skip


def course(steps: str = "", owner: str | None = ANNA, **sections: str) -> Course:
    """A lead promoted at ten, which *owner* has since nine."""
    texts = {"teams": TEAMS, "targets": OWN.replace("STEPS", steps), **sections}
    told = Course(agreement(**texts), sales()).create()
    told.fire("promote", "2026-03-02T10:00")
    if owner is not None:
        told.assign(owner, "2026-03-02T10:00")
    return told


def lines(told: Course) -> list[tuple[str, str | None]]:
    """Each clock's outcome and whose it was, oldest first."""
    return [(clock.status, clock.owner) for clock in told.every_clock.values()]


def test_another_owner_owes_anew_from_that_very_instant() -> None:
    told = course()
    told.set("2026-03-02T11:00", employees=80)
    told.assign(BERIT, "2026-03-02T12:00")
    assert lines(told) == [("passed_on", ANNA), ("running", BERIT)]
    first, second = told.clock("call_them", 1), told.clock("call_them", 2)
    assert first.ended_at == second.started_at == utc("2026-03-02T12:00")
    assert (second.case, second.due_at) == (0, utc("2026-03-02T13:00"))
    assert told.kinds()[-3:] == ["assigned", "clock_passed_on", "clock_started"]
    assert told.last("clock_started").caused_by == told.last("assigned").seq


def test_a_broken_promise_stays_the_breach_of_who_broke_it_and_is_owed_no_more() -> None:
    told = course()
    told.tick("2026-03-02T15:00")
    told.assign(BERIT, "2026-03-02T15:00")
    assert lines(told) == [("breached", ANNA), ("running", BERIT)]
    ended = told.last("clock_cancelled")
    assert (ended.data["broken"], ended.data["owner"], ended.data["late_seconds"]) == (True, ANNA, 3600)


def test_the_same_owner_again_changes_nothing() -> None:
    told = course()
    told.assign(ANNA.upper(), "2026-03-02T12:00")
    assert lines(told) == [("running", ANNA)]


def test_nobody_owes_it_while_nobody_owns_the_lead() -> None:
    told = course(owner=None)
    assert not told.every_clock
    told.assign(ANNA, "2026-03-02T11:00")
    told.assign(None, "2026-03-02T12:00")
    told.tick("2026-03-03T12:00")
    told.assign(CARL, "2026-03-03T13:00")
    assert lines(told) == [("passed_on", ANNA), ("running", CARL)]
    assert told.clock("call_them").started_at == utc("2026-03-03T13:00")


def test_what_waits_is_forgotten_where_it_does_not_live() -> None:
    told = course(owner=None)
    told.fire("return", "2026-03-02T11:00")
    told.assign(ANNA, "2026-03-02T12:00")
    assert not told.every_clock
    assert not [name for name in told.present.field_at if name.startswith("waits")]


def test_a_promise_kept_by_one_owner_is_not_asked_of_the_next() -> None:
    told = course()
    told.record("call", "2026-03-02T11:00")
    told.assign(BERIT, "2026-03-02T12:00")
    assert lines(told) == [("met", ANNA)]


def test_who_called_in_time_kept_it_however_late_that_is_told() -> None:
    told = course()
    told.assign(BERIT, "2026-03-02T12:00")
    told.record("call", "2026-03-02T13:00", late="2026-03-02T11:00")
    assert lines(told) == [("met", ANNA), ("running", BERIT)]


def test_the_step_that_passes_it_on_gives_each_the_whole_time() -> None:
    told = course("steps: {100%: {assign: next}}").tick("2026-03-03T12:00")
    assert lines(told) == [("breached", ANNA), ("breached", BERIT)]
    assert [clock.started_at for clock in told.every_clock.values()] == [
        utc("2026-03-02T10:00"),
        utc("2026-03-02T14:00"),
    ]
    assert told.present.owner is None


def test_the_next_owner_has_a_calendar_and_pauses_of_their_own() -> None:
    told = course("calendar: owner\n    pause: {when: lead.on_hold, at_most: 4h}", owner=CARL)
    told.assign(BERIT, "2026-03-02T12:00")
    told.set("2026-03-02T13:00", on_hold=True)
    told.assign(CARL, "2026-03-02T14:00")
    clocks: list[Clock] = list(told.every_clock.values())
    assert [clock.calendar for clock in clocks] == ["office", "office", "office"]
    assert [clock.status for clock in clocks] == ["passed_on", "passed_on", "paused"]


def test_the_calendar_that_is_an_owners_own_goes_before_their_teams_where_the_agreement_has_it() -> None:
    own = people(
        a_person(ANNA, team="nordics", calendar="always"),
        a_person(BERIT, order=2, team="nordics", calendar="stockholm"),
        a_person(CARL, order=3, calendar="always"),
    )
    targets = OWN.replace("STEPS", "calendar: owner")
    told = Course(agreement(teams=TEAMS, targets=targets), own).create()
    told.fire("promote", "2026-03-02T10:00")
    for hour, email in enumerate((ANNA, BERIT, CARL), 11):
        told.assign(email, f"2026-03-02T{hour}:00")
    assert [clock.calendar for clock in told.every_clock.values()] == ["always", "office", "always"]


COUNTED = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: marketing}
  - {trigger: accept, from: mql, to: accepted, by: sales, when: assignments < 3}
  - {trigger: return, from: [mql, accepted], to: nurturing, by: sales}
  - {trigger: win, from: accepted, to: won, by: sales}
"""


def test_assignments_are_counted_from_the_last_handoff_on() -> None:
    """Only who got the lead counts: nobody does not, nor who is named when others have it since."""
    told = Course(agreement(transitions=COUNTED), sales()).create()
    told.assign(ANNA, "2026-03-02T09:30")
    assert told.present.assignments == 1
    told.fire("promote", "2026-03-02T10:00")
    assert told.present.assignments == 0
    for minute, email in enumerate((ANNA, BERIT, None, CARL), 1):
        told.assign(email, f"2026-03-02T10:{minute:02}")
    told.assign(BERIT, "2026-03-02T10:20", late="2026-03-02T10:02")
    refusal = told.fire("accept", "2026-03-02T11:00")
    assert refusal is not None
    assert refusal.because == ("not so: assignments < 3 (assignments is 3)",)


ASSIGNED = """
targets:
  hand_out: {owed_by: sales, start: {enter: mql}, meet: assign, within: 1h}
  look:
    owed_by: sales
    start: {assign: true, when: "lead.owner != 'anna@example.com'"}
    meet: {activity: call}
    within: 2h
"""


def test_to_be_given_an_owner_starts_and_meets_promises() -> None:
    told = course(owner=None, targets=ASSIGNED)
    told.assign(None, "2026-03-02T10:10")
    assert told.clock("hand_out").status == "running"
    told.assign(ANNA, "2026-03-02T10:30")
    assert lines(told) == [("met", None)]
    told.assign(BERIT, "2026-03-02T10:40")
    assert told.clock("look").started_at == utc("2026-03-02T10:40")


def test_expressions_know_the_owner() -> None:
    rows = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: [marketing, system]}
  - trigger: accept
    from: mql
    to: accepted
    by: sales
    when: [known.owner, "lead.owner.endsWith('@example.com')"]
  - {trigger: return, from: [mql, accepted], to: nurturing, by: sales}
  - {trigger: win, from: accepted, to: won, by: sales}
"""
    told = course(owner=None, transitions=rows)
    refusal = told.fire("accept", "2026-03-02T11:00")
    assert refusal is not None
    assert refusal.because == (
        "not so: known.owner (known.owner is false)",
        "lead.owner.endsWith('@example.com'): lead.owner is not set",
    )
    told.assign(ANNA, "2026-03-02T12:00")
    assert told.fire("accept", "2026-03-02T13:00") is None
