"""rules.md, 13 and 19: what ``assign: next`` does with a lead whose owner left the team, or the company."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import utc
from support.stories.course import (
    ANNA,
    BERIT,
    CARL,
    DORA,
    LONG_AGO,
    MARK,
    MIA,
    Course,
    a_person,
    agreement,
    away,
    people,
)
from support.stories.retold import again

from slaflow.lifecycle.people import Absence, Directory, Person

SECTIONS = {
    "targets": """
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
""",
    "teams": """
teams:
  nordics: {party: sales}
  managers: {party: sales}
  growth: {party: marketing}
""",
}
ROUTED = "routing:\n  - {to: nordics}"
TO_THE_MANAGER = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 1h
    steps:
      100%: [{assign: ASSIGN}]
"""
HANDED_OVER, DUE, NEXT_DAY = utc("2026-03-02T10:00"), utc("2026-03-02T11:00"), utc("2026-03-03")
LEFT = utc("2026-03-02T10:30")
BOSS = a_person(MIA, order=1, team="managers", role="manager")
TEAM = tuple(
    a_person(email, order=n, team="nordics", manager=MIA) for n, email in enumerate((ANNA, BERIT, CARL), 2)
)
PEER, MARKETER = a_person(DORA, order=5, team="managers"), a_person(MARK, "marketing", order=6, team="growth")
EVERYBODY = (BOSS, *TEAM, PEER, MARKETER)


def without(*emails: str, at: object = LEFT, **elsewhere: object) -> tuple[Person, ...]:
    """Everybody, *emails* only until *at*; from then on they are *elsewhere*, if that is given."""
    rows: list[Person] = []
    for person in EVERYBODY:
        if person.email not in emails:
            rows.append(person)
            continue
        rows.append(replace(person, valid_until=at))  # type: ignore[arg-type]
        if elsewhere:
            rows.append(replace(person, valid_from=at, **elsewhere))  # type: ignore[arg-type]
    return tuple(rows)


def owned_by(owner: str, staff: Directory, number: int = 1, **sections: str) -> Course:
    course = Course(agreement(**{**SECTIONS, **sections}), staff).create(number=number)
    course.fire("promote", "2026-03-02T10:00")
    course.assign(owner, "2026-03-02T10:00")
    return course


def given_on(course: Course) -> list[str | None]:
    """Whom the steps gave the lead to, one after the other."""
    return [e.owner for e in course.all("assigned") if e.entry_class == "consequence"]


@pytest.mark.parametrize(("number", "first", "second"), [(1, BERIT, CARL), (2, CARL, BERIT)])
def test_the_lead_of_who_was_removed_goes_round_the_team_they_were_in(
    number: int, first: str, second: str
) -> None:
    """By its number: who leaves may leave many, and they are not all for the next one."""
    course = owned_by(ANNA, people(*without(ANNA)), number).tick(NEXT_DAY)
    assert given_on(course) == [first, second, MIA]
    assert again(course).finding is None


def test_who_went_to_the_other_party_leaves_their_leads_with_the_team() -> None:
    staff = people(*without(ANNA, party="marketing", team="growth", manager=None))
    assert given_on(owned_by(ANNA, staff).tick(NEXT_DAY)) == [BERIT, CARL, MIA]


def test_who_changed_teams_takes_their_leads_along() -> None:
    staff = people(*without(ANNA, team="managers"))
    assert given_on(owned_by(ANNA, staff).tick(NEXT_DAY)) == [DORA, MIA, None]


def test_where_the_whole_team_has_left_it_goes_to_the_manager() -> None:
    assert given_on(owned_by(ANNA, people(*without(ANNA, BERIT, CARL))).tick(NEXT_DAY)) == [MIA, None]


def test_a_manager_stays_the_last_when_those_they_manage_have_left() -> None:
    """Mia is in a team too; who had the lead before her is gone, and it is still not that team's."""
    course = owned_by(ANNA, people(*without(BERIT, CARL)))
    course.people = people(*without(BERIT, CARL), away=[away(DORA, "2026-03-01", "2026-03-02T11:30")])
    course.tick("2026-03-02T11:10")
    course.people = people(*without(BERIT, CARL, ANNA))
    course.tick(NEXT_DAY)
    assert given_on(course) == [MIA, None]


def test_an_owner_nobody_recorded_leaves_it_to_the_team_it_would_be_routed_to() -> None:
    course = owned_by("partner@example.org", people(*EVERYBODY), routing=ROUTED)
    assert given_on(course.tick("2026-03-02T11:30")) == [CARL]


def test_with_no_owner_and_no_routing_nobody_is_looked_for() -> None:
    assert given_on(owned_by("partner@example.org", people(*EVERYBODY)).tick(NEXT_DAY)) == [None]


@pytest.mark.parametrize(
    ("assign", "left", "owner"),
    [
        ("manager", ANNA, MIA),
        ("manager", MIA, ANNA),
        (BERIT, BERIT, ANNA),
        ("partner@example.org", MIA, "partner@example.org"),
    ],
)
def test_a_step_gives_no_lead_to_who_was_removed(assign: str, left: str, owner: str) -> None:
    """The owner's manager is still theirs; a removed manager is nobody's, and the desk hears."""
    targets = TO_THE_MANAGER.replace("ASSIGN", assign)
    course = owned_by(ANNA, people(*without(left)), targets=targets).tick(NEXT_DAY)
    assert course.present.owner == owner
    assert bool(course.told("unassigned")) == (owner == ANNA)


def test_nobody_writes_to_a_manager_who_was_removed() -> None:
    targets = TO_THE_MANAGER.replace("assign: ASSIGN", "notify: manager")
    course = owned_by(ANNA, people(*without(MIA)), targets=targets).tick(NEXT_DAY)
    assert course.told() == [("sales-desk@example.com", "100%")]


def test_between_leaving_and_coming_back_one_is_not_there() -> None:
    back = (*without(ANNA)[1:2], replace(TEAM[0], valid_from=utc("2026-03-05")))
    staff = people(*back)
    assert [staff.is_away(ANNA, at) for at in (HANDED_OVER, DUE, utc("2026-03-06"))] == [False, True, False]


members = st.lists(st.sampled_from([ANNA, BERIT, CARL]), unique=True)
absences = st.lists(
    st.sampled_from([BERIT, CARL]).map(lambda who: Absence(who, LONG_AGO, NEXT_DAY, LONG_AGO)), unique=True
)


@settings(max_examples=40, deadline=None)
@given(members, members, absences, st.sampled_from([ANNA, BERIT, CARL]), st.integers(1, 5))
def test_as_long_as_one_of_the_team_is_there_who_did_not_have_it_somebody_gets_it(
    removed: list[str], gone_over: list[str], gone: list[Absence], owner: str, number: int
) -> None:
    rows = {p: [p] for p in EVERYBODY}
    for person in TEAM:
        if person.email in {*removed, *gone_over}:
            rows[person] = [replace(person, valid_until=LEFT)]
        if person.email in gone_over:
            rows[person].append(
                replace(person, valid_from=LEFT, party="marketing", team="growth", manager=None)
            )
    staff = people(*(row for known in rows.values() for row in known), away=gone)
    there = {ANNA, BERIT, CARL} - {*removed, *gone_over, owner} - {absence.email for absence in gone}
    course = owned_by(owner, staff, number).tick(NEXT_DAY)
    tried = given_on(course)
    assert set(tried[: len(there)]) == there
    assert tried[len(there) :] == [MIA, None][: 3 - len(there)]
    assert again(course).finding is None


@pytest.mark.parametrize("departed", [(ANNA,), (ANNA, BERIT), (ANNA, MIA)])
def test_a_log_of_when_nobody_was_found_for_who_left_is_decided_again_as_it_was(
    departed: tuple[str, ...],
) -> None:
    """Earlier versions gave the lead to nobody; today's rules would not, and no log is the worse for it."""
    course = owned_by(ANNA, people(*without(*departed)).without_recall()).tick(NEXT_DAY)
    assert given_on(course) == [None]
    assert again(course).finding is None


def test_a_pick_that_no_version_made_is_a_finding() -> None:
    course = owned_by(ANNA, people(*without(ANNA))).tick("2026-03-02T11:30")
    picked = course.last("assigned")
    forged = replace(picked, owner=CARL, data={**picked.data, "to": CARL})
    drafts = [forged if draft is picked else draft for draft in course.entries]
    assert again(course, drafts).finding is not None
