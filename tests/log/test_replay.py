"""A lead decided again from its own log: what is as it was, and what is not, however well it is hashed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.builders import utc
from support.stories.course import ANNA, BERIT, MIA, SALES, Course, a_person, agreement, away, people
from support.stories.histories import Story, story_of
from support.stories.retold import again, entries_of, only, people_log, renumbered
from support.stories.strategies import histories
from support.stories.strategies_agreements import agreements
from support.stories.strategies_people import directories

from slaflow.lifecycle.decision import Draft
from slaflow.lifecycle.events import Fired, Recorded
from slaflow.log.difference import clock_finding, row_finding
from slaflow.log.errors import NotReplayable, VerificationImpossible
from slaflow.log.inputs import UNSALTED
from slaflow.log.people import PeopleLog, directory_of
from slaflow.log.replay import known_at, replay, standing_at
from slaflow.log.verify import Finding

stories = st.builds(story_of, agreements(), directories(), histories())
TARGETS = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: [accept, return]}
    within: 4h
    calendar: office
    pause: {when: lead.on_hold, at_most: 1d}
    steps:
      50%: [{notify: owner}]
      100%: [{assign: next}]
      +4h: [{fire: return}]
  contact:
    owed_by: sales
    start: {enter: mql}
    while: [mql, accepted]
    meet: {attempts: 2}
    within: {until: "lead.callback_on"}
    calendar: office
"""
WITH_SET = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: marketing, set: {note: "'x'"}}
  - {trigger: accept, from: mql, to: accepted, by: sales}
  - {trigger: win, from: accepted, to: won, by: sales}
"""
TEAMS = "teams:\n  nordics: {party: sales, calendar: office}\nrouting:\n  - {to: nordics}"


def a_course() -> Course:
    """A lead that sales had, let slip, got back and took, with ticks on the way."""
    team = (a_person(email, order=n, team="nordics", manager=MIA) for n, email in enumerate((ANNA, BERIT), 2))
    staff = people(a_person(MIA), *team, away=[away(ANNA, "2026-03-05T09:00", "2026-03-06T09:00")])
    course = Course(agreement(targets=TARGETS, teams=TEAMS), staff).create(
        fields={"callback_on": "2026-03-09"}
    )
    course.fire("promote", "2026-03-02T10:00")
    course.set("2026-03-02T11:00", on_hold=True)
    course.set("2026-03-02T15:00", on_hold=False, country="SE")
    course.tick("2026-03-04T09:00")
    course.fire("win", "2026-03-04T09:30")
    course.fire("promote", "2026-03-04T10:00")
    course.record("call", "2026-03-04T11:00")
    course.fire("accept", "2026-03-04T12:00", late="2026-03-04T10:30")
    course.assign(ANNA, "2026-03-05T12:00")
    return course.tick("2026-03-20T09:00")


def is_decided_again_as_it_was(course: Course) -> None:
    found = again(course)
    assert found.finding is None
    assert found.lead == replace(course.present, salt=UNSALTED)
    assert {(c.target, c.number): c for c in found.clocks} == course.every_clock


def stands_in_the_past_as_it_stood_then(story: Story, course: Course, stop: int) -> None:
    """What was told by an instant, settled to it: the same from the end of the log as it was then."""
    then = story.begun()
    for each in story.arrivals[:stop]:
        each.reach(then)
    end = story.arrivals[stop].arrived_at if stop < len(story.arrivals) else story.end
    log = entries_of(course)
    if any(known_at(e) <= end for e in log[then.present.seq :] if e.entry_class == "input"):
        return  # told at that very instant: it stands behind it already
    then.tick(end)
    lead, clocks = standing_at(log, end, only(course.workflow), people_log(course.people))
    assert lead == replace(then.present, salt=UNSALTED)
    assert {(c.target, c.number): c for c in clocks} == then.every_clock


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(stories, st.booleans(), st.data())
def test_the_log_alone_says_what_any_lead_and_its_clocks_are_and_were(
    story: Story, ticks: bool, data: st.DataObject
) -> None:
    """rules.md, 21."""
    course = story.told(ticks=ticks)
    is_decided_again_as_it_was(course)
    unticked = story.told(ticks=False) if ticks else course
    stands_in_the_past_as_it_stood_then(story, unticked, data.draw(st.integers(0, len(story.arrivals))))


def test_a_course_with_all_that_may_happen_is_decided_again() -> None:
    course = a_course()
    assert {"refused", "assigned", "breached", "clock_paused", "clock_resumed", "transition"} <= {
        draft.kind for draft in course.entries
    }
    assert again(course).finding is None


def forged(course: Course, of: str, **changed: Any) -> list[Draft]:
    """The log with the first entry of the kind *of* changed."""
    first = next(draft for draft in course.entries if draft.kind == of)
    return [replace(draft, **changed) if draft is first else draft for draft in course.entries]


@pytest.mark.parametrize(
    ("kind", "changed", "reason"),
    [
        ("breached", {"at": utc("2026-03-03T11:00")}, "its at is not what deciding again gives"),
        ("breached", {"kind": "warned"}, "deciding again gives an entry breached at"),
        ("clock_started", {"owner": BERIT}, "its owner is not what deciding again gives"),
        ("clock_started", {"party": "marketing"}, "its party is not what deciding again gives"),
        ("warned", {"step": "80%"}, "its step is not what deciding again gives"),
        ("transition", {"handoff": False}, "its handoff is not what deciding again gives"),
        ("transition", {"to_state": "accepted"}, "its to is not what deciding again gives"),
        ("refused", {"reason": "because"}, "its reason is not what deciding again gives"),
        ("clock_met", {"caused_by": 1}, "its caused_by is not what deciding again gives"),
    ],
)
def test_a_consequence_that_was_changed_is_named(kind: str, changed: dict[str, Any], reason: str) -> None:
    """However well the hashes were made anew."""
    course = a_course()
    drafts = forged(course, kind, **changed)
    finding = again(course, drafts).finding
    assert finding is not None
    assert reason in finding.reason
    changed_one = next(d for d, was in zip(drafts, course.entries, strict=True) if d is not was)
    assert (finding.stream, finding.seq, finding.id) == ("lead:1", changed_one.seq, 999 + changed_one.seq)


def test_a_due_instant_that_was_moved_is_named_with_both() -> None:
    course = a_course()
    started = next(draft for draft in course.entries if draft.kind == "clock_started")
    due = {**started.data, "due_at": "2026-03-09T11:00:00Z"}
    assert again(course, forged(course, "clock_started", data=due)).finding == Finding(
        999 + started.seq, "lead:1", "its data.due_at is not what deciding again gives", started.seq,
        str(started.data["due_at"]), "2026-03-09T11:00:00Z",
    )  # fmt: skip


def test_what_may_be_about_a_person_is_not_quoted() -> None:
    course = Course(agreement(transitions=WITH_SET, targets="")).create()
    course.fire("promote", "2026-03-02T10:00")
    data = course.last("transition").data
    drafts = forged(course, "transition", data={**data, "set": {"note": "secret"}})
    finding = again(course, drafts).finding
    assert finding is not None
    assert (finding.reason, finding.expected, finding.found) == (
        "its data.set.note is not what deciding again gives", "", "",
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["breached", "warned", "clock_paused", "clock_met", "assigned"])
def test_an_entry_that_was_taken_out_is_missed(kind: str) -> None:
    course = a_course()
    gone = next(draft for draft in course.entries if draft.kind == kind)
    finding = again(course, renumbered(course.entries, gone)).finding
    assert finding is not None
    assert finding.seq == gone.seq
    assert f"gives an entry {kind}" in finding.reason or "is not what deciding again gives" in finding.reason


def test_an_entry_that_was_put_in_is_named() -> None:
    course = a_course()
    last = course.entries[-1]
    extra = replace(last, seq=last.seq + 1, kind="breached", clock=9, step="100%")
    finding = again(course, [*course.entries, extra]).finding
    assert finding is not None
    assert (finding.seq, finding.reason) == (extra.seq, "nothing before it calls for an entry breached")


def test_what_an_instant_gave_and_was_cut_off_is_missed() -> None:
    """The breach stands, and that it gave the lead to another does not."""
    course = a_course()
    place = next(n for n, draft in enumerate(course.entries) if draft.kind == "breached")
    finding = again(course, course.entries[: place + 1]).finding
    assert finding is not None
    assert finding.reason == "deciding again gives an entry assigned after it, which is not there"


def test_a_log_that_nobody_ticked_is_whole() -> None:
    course = a_course()
    inputs = [draft for draft in course.entries if draft.kind == "transition" and draft.actor != "system"]
    assert again(course, course.entries[: inputs[0].seq + 3]).finding is None


def test_inputs_that_arrive_behind_a_tick_are_decided_again_behind_it() -> None:
    """rules.md, 2: nobody should tick past an arrival; where it was done, the log is still good."""
    course = Course(agreement()).create()
    course.fire("promote", "2026-03-02T10:00")
    course.tick("2026-03-20T09:00")
    course.fire("accept", "2026-03-02T11:00")
    course.record("call", "2026-03-02T10:00")
    assert [draft.kind for draft in course.entries].count("breached") == 1
    assert again(course).finding is None


def test_a_pick_is_taken_from_the_log_whatever_the_turn_was() -> None:
    course = a_course()
    other = Course(course.workflow, course.people.after_turn("nordics", ANNA)).create()
    other.fire("promote", "2026-03-02T10:00")
    assert other.present.owner == BERIT
    assert again(other).finding is None


def test_a_pick_of_somebody_who_was_not_there_is_named() -> None:
    course = Course(a_course().workflow, a_course().people).create()
    course.fire("promote", "2026-03-05T10:00")
    pick = next(draft for draft in course.entries if draft.kind == "assigned")
    assert pick.data["candidates"] == [BERIT]
    drafts = [replace(d, data={**d.data, "to": ANNA}, owner=ANNA) if d is pick else d for d in course.entries]
    finding = again(course, drafts).finding
    assert finding is not None
    assert (finding.seq, finding.reason) == (pick.seq, "its owner is not what deciding again gives")


def test_people_are_those_that_were_known_when_it_was_decided() -> None:
    """An absence recorded afterwards with an earlier instant changes nothing that was decided."""
    course = Course(a_course().workflow, a_course().people).create()
    course.fire("promote", "2026-03-02T10:00")
    course.tick("2026-03-04T09:00")
    log = entries_of(course)
    told_later = replace(
        course.people, absences=(away(BERIT, "2026-03-01T09:00", "2026-03-30T09:00", "2026-03-01T09:00"),)
    )
    early = people_log(course.people)._entries
    late = [
        e._replace(id=5000 + e.seq) for e in people_log(told_later)._entries if e.data["change"] == "away"
    ]
    assert replay(log, only(course.workflow), PeopleLog([*early, *late])).finding is None
    assert replay(
        log, only(course.workflow), PeopleLog([*early, *(e._replace(id=900) for e in late)])
    ).finding


GIVEN = (
    "12.50", 0.1 + 0.2, 7, 7.0, True, None, Decimal("1E+3"), 2**70, [1], {"a": 1}, date(2026, 3, 5),
    datetime(2026, 3, 5, 23, 30, tzinfo=UTC), "no", "", "2026-03-05T10:00:00+01:00",
)  # fmt: skip
TWO_ROWS = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: marketing}
  - {trigger: accept, from: mql, to: accepted, by: sales, requires: {x: %s}}
  - {trigger: accept, from: mql, to: won, by: sales, requires: {x: {type: %s, default: %s}}}
  - {trigger: win, from: accepted, to: won, by: sales}
"""
KINDS = {"string": "a", "int": "1", "decimal": "'1.5'", "bool": "true", "date": "2026-03-01"}


@pytest.mark.parametrize("first", KINDS)
@pytest.mark.parametrize("second", KINDS)
def test_values_are_given_again_as_they_were(first: str, second: str) -> None:
    """Which of two rows takes an input hangs on what was given, not on what became of it."""
    terms = agreement(transitions=TWO_ROWS % (first, second, KINDS[second]), targets="")
    for value in GIVEN:
        course = Course(terms).create()
        course.fire("promote", "2026-03-02T10:00")
        course.put(Fired("accept", {"x": value}), SALES, utc("2026-03-02T11:00"))
        course.put(Fired("accept", {"x": value, "y": value}), SALES, utc("2026-03-02T11:30"))
        course.put(Recorded("call", {"z": value}), SALES, utc("2026-03-02T12:00"))
        assert again(course).finding is None, value


def test_a_default_is_not_taken_for_what_was_given() -> None:
    course = Course(agreement(transitions=TWO_ROWS % ("string", "string", "a"), targets="")).create()
    course.fire("promote", "2026-03-02T10:00")
    course.fire("accept", "2026-03-02T11:00", by=SALES)
    assert course.present.state == "won"
    assert again(course).finding is None


def test_what_was_erased_cannot_be_checked() -> None:
    course = a_course()
    log = [entry._replace(data_text=None) for entry in entries_of(course)]
    found = replay(log, only(course.workflow), people_log(course.people))
    assert (found.finding, found.unchecked, found.lead) == (None, "erased", None)
    with pytest.raises(NotReplayable, match="erased"):
        standing_at(log, utc("2026-03-05"), only(course.workflow), people_log(course.people))


def test_an_input_of_a_kind_nobody_knows_cannot_be_checked() -> None:
    course = a_course()
    merged = replace(course.entries[-1], kind="merged", entry_class="input")
    assert again(course, [*course.entries[:-1], merged]).unchecked == "an input merged is not decided again"


def test_rows_of_an_earlier_version_need_not_say_when() -> None:
    """It kept how often a clock saw what meets it, not when; and when anything was reset last, not what."""
    course = a_course()
    lead, clock = course.present, course.clock("respond", 1)
    assert clock.seen
    counted = replace(clock, seen={place: (None,) * len(times) for place, times in clock.seen.items()})
    assert clock_finding("lead:1", [clock], [counted]) is None
    assert clock_finding("lead:1", [clock], [replace(clock, seen={})]) is not None
    assert clock_finding("lead:1", [clock], [replace(clock, let_go=None)]) is None
    assert clock_finding("lead:1", [clock], [replace(clock, let_go=True)]) is not None
    assert clock_finding("lead:1", [clock], [replace(clock, seen={0: (None, None)})]) is not None
    now = replace(lead, field_at={**lead.field_at, "reset.stage": utc("2026-03-05")})
    assert row_finding("lead:1", now, lead) is None
    assert row_finding("lead:1", lead, now) is not None


def test_before_its_creation_there_is_no_lead() -> None:
    course = a_course()
    before = course.present.created_at - timedelta(seconds=1)
    lead, clocks = standing_at(entries_of(course), before, only(course.workflow), people_log(course.people))
    assert (lead, clocks) == (None, [])


def test_people_come_back_from_their_stream() -> None:
    staff = people(
        a_person(MIA), a_person(ANNA, order=2, valid_until=utc("2026-03-05"), team="nordics"),
        a_person(BERIT, order=3, manager=MIA, name="Berit", weight=0, per_day=4),
        away=[away(MIA, "2026-03-05", "2026-03-06")],
    )  # fmt: skip
    assert people_log(staff).everybody == staff


def test_a_stream_of_people_that_says_nothing_cannot_be_checked_by() -> None:
    log = people_log(people(a_person(MIA)))._entries
    with pytest.raises(VerificationImpossible, match="people, entry 1"):
        directory_of([log[0]._replace(data_text=None)])
