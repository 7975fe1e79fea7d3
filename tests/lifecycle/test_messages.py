"""rules.md, 14: of steps settled together each person hears once, of the highest that names them."""

from __future__ import annotations

import pytest
from support.builders import utc
from support.stories.course import ANNA, BERIT, MIA, Course, a_person, agreement, away, people

from slaflow.lifecycle.people import Absence

DESK = "sales-desk@example.com"

STEPS = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 4h
    steps:
      50%: [{notify: [owner, manager]}]
      75%: [{notify: owner}]
      100%: [{notify: [manager, marketing]}]
      +1h: [{notify: marketing}]
"""
TEAM = (
    a_person(MIA, order=1),
    a_person(ANNA, order=2, manager=MIA),
    a_person(BERIT, order=3, team="nordics"),
)


def handed_over(targets: str = STEPS, **sections: str) -> Course:
    """In Anna's hands from Monday 10:00 on; steps at 12:00, 13:00, 14:00 and 15:00."""
    course = Course(agreement(targets=targets, **sections), people(*TEAM)).create()
    course.fire("promote", "2026-03-02T10:00")
    course.assign(ANNA, "2026-03-02T10:00")
    return course


def test_each_person_gets_the_message_of_the_highest_step_that_names_them() -> None:
    course = handed_over().tick("2026-03-03")
    assert course.told() == [(ANNA, "75%"), (MIA, "100%"), ("demand-desk@example.com", "+1h")]


def test_a_tick_after_each_step_sends_each() -> None:
    course = handed_over()
    for hour in (12, 13, 14, 15):
        course.tick(f"2026-03-02T{hour}:00:01")
    desk = "demand-desk@example.com"
    assert course.told() == [
        (ANNA, "50%"),
        (MIA, "50%"),
        (ANNA, "75%"),
        (MIA, "100%"),
        (desk, "100%"),
        (desk, "+1h"),
    ]


def test_a_warning_whose_clock_has_ended_meanwhile_is_dropped() -> None:
    course = handed_over()
    course.fire("accept", "2026-03-02T13:30")
    assert len(course.all("warned")) == 2
    assert course.messages == []


def test_a_breach_never_is() -> None:
    course = handed_over()
    course.fire("accept", "2026-03-02T14:30")
    assert course.told() == [(MIA, "100%"), ("demand-desk@example.com", "100%")]


def test_a_message_says_what_it_is_about() -> None:
    course = handed_over().tick("2026-03-02T12:30")
    message = course.messages[0]
    assert (message.kind, message.target, message.clock, message.at) == (
        "warned",
        "respond",
        1,
        utc("2026-03-02T12:00"),
    )
    assert message.seq == course.last("warned").seq
    assert message.data == {
        "title": None, "owed_by": "sales", "due_at": "2026-03-02T14:00:00Z", "state": "mql", "owner": ANNA,
    }  # fmt: skip


def test_people_are_resolved_as_of_the_steps_instant() -> None:
    course = handed_over()
    course.people = people(*TEAM, away=[away(ANNA, "2026-03-02T12:30", "2026-03-02T13:30")])
    course.tick("2026-03-02T12:30")
    course.tick("2026-03-02T13:30")
    assert course.told() == [(ANNA, "50%"), (MIA, "50%"), ("sales-desk@example.com", "75%")]


def gone(
    email: str, stand_in: str | None, begins: str = "2026-03-02T08:00", recorded: str | None = None
) -> Absence:
    return away(email, begins, "2026-03-09", recorded, stand_in)


@pytest.mark.parametrize(
    ("absences", "owner", "manager"),
    [
        ([gone(ANNA, BERIT)], BERIT, MIA),
        ([gone(ANNA.upper(), BERIT.upper())], BERIT, MIA),
        ([gone(ANNA, BERIT), gone(BERIT, MIA)], MIA, MIA),
        ([gone(ANNA, BERIT), gone(BERIT, ANNA)], DESK, MIA),
        ([gone(ANNA, BERIT), gone(BERIT, None)], DESK, MIA),
        ([gone(ANNA, "nobody@example.com")], DESK, MIA),
        ([gone(ANNA, MIA, recorded="2026-03-01"), gone(ANNA, BERIT, recorded="2026-03-02")], BERIT, MIA),
        ([gone(ANNA, BERIT, begins="2026-03-03")], ANNA, MIA),
        ([gone(ANNA, BERIT), gone(MIA, BERIT)], BERIT, BERIT),
        ([gone(MIA, None)], ANNA, MIA),
    ],
)
def test_who_stands_in_and_is_there_hears_instead(absences: list[Absence], owner: str, manager: str) -> None:
    course = handed_over()
    course.people = people(*TEAM, away=absences)
    course.tick("2026-03-02T12:30")
    assert course.told() == [(each, "50%") for each in dict.fromkeys((owner, manager))]


def test_nobody_of_the_other_side_stands_in() -> None:
    course = handed_over()
    other = a_person("nora@example.com", "marketing")
    course.people = people(*TEAM, other, away=[gone(ANNA, other.email)])
    course.tick("2026-03-02T12:30")
    assert course.told() == [(DESK, "50%"), (MIA, "50%")]


def test_an_absence_recorded_after_the_step_changes_nothing() -> None:
    course = handed_over()
    course.people = people(
        *TEAM, away=[away(ANNA, "2026-03-02T12:30", "2026-03-09", recorded="2026-03-02T13:30")]
    )
    course.tick("2026-03-02T13:30")
    assert course.told()[-1] == (ANNA, "75%")


WHO = """
targets:
  respond:
    owed_by: marketing
    start: {enter: mql}
    meet: {trigger: accept}
    within: 1h
    steps:
      100%: [{notify: [owner, manager, sales, nordics, solo, boss@example.com]}]
"""
TEAMS = "teams:\n  nordics: {party: sales}\n  solo: {party: sales}"


def test_nobody_is_the_desk_of_the_party_that_owes_and_a_team_its_members_or_the_partys_desk() -> None:
    """No owner, so owner and manager are marketing's desk; solo has no members."""
    course = handed_over(WHO, teams=TEAMS)
    course.assign(None, "2026-03-02T10:30")
    course.tick("2026-03-02T12:00")
    assert [who for who, _ in course.told()] == [
        "demand-desk@example.com", "sales-desk@example.com", BERIT, "boss@example.com",
    ]  # fmt: skip


def test_without_a_desk_the_partys_name_stands_for_it() -> None:
    course = handed_over(WHO, teams=TEAMS, parties="parties: [marketing, sales]")
    course.assign(None, "2026-03-02T10:30")
    course.tick("2026-03-02T12:00")
    assert [who for who, _ in course.told()] == ["marketing", "sales", BERIT, "boss@example.com"]
