"""A guard that somebody may pass by: by whom, what of it stands in the log, and what is never passed by."""

from __future__ import annotations

import pytest
from support.stories.course import MARK, MIA, SALES, Course, a_person, agreement, people
from support.stories.retold import again

from slaflow.lifecycle.lead import Actor

OVERRIDABLE = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: [marketing, system],
     requires: {employees: {type: int}}, when: ["lead.on_hold", "lead.country == 'SE'"],
     override: {by: [{marketing: manager}]}}
  - {trigger: accept, from: mql, to: accepted, by: sales, when: "contacted"}
  - {trigger: return, from: [mql, accepted], to: nurturing, by: [sales, system]}
  - {trigger: win, from: accepted, to: won, by: sales}
"""
MANAGER = Actor(MARK, "marketing")
MEMBER = Actor(MIA, "marketing")
NOT_SO = ("not so: lead.on_hold (lead.on_hold is false)", "lead.country is not set")
WHY = "the board wants it"
AT = "2026-03-02T10:00"


def course() -> Course:
    there = people(a_person(MARK, "marketing", role="manager"), a_person(MIA, "marketing", order=2))
    return Course(agreement(transitions=OVERRIDABLE), there).create()


def because(course: Course, by: Actor = MANAGER, **given: object) -> tuple[str, ...]:
    refusal = course.fire("promote", AT, by, override=WHY, **{"employees": 9, **given})
    return () if refusal is None else refusal.because


def test_the_move_carries_what_was_overridden_and_why() -> None:
    story = course()
    assert because(story) == ()
    entry = story.last("transition")
    assert (story.present.state, entry.reason, entry.actor) == ("mql", WHY, MARK)
    assert entry.data["overridden"][0] == NOT_SO[0]
    assert len(entry.data["overridden"]) == 2
    assert entry.data["right"] == "marketing: manager"


def test_it_is_judged_when_it_is_told_and_never_again() -> None:
    story = course()
    because(story, MEMBER)
    assert because(story) == ()
    story.people = people(a_person(MARK, "marketing"), a_person(MIA, "marketing", order=2, role="manager"))
    assert again(story).finding is None


def test_without_asking_for_it_the_guard_holds() -> None:
    story = course()
    refusal = story.fire("promote", AT, MANAGER, employees=9)
    assert refusal is not None
    assert refusal.because[0] == NOT_SO[0]
    assert "override" not in story.last("refused").data


def test_where_nothing_failed_it_is_an_ordinary_move() -> None:
    story = course()
    story.set("2026-03-02T09:30", on_hold=True, country="SE")
    assert because(story) == ()
    entry = story.last("transition")
    assert entry.reason is None
    assert not {"overridden", "right"} & set(entry.data)


@pytest.mark.parametrize("by", [MEMBER, Actor("marketing", "marketing")], ids=["a member", "a bare party"])
def test_a_role_is_asked_for(by: Actor) -> None:
    story = course()
    assert because(story, by)[:2] == ("promote is overridden by marketing (manager)", NOT_SO[0])
    assert story.last("refused").data["override"] == WHY


def test_a_bare_party_is_its_manager_while_nobody_recorded_of_it_is() -> None:
    story = course()
    story.people = people(a_person(MIA, "marketing"))
    assert because(story, Actor("marketing", "marketing")) == ()


def test_who_may_not_fire_it_may_not_override_it_either() -> None:
    assert because(course(), SALES)[0] == "promote is for marketing or system, not for sales"


def test_what_the_move_requires_is_never_overridden() -> None:
    assert because(course(), employees=None) == ("employees is required",)


def test_where_the_agreement_says_nothing_of_it_nobody_overrides() -> None:
    story = course()
    assert because(story) == ()
    refusal = story.fire("accept", "2026-03-02T11:00", SALES, override=WHY)
    assert refusal is not None
    assert refusal.because[0] == "nobody may override accept"


def test_a_row_that_may_be_taken_as_it_is_comes_first() -> None:
    rows = OVERRIDABLE + "  - {trigger: promote, from: nurturing, to: accepted, by: marketing,"
    rows += " requires: {employees: {type: int}}}\n"
    story = Course(agreement(transitions=rows), course().people).create()
    assert because(story) == ()
    assert story.present.state == "accepted"
    assert story.last("transition").reason is None
