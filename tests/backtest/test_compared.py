"""A recorded lead told under a draft: what stays fixed, what is decided anew, and what is said of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.builders import utc
from support.stories.course import ANNA, BERIT, MIA, SALES, Course, a_person, agreement, people
from support.stories.histories import Story, story_of
from support.stories.retold import entries_of, only, people_log
from support.stories.strategies import histories
from support.stories.strategies_agreements import agreements
from support.stories.strategies_people import directories

from slaflow.backtest.compared import Asked, Compared, compared
from slaflow.backtest.meant import Given, Reader
from slaflow.workflow.model.workflow import Workflow

stories = st.builds(story_of, agreements(), directories(), histories())
END = utc("2026-04-01T09:00")
NORDICS = "teams:\n  nordics: {party: sales}\nrouting:\n  - {to: nordics}"
TARGETS = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: [accept, return]}
    within: %s
"""


def told(
    course: Course, draft: Workflow, at: datetime = END, given: Given | None = None, rows: bool = False
) -> Compared:
    """The lead of *course* under *draft*, from its log; its record read where its *rows* are given."""
    asked = Asked(Reader(draft, given or {}), only(course.workflow), people_log(course.people), at)
    found = compared(entries_of(course), asked, [*course.every_clock.values()] if rows else None)
    assert found is not None
    return found


def differences(found: Compared) -> list[tuple[str | None, Any]]:
    return [(pair.change, pair.why(found.diverged_at)) for pair in found.pairs if pair.is_moved]


def is_as_it_was(found: Compared) -> None:
    assert differences(found) == []
    assert (found.impossible, found.possible, found.diverged_at) == ([], [], None)
    assert found.recorded_handoffs == found.would_be_handoffs


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(stories, st.booleans(), st.data())
def test_the_text_that_was_in_force_makes_no_difference(
    story: Story, ticks: bool, data: st.DataObject
) -> None:
    """Whenever ticks ran, to any instant."""
    course = story.told(ticks=ticks)
    ats = [each.arrived_at for each in story.arrivals] or [story.end]
    for at in (story.end, data.draw(st.sampled_from(ats))):
        is_as_it_was(told(course, course.workflow, at))
    is_as_it_was(told(course, course.workflow, story.end, rows=True))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(stories, agreements())
def test_any_draft_can_be_asked_of_any_history(story: Story, draft: Workflow) -> None:
    course = story.told(ticks=True)
    decided, read = told(course, draft, story.end), told(course, draft, story.end, rows=True)
    assert decided.pairs == read.pairs
    assert decided.diverged_at == read.diverged_at
    assert [each.entry for each in decided.impossible] == [each.entry for each in read.impossible]


def handed_over(within: str = "4h", **sections: str) -> Course:
    staff = people(*(a_person(email, order=n, team="nordics") for n, email in enumerate((MIA, ANNA, BERIT))))
    course = Course(agreement(targets=TARGETS % within, **sections), staff).create()
    course.fire("promote", "2026-03-02T10:00")
    return course


def draft(within: str = "4h", **sections: str) -> Workflow:
    return agreement(targets=TARGETS % within, **sections)


def test_a_shorter_promise_breaks_where_nobody_did_anything_else() -> None:
    course = handed_over()
    course.fire("accept", "2026-03-02T13:00")
    found = told(course, draft("2h"))
    (pair,) = found.pairs
    assert (pair.change, found.diverged_at) == ("met to met_late", None)
    assert pair.as_json(1, None) == {
        "lead": 1, "target": "respond", "started_at": "2026-03-02T10:00:00Z",
        "recorded": {"status": "met", "due_at": "2026-03-02T14:00:00Z", "ended_at": "2026-03-02T13:00:00Z"},
        "would_be": {
            "status": "met_late", "due_at": "2026-03-02T12:00:00Z", "ended_at": "2026-03-02T13:00:00Z",
        },
        "because": "terms",
    }  # fmt: skip


STEPS = TARGETS + "    steps:\n      100%%: [{fire: return}]\n"


def test_what_a_step_does_leads_the_lead_another_way() -> None:
    """The promise that was kept had begun before; what comes after the return follows from it."""
    course = handed_over()
    course.fire("accept", "2026-03-02T13:00")
    course.fire("win", "2026-03-02T15:00")
    found = told(course, agreement(targets=STEPS % "2h"))
    assert differences(found) == [("met to breached", "terms")]
    assert found.diverged_at == utc("2026-03-02T12:00")
    assert [each.entry.trigger for each in found.impossible] == ["accept", "win"]
    assert "accept does not lead from nurturing" in found.impossible[0].because[0]


def test_what_the_draft_does_not_know_is_impossible_and_the_next_is_tried() -> None:
    course = handed_over()
    course.record("nurture", "2026-03-02T10:30")
    course.fire("accept", "2026-03-02T13:00")
    without = "activities:\n  visit: {by: lead}\n"
    found = told(course, draft(activities=without))
    (one,) = found.impossible
    assert (one.entry.kind, one.because) == ("activity", ('unknown activity "nurture"',))
    assert differences(found) == []


def test_what_was_refused_on_record_may_be_possible() -> None:
    course = handed_over()
    assert course.fire("win", "2026-03-02T12:00") is not None
    rows = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: [marketing, system]}
  - {trigger: accept, from: mql, to: accepted, by: [sales, system]}
  - {trigger: return, from: [mql, accepted], to: nurturing, by: [sales, system]}
  - {trigger: win, from: [mql, accepted], to: won, by: sales}
"""
    found = told(course, draft(transitions=rows))
    assert [each.entry.trigger for each in found.possible] == ["win"]
    assert differences(found) == [("breached to cancelled", "terms")]


ASKS = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: [marketing, system]}
  - {trigger: accept, from: mql, to: accepted, by: [sales, system], requires: {why: string}}
  - {trigger: return, from: [mql, accepted], to: nurturing, by: [sales, system]}
  - {trigger: win, from: accepted, to: won, by: sales}
"""


def test_an_input_that_the_record_lacks_may_be_given() -> None:
    course = handed_over()
    course.fire("accept", "2026-03-02T12:00")
    asks = draft(transitions=ASKS)
    assert [each.because for each in told(course, asks).impossible] == [("why is required",)]
    assert told(course, asks, given={"accept": {"why": "x"}}).impossible == []


def test_an_input_that_the_draft_has_not_is_left_out() -> None:
    course = handed_over(transitions=ASKS)
    course.fire("accept", "2026-03-02T12:00", why="because")
    assert told(course, draft()).impossible == []


def test_a_recorded_pick_stays_and_one_that_the_log_lacks_takes_its_place() -> None:
    """rules.md, 19: by the lead's number and cycles, whatever other leads were drawn."""
    course = handed_over(teams=NORDICS)
    course.people = course.people.after_turn("nordics", MIA)
    drawn = course.present.owner
    assert (
        next(d for d in told(course, draft("8h", teams=NORDICS)).drafts if d.kind == "assigned").owner
        == drawn
    )
    nobody = handed_over()
    picks = [d for d in told(nobody, draft(teams=NORDICS)).drafts if d.kind == "assigned"]
    assert [pick.owner for pick in picks] == [ANNA]  # lead 1 of three: the second


def test_a_lift_that_finds_no_breach_is_moot() -> None:
    course = handed_over()
    course.tick("2026-03-03T10:00")
    course.lift("respond", "2026-03-03T12:00")
    course.fire("accept", "2026-03-03T13:00")
    found = told(course, draft("4d"))
    assert (found.impossible, differences(found)) == ([], [("lifted to met", "terms")])
    assert differences(told(course, draft("3h"))) == [(None, "terms")]  # lifted all the same, due earlier


def test_values_that_the_draft_refuses_are_left_out_and_named() -> None:
    course = handed_over()
    course.set("2026-03-02T11:00", SALES, note="x" * 3, country="SE")
    lead = """
lead:
  identity: [email]
  fields: {email: email, country: {type: string, one_of: [NO]}, employees: int, note: string}
"""
    found = told(course, draft(lead=lead))
    ((entry, because),) = found.impossible
    assert (entry.kind, len(because)) == ("changed", 1)
    assert "country" in because[0]
    assert next(d for d in found.drafts if d.kind == "changed").data["fields"] == {"note": "xxx"}


def test_a_lead_that_was_not_there_yet_is_none() -> None:
    course = handed_over()
    asked = Asked(Reader(draft(), {}), only(course.workflow), people_log(course.people), utc("2026-03-01"))
    assert compared(entries_of(course), asked) is None
