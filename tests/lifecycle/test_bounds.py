"""rules.md, 13: each settle moves forward and is bounded; a lead goes once round the team."""

from __future__ import annotations

from support.builders import MONDAY, utc
from support.stories.course import ANNA, BERIT, CARL, MIA, Course, a_person, agreement, away, people

from slaflow.lifecycle.decide import decide
from slaflow.lifecycle.events import Fired, Input
from slaflow.lifecycle.lead import Actor

CIRCLE = """
timers:
  forth: {start: {enter: nurturing}, after: 1m, do: [{fire: promote}]}
  back: {start: {enter: mql}, after: 1m, do: [{fire: return}]}
"""


def test_one_transaction_carries_out_a_thousand_steps_and_says_that_more_are_to_come() -> None:
    course = Course(agreement(timers=CIRCLE)).create()
    late = Input(
        Fired("promote"), Actor("marketing", "marketing"), utc("2026-03-04T09:00"), utc("2026-03-04T09:00")
    )
    decision = decide(course.workflow, course.people, course.lead, course.open_clocks, late, late.arrived_at)
    assert (decision.steps, decision.more) == (1000, True)
    assert decision.lead.as_of == utc("2026-03-03T01:40")
    assert all(entry.entry_class == "consequence" for entry in decision.entries)


def test_the_rest_follow_before_the_input_applies() -> None:
    bit_by_bit = Course(agreement(timers=CIRCLE)).create()
    bit_by_bit.fire("promote", "2026-03-04T09:00")
    assert len(bit_by_bit.all("timer_fired")) == 2 * 24 * 60 - 1
    assert bit_by_bit.entries[-1].at == utc("2026-03-04T09:00")


ROUND = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 1h
    steps:
      100%: [{assign: next}]
      +1h: [{assign: next}]
      +2h: [{assign: next}]
      +3h: [{assign: next}]
"""
TEAMS = """
teams:
  nordics: {party: sales}
  solo: {party: sales}
  managers: {party: sales}
"""
EVERYBODY = (
    a_person(MIA, order=1, role="manager"),
    a_person(ANNA, order=2, team="nordics", manager=MIA),
    a_person(BERIT, order=3, team="nordics", manager=MIA),
    a_person(CARL, order=4, team="solo", manager=MIA),
)


def owners(course: Course) -> list[str | None]:
    """Whom the steps gave the lead to, one after the other."""
    return [e.owner for e in course.all("assigned") if e.entry_class == "consequence"]


def given_to(owner: str, *persons: object, sections: dict[str, str] | None = None) -> Course:
    directory = people(*(persons or EVERYBODY))  # type: ignore[arg-type]
    course = Course(agreement(targets=ROUND, teams=TEAMS, **(sections or {})), directory).create()
    course.fire("promote", "2026-03-02T10:00")
    course.assign(owner, "2026-03-02T10:00")
    return course


def test_next_goes_once_round_the_team_then_to_the_manager_then_to_nobody_and_the_desk_hears() -> None:
    course = given_to(ANNA).tick("2026-03-03")
    assert owners(course) == [BERIT, MIA, None]
    assert [(m.recipient, m.kind, m.at) for m in course.messages] == [
        ("sales-desk@example.com", "unassigned", utc("2026-03-02T13:00")),
        ("sales-desk@example.com", "unassigned", utc("2026-03-02T14:00")),
    ]


def test_where_the_team_is_one_person_it_goes_to_the_manager_at_once() -> None:
    assert owners(given_to(CARL).tick("2026-03-03")) == [MIA, None]


def test_a_manager_with_a_team_of_their_own_is_the_last_all_the_same() -> None:
    dora = "dora@example.com"
    course = given_to(
        CARL,
        a_person(MIA, order=1, team="managers"),
        a_person(CARL, order=2, team="solo", manager=MIA),
        a_person(dora, order=3, team="managers"),
    ).tick("2026-03-03")
    assert owners(course) == [MIA, None]


def test_a_manager_who_is_in_the_team_is_tried_in_the_round() -> None:
    course = given_to(
        ANNA,
        a_person(ANNA, order=1, team="nordics", manager=MIA),
        a_person(MIA, order=2, team="nordics"),
        a_person(BERIT, order=3, team="nordics", manager=MIA),
    ).tick("2026-03-03")
    assert owners(course) == [MIA, BERIT, None]


def test_who_is_away_is_passed_over() -> None:
    course = given_to(ANNA)
    course.people = people(*EVERYBODY, away=[away(BERIT, "2026-03-02T10:30", "2026-03-02T18:00")])
    course.tick("2026-03-03")
    assert owners(course) == [MIA, None]


def test_the_round_begins_anew_with_the_next_cycle() -> None:
    course = given_to(ANNA).tick("2026-03-02T11:30")
    assert course.present.owner == BERIT
    course.fire("return", "2026-03-02T12:00")
    course.fire("promote", "2026-03-02T12:00")
    course.assign(ANNA, "2026-03-02T12:00")
    course.tick("2026-03-02T13:00:01")
    assert course.present.owner == BERIT


def test_a_clock_of_the_shortest_promise_is_due_a_minute_on() -> None:
    targets = (
        "targets:\n  respond: {owed_by: sales, start: {enter: mql}, meet: {trigger: accept}, within: 1m}"
    )
    course = Course(agreement(targets=targets)).create()
    course.fire("promote", "2026-03-02T09:00")
    assert (course.clock("respond").due_at, MONDAY) == (utc("2026-03-02T09:01"), utc("2026-03-02T09:00"))
