"""rules.md, 19: what a step causes never reads other leads; only arriving inputs draw a team's turn."""

from __future__ import annotations

import pytest
from support.builders import utc
from support.stories.course import ANNA, BERIT, CARL, MARK, MIA, Course, a_person, agreement, away, people

from slaflow.lifecycle.people import Absence

SECTIONS = {
    "teams": """
teams:
  nordics: {party: sales}
  growth: {party: marketing}
""",
    "routing": """
routing:
  - {to: previous, when: "lead.country == 'SE'"}
  - {to: nordics}
  - {to: growth}
""",
    "targets": """
targets:
  nurse:
    owed_by: marketing
    start: {enter: nurturing}
    meet: {trigger: promote}
    within: 1d
    steps:
      100%: [{fire: promote}]
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 4h
    steps:
      100%: [{assign: next}]
""",
}
TEAM = (
    a_person(MIA, order=1),
    a_person(ANNA, order=2, team="nordics", manager=MIA),
    a_person(BERIT, order=3, team="nordics", manager=MIA),
    a_person(CARL, order=4, team="nordics", manager=MIA),
    a_person(MARK, "marketing", order=5, team="growth"),
)


def lead(number: int = 1, *absences: Absence, turn: str | None = None, **sections: str) -> Course:
    directory = people(*TEAM, away=absences)
    directory = directory.after_turn("nordics", turn) if turn else directory
    return Course(agreement(**{**SECTIONS, **sections}), directory).create("2026-03-02T10:00", number=number)


@pytest.mark.parametrize(("drawn_last", "owner"), [(None, ANNA), (ANNA, BERIT), (BERIT, CARL), (CARL, ANNA)])
def test_an_arriving_handoff_takes_the_member_after_the_one_drawn_last(
    drawn_last: str | None, owner: str
) -> None:
    course = lead(turn=drawn_last)
    course.fire("promote", "2026-03-02T11:00")
    assert course.present.owner == owner
    assert course.decisions[-1].turns == {"nordics": owner}
    assert course.last("assigned").data == {
        "to": owner, "method": "round_robin", "team": "nordics", "candidates": [ANNA, BERIT, CARL], "rule": 2,
    }  # fmt: skip


def test_who_is_away_keeps_their_place_and_is_passed_over() -> None:
    course = lead(1, away(BERIT, "2026-03-01", "2026-03-08"), turn=ANNA)
    course.fire("promote", "2026-03-02T11:00")
    assert course.present.owner == CARL
    assert course.last("assigned").data["candidates"] == [ANNA, CARL]


@pytest.mark.parametrize(("number", "owner"), [(3, ANNA), (4, BERIT), (5, CARL)])
def test_a_handoff_that_a_step_fires_takes_the_position_of_the_lead(number: int, owner: str) -> None:
    """Mark of marketing owns it, who is not in the team; number and cycles modulo three."""
    course = lead(number, turn=ANNA).tick("2026-03-03T10:30")
    assert course.present.owner == owner
    assert course.last("assigned").data["method"] == "position"
    assert course.decisions[-1].turns == {}


def test_the_position_moves_on_with_each_cycle() -> None:
    course = lead(3).tick("2026-03-03T10:30")
    course.fire("return", "2026-03-03T11:00")
    course.tick("2026-03-04T12:00")
    assert (course.present.owner, course.present.cycles) == (BERIT, 2)


def test_next_takes_the_member_after_the_present_owner() -> None:
    course = lead()
    course.fire("promote", "2026-03-02T11:00")
    course.tick("2026-03-02T16:00")
    assert course.present.owner == BERIT
    assert course.last("assigned").data["method"] == "next"
    assert course.decisions[-1].turns == {}


def test_next_takes_who_is_present_at_the_steps_instant() -> None:
    """Berit is away from 14:00 to 16:00; due is 15:00, the tick comes at 18:00."""
    course = lead(1, away(BERIT, "2026-03-02T14:00", "2026-03-02T16:00"))
    course.fire("promote", "2026-03-02T11:00")
    course.tick("2026-03-02T18:00")
    assert course.present.owner == CARL


def test_an_absence_recorded_after_the_step_takes_no_effect_on_it() -> None:
    course = lead(1, away(BERIT, "2026-03-02T14:00", "2026-03-02T16:00", recorded="2026-03-02T15:30"))
    course.fire("promote", "2026-03-02T11:00")
    course.tick("2026-03-02T18:00")
    assert course.present.owner == BERIT


def test_previous_goes_to_whoever_of_that_party_held_it_before() -> None:
    course = lead()
    course.fire("promote", "2026-03-02T11:00")
    course.assign(CARL, "2026-03-02T11:30")
    course.fire("return", "2026-03-02T12:00")
    assert course.present.owner == MARK
    course.set("2026-03-02T12:00", country="SE")
    course.fire("promote", "2026-03-02T13:00")
    assert course.present.owner == CARL
    assert course.last("assigned").data["method"] == "previous"


def test_previous_that_is_away_is_passed_over() -> None:
    course = lead(1, away(CARL, "2026-03-02T12:30", "2026-03-09"))
    course.fire("promote", "2026-03-02T11:00")
    course.assign(CARL, "2026-03-02T11:30")
    course.fire("return", "2026-03-02T12:00")
    course.set("2026-03-02T12:00", country="SE")
    course.fire("promote", "2026-03-02T13:00")
    assert (course.present.owner, course.last("assigned").data["method"]) == (BERIT, "round_robin")


def test_nobody_there_means_no_owner_and_the_receiving_partys_desk_hears() -> None:
    gone = [away(who, "2026-03-02T10:30", "2026-03-09") for who in (ANNA, BERIT, CARL)]
    course = lead(1, *gone)
    course.fire("promote", "2026-03-02T11:00")
    assert course.present.owner is None
    assert [(m.recipient, m.kind) for m in course.messages] == [("sales-desk@example.com", "unassigned")]


def test_creation_looks_for_an_owner_and_tells_nobody() -> None:
    course = lead()
    assert (course.present.owner, course.kinds()) == (MARK, ["created", "assigned", "clock_started"])
    gone = lead(1, away(MARK, "2026-03-01", "2026-03-09"))
    assert (gone.present.owner, gone.messages) == (None, [])


def test_an_auto_at_creation_that_hands_over_leaves_routing_to_the_receiving_party() -> None:
    transitions = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: [marketing, system], auto: true, when: "cycles == 0"}
  - {trigger: accept, from: mql, to: accepted, by: sales}
  - {trigger: return, from: mql, to: nurturing, by: sales}
  - {trigger: win, from: accepted, to: won, by: sales}
"""
    course = lead(transitions=transitions)
    assert course.kinds() == ["created", "transition", "assigned", "clock_started"]
    assert (course.present.owner, course.present.held_by) == (ANNA, "sales")


def test_without_routing_nobody_is_looked_for_and_nobody_told() -> None:
    course = lead(routing="")
    course.fire("promote", "2026-03-02T11:00")
    assert (course.present.owner, course.messages, course.people.turns) == (None, [], {})


def test_within_one_party_the_owner_stays() -> None:
    course = lead()
    course.fire("promote", "2026-03-02T11:00")
    course.fire("accept", "2026-03-02T12:00")
    assert course.present.owner == ANNA
    assert course.last("transition").handoff is False


def test_a_lead_given_by_hand_to_the_one_drawn_next_still_says_so_at_the_handoff() -> None:
    """The turn is drawn from the log alone: replay needs the pick even where the owner stays."""
    course = lead()
    course.assign(ANNA, "2026-03-02T10:30")
    course.fire("promote", "2026-03-02T11:00")
    assert course.last("assigned").data["method"] == "round_robin"
    assert course.last("assigned").at == utc("2026-03-02T11:00")
