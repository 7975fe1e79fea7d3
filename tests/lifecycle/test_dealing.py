"""rules.md, 41: who gets a lead by weight, limits, load, company and breaches, and how long it waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from support.builders import utc
from support.known_loads import KnownLoads
from support.stories.course import (
    ANNA,
    BERIT,
    CARL,
    MARK,
    MIA,
    SALES,
    Course,
    a_person,
    agreement,
    away,
    people,
)
from support.stories.retold import again

from slaflow.lifecycle.events import Dealt
from slaflow.lifecycle.lead import SYSTEM_ACTOR
from slaflow.lifecycle.people import Absence, Directory, Person

LEAD = """
lead:
  identity: [email]
  account: company
  fields:
    {email: email, company: string, employees: int, callback_on: date, on_hold: {type: bool, default: false}}
"""
TARGETS = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: [accept, return]}
    within: 4h
  welcome:
    owed_by: marketing
    start: {enter: mql}
    within: 1h
    meet: {trigger: accept}
"""
TUESDAY, LATER, EVENING = "2026-03-03T10:00", "2026-03-03T11:00", "2026-03-03T18:00"


def course(
    team: str = "", routing: str = "", *sales: Person, away: tuple[Absence, ...] = (), **loads: object
) -> Course:
    """A lead of Acme that marketing is about to hand over; three in the team unless others are said."""
    three = (a_person(ANNA, order=2), a_person(BERIT, order=3), a_person(CARL, order=4))
    members = [each for each in sales or three]
    staff = people(
        a_person(MIA, order=1),
        a_person(MARK, "marketing", order=9),
        *(_in_team(each) for each in members),
        away=away,
    )
    text = agreement(
        lead=LEAD,
        targets=TARGETS,
        teams=f"teams: {{nordics: {{party: sales, calendar: office{team}}}, reserve: {{party: sales}}}}",
        routing=f"routing: [{routing or '{to: nordics}'}]",
    )
    told = Course(text, staff.reading(KnownLoads(**loads)))  # type: ignore[arg-type]
    return told.create("2026-03-02T10:00", fields={"company": " ACME "})


def _in_team(person: Person) -> Person:
    return a_person(
        person.email, order=person.order, team=person.team or "nordics", manager=MIA, weight=person.weight,
        capacity=person.capacity, per_day=person.per_day,
    )  # fmt: skip


def handed_over(told: Course, at: str = TUESDAY) -> Course:
    told.fire("promote", at)
    return told


def test_a_company_is_the_same_however_it_is_spelt() -> None:
    assert course().present.account == "acme"


@pytest.mark.parametrize(
    ("last", "round", "owner"),
    [(None, 1, ANNA), (ANNA, 1, BERIT), (CARL, 1, BERIT), (BERIT, 2, CARL), (CARL, 2, CARL), (CARL, 3, ANNA)],
)
def test_a_round_takes_those_whose_weight_it_has_not_passed(last: str | None, round: int, owner: str) -> None:
    weighed = (a_person(ANNA, order=2), a_person(BERIT, order=3, weight=2), a_person(CARL, order=4, weight=3))
    told = course("", "", *weighed, round=round)
    if last is not None:
        told.people = told.people.after_turn("nordics", last)
    told = handed_over(told)
    assert told.present.owner == owner
    assert told.last("assigned").data["after"] == last


def test_who_has_least_for_their_weight_gets_it() -> None:
    weighed = (a_person(ANNA, order=2), a_person(BERIT, order=3, weight=2))
    told = handed_over(course(", assign: least_loaded", "", *weighed, open={ANNA: 3, BERIT: 5}))
    assert told.present.owner == BERIT
    assert told.last("assigned").data == {
        "to": BERIT, "method": "least_loaded", "team": "nordics", "candidates": [ANNA, BERIT], "rule": 1,
        "figures": [
            {"email": ANNA, "weight": 1, "open": 3}, {"email": BERIT, "weight": 2, "open": 5},
        ],
        "after": None, "round": 1,
    }  # fmt: skip


def test_a_full_team_is_passed_over_and_the_pick_says_so() -> None:
    routing = "{to: nordics}, {to: reserve}"
    reserve = a_person(CARL, order=4, team="reserve")
    told = handed_over(course(", capacity: 2", routing, a_person(ANNA, order=2), reserve, open={ANNA: 2}))
    data = told.last("assigned").data
    assert (told.present.owner, told.present.waits_for, data["rule"]) == (CARL, None, 2)
    full = {"email": ANNA, "weight": 1, "open": 2, "capacity": 2, "why": "capacity"}
    assert data["passed"] == [{"rule": 1, "team": "nordics", "figures": [full]}]
    assert told.last("assigned").entry_class == "input"


def waiting() -> Course:
    return handed_over(course(", capacity: 2", "", open=dict.fromkeys((ANNA, BERIT, CARL), 2)))


def test_a_lead_that_nobody_can_take_waits_and_the_desk_hears_once() -> None:
    told = waiting()
    lead = told.present
    assert (lead.owner, lead.waits_for, lead.waits_since) == (None, "nordics", lead.entered_at)
    assert told.told("unassigned") == [("sales-desk@example.com", None)]
    assert told.last("assigned").data["method"] == "waiting"
    assert told.clock("respond").is_open


def dealt() -> Course:
    told = waiting()
    told.people = told.people.reading(KnownLoads({ANNA: 2, BERIT: 1, CARL: 2}))
    told.put(Dealt(), SYSTEM_ACTOR, told.present.as_of)
    return told


def test_what_waits_is_dealt_once_somebody_has_room_and_not_before() -> None:
    told = waiting()
    before = len(told.entries)
    assert told.put(Dealt(), SYSTEM_ACTOR, told.present.as_of) is not None
    assert len(told.entries) == before
    told.people = told.people.reading(KnownLoads({ANNA: 2, BERIT: 1, CARL: 2}))
    assert told.put(Dealt(), SYSTEM_ACTOR, told.present.as_of) is None
    entry = told.last("assigned")
    assert (told.present.owner, told.present.waits_for) == (BERIT, None)
    assert (entry.entry_class, entry.actor, entry.caused_by) == ("input", "system", None)


@pytest.mark.parametrize("end", ["by hand", "another party", "final"])
def test_waiting_ends(end: str) -> None:
    told = waiting()
    if end == "by hand":
        told.assign(ANNA, LATER)
    elif end == "another party":
        told.fire("return", LATER)
    else:
        told.fire("accept", LATER)
        assert told.present.waits_for == "nordics"
        told.fire("win", "2026-03-03T12:00")
        assert told.present.closed
    assert (told.present.waits_for, told.present.waits_since) == (None, None)


def test_nobody_waits_for_a_team_of_which_nobody_is_there() -> None:
    gone = tuple(away(each, "2026-03-01T00:00", "2026-03-09T00:00") for each in (ANNA, BERIT, CARL))
    told = handed_over(course(", capacity: 2", "", away=gone))
    assert (told.present.owner, told.present.waits_for) == (None, None)


def test_a_closed_team_deals_in_the_morning() -> None:
    told = handed_over(course(", only_open: true"), EVENING)
    assert told.present.waits_for == "nordics"
    assert {each["why"] for each in told.last("assigned").data["figures"]} == {"only_open"}
    told.put(Dealt(), SYSTEM_ACTOR, told.present.as_of.replace(day=4, hour=9))
    assert told.present.owner == ANNA


def test_a_hand_over_deals_without_who_leaves() -> None:
    told = handed_over(course())
    assert told.present.owner == ANNA
    told.put(Dealt("nordics", ANNA), SALES, told.present.as_of)
    assert told.present.owner == BERIT
    assert told.last("assigned").data["dealt"] == {"team": "nordics", "leaves": ANNA}


def test_a_company_stays_with_who_has_it_also_beyond_their_limit() -> None:
    loads = {"open": dict.fromkeys((ANNA, BERIT, CARL), 9), "accounts": {"acme": [MARK, CARL, ANNA]}}
    told = handed_over(course(", capacity: 2", "{to: account}, {to: nordics}", **loads))
    assert told.present.owner == CARL
    assert told.last("assigned").data["candidates"] == [MARK, CARL, ANNA]
    assert told.last("assigned").entry_class == "input"


def test_a_company_whose_owners_are_away_goes_round_and_the_pick_says_so() -> None:
    gone = (away(CARL, "2026-03-01T00:00", "2026-03-09T00:00"),)
    told = handed_over(course("", "{to: account}, {to: nordics}", away=gone, accounts={"acme": [CARL]}))
    assert told.present.owner == ANNA
    assert told.last("assigned").data["passed"] == [{"rule": 1, "method": "account", "candidates": [CARL]}]


ACCOUNT = "{to: account}, {to: nordics}"
SKIP = "{to: previous, skip: breached}, {to: nordics}"


def returned(lift: bool = False) -> Course:
    """Anna let it break, sales gave it back, marketing hands it over again."""
    told = handed_over(course("", SKIP))
    told.tick("2026-03-03T20:00")
    assert told.present.broken == {ANNA: ["respond 1"]}
    if lift:
        told.lift("respond", "2026-03-03T20:30")
    told.fire("return", "2026-03-03T21:00")
    told.fire("promote", "2026-03-04T10:00")
    return told


def test_who_let_a_promise_break_does_not_get_it_again() -> None:
    assert returned().present.owner == BERIT


def test_who_is_excused_does() -> None:
    told = returned(lift=True)
    assert (told.present.owner, told.present.broken) == (ANNA, {})


@pytest.mark.parametrize(
    "told",
    [
        waiting,
        returned,
        dealt,
        lambda: handed_over(course(", capacity: 2", ACCOUNT, accounts={"acme": [CARL]})),
        lambda: handed_over(course("", ACCOUNT, accounts={"acme": [MARK]})),
        lambda: handed_over(course(", per_day: 3", "", today={ANNA: 3})),
    ],
)
def test_a_pick_is_decided_again_from_what_it_says(told: Callable[[], Course]) -> None:
    replayed = again(told())
    assert (replayed.finding, replayed.unchecked) == (None, None)


@pytest.mark.parametrize("asked", [(LATER, TUESDAY), (TUESDAY, LATER)])
def test_who_came_back_early_is_away_until_then_whichever_instant_is_asked_about_first(
    asked: tuple[str, str],
) -> None:
    """A team is looked up once between two instants at which somebody comes or goes."""
    absence = Absence(ANNA, utc("2026-03-02T00:00"), utc("2026-03-06T00:00"), utc("2026-03-01T00:00"))
    back = replace(absence, back_at=utc("2026-03-03T10:30"))
    staff = Directory((_in_team(a_person(ANNA, order=1)), _in_team(a_person(BERIT, order=2))), (back,))
    found = {at: staff.able("nordics", utc(at)) for at in asked}
    assert found == {TUESDAY: (BERIT,), LATER: (ANNA, BERIT)}
