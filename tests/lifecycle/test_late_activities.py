"""rules.md, 15: an activity told late is judged against every clock that was open when it happened."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.builders import utc
from support.stories.course import MIA, PROSPECT, SALES, Course, a_person, agreement, people

from slaflow.lifecycle.decision import Draft
from slaflow.lifecycle.events import Recorded
from slaflow.lifecycle.scoring import decayed

CALL = """
targets:
  first_contact:
    owed_by: sales
    start: {enter: mql}
    meet: [{attempts: 1}, {contact: true}]
    within: 4h
    steps: {50%: [{notify: owner}], 100%: [{notify: sales}], +4h: [{notify: marketing}]}
"""


def handed_over(**sections: str) -> Course:
    """In the hands of sales on Monday at 10:00; the call is due at 14:00."""
    course = Course(agreement(**{"targets": CALL, **sections})).create()
    course.fire("promote", "2026-03-02T10:00")
    return course


def about(course: Course, target: str = "first_contact") -> list[str]:
    return [entry.kind for entry in course.entries if entry.target == target]


def judged(course: Course) -> Draft:
    """The entry in which the late input came to something."""
    return next(e for e in reversed(course.entries) if "completed_at" in e.data)


def test_a_running_clock_is_met_as_of_when_it_happened() -> None:
    course = handed_over()
    course.record("visit", "2026-03-02T12:00")
    course.record("call", "2026-03-02T13:00", late="2026-03-02T11:00")
    clock = course.clock("first_contact")
    assert (clock.status, clock.lifted, clock.ended_at) == ("met", False, utc("2026-03-02T11:00"))
    entry = judged(course)
    assert (entry.kind, entry.entry_class, entry.party) == ("clock_met", "consequence", "sales")
    assert (entry.at, entry.caused_by) == (utc("2026-03-02T13:00"), course.last("activity").seq)
    assert entry.data == {
        "completed_at": "2026-03-02T11:00:00Z", "open_seconds": 3600, "left_seconds": 10800, "was": "running"
    }  # fmt: skip


def test_a_broken_promise_that_was_kept_in_time_is_lifted_and_owes_nothing_more() -> None:
    course = handed_over()
    course.record("call", "2026-03-02T15:00", late="2026-03-02T14:00")
    clock = course.clock("first_contact")
    assert (clock.status, clock.lifted, clock.breached_at) == ("met", True, utc("2026-03-02T14:00"))
    course.tick("2026-03-04T00:00")
    assert about(course) == ["clock_started", "warned", "breached", "breach_lifted"]
    assert [step for _, step in course.told()] == ["100%"]
    assert judged(course).data == {
        "completed_at": "2026-03-02T14:00:00Z", "due_at": "2026-03-02T14:00:00Z", "was": "breached",
        "open_seconds": 14400, "left_seconds": 0,
    }  # fmt: skip


def test_what_was_carried_out_stands() -> None:
    """The lead was given away at the breach; the lift does not give it back."""
    given = CALL.replace("100%: [{notify: sales}]", "100%: [{assign: mia@example.com}]")
    course = handed_over(targets=given)
    course.people = people(a_person(MIA))
    course.record("call", "2026-03-02T15:00", late="2026-03-02T13:00")
    assert course.clock("first_contact").lifted
    assert course.present.owner == MIA


def test_a_broken_promise_kept_after_due_is_met_late_by_what_it_was() -> None:
    course = handed_over()
    course.record("visit", "2026-03-02T16:00")
    course.record("call", "2026-03-02T17:00", late="2026-03-02T15:00")
    clock = course.clock("first_contact")
    assert (clock.status, clock.lifted, clock.ended_at) == ("met_late", False, utc("2026-03-02T15:00"))
    assert judged(course).data == {
        "completed_at": "2026-03-02T15:00:00Z", "late_seconds": 3600, "was": "breached"
    }  # fmt: skip


def test_earlier_evidence_lifts_even_what_was_met_late() -> None:
    course = handed_over()
    course.record("call", "2026-03-02T15:00")
    assert course.clock("first_contact").status == "met_late"
    course.record("call", "2026-03-02T16:00", late="2026-03-02T13:00")
    assert about(course)[-2:] == ["met_late", "breach_lifted"]
    assert judged(course).data["was"] == "met_late"
    assert (course.clock("first_contact").status, course.clock("first_contact").lifted) == ("met", True)


def test_a_cancelled_clock_turns_out_to_have_been_met() -> None:
    course = handed_over()
    course.fire("accept", "2026-03-02T12:00")
    assert course.clock("first_contact").status == "cancelled"
    course.record("call", "2026-03-02T13:00", late="2026-03-02T11:00")
    assert about(course)[-2:] == ["clock_cancelled", "clock_met"]
    assert course.clock("first_contact").ended_at == utc("2026-03-02T11:00")


def test_a_breach_no_longer_owed_is_lifted_or_turns_out_to_have_been_made_good() -> None:
    course = handed_over()
    course.fire("accept", "2026-03-02T16:00")
    late = course.fork()
    late.record("call", "2026-03-02T17:00", late="2026-03-02T15:30")
    assert about(late)[-2:] == ["clock_cancelled", "met_late"]
    course.record("call", "2026-03-02T17:00", late="2026-03-02T13:30")
    assert about(course)[-2:] == ["clock_cancelled", "breach_lifted"]


@pytest.mark.parametrize(
    ("occurred", "status"),
    [("09:59:59", "running"), ("10:00", "met"), ("11:59:59", "met"), ("12:00", "cancelled")],
)
def test_open_is_from_the_start_until_before_the_end(occurred: str, status: str) -> None:
    course = handed_over()
    if status != "running":
        course.fire("accept", "2026-03-02T12:00")
    course.record("visit", "2026-03-02T12:30")
    course.record("call", "2026-03-02T13:00", late=f"2026-03-02T{occurred}")
    assert course.clock("first_contact").status == status


def test_a_paused_clock_is_met_and_used_what_it_had_used_by_then() -> None:
    paused = CALL.replace("within: 4h", 'within: 4h\n    pause: "lead.on_hold"')
    course = handed_over(targets=paused)
    course.set("2026-03-02T12:00", on_hold=True)
    before, after = course.fork(), course
    before.record("call", "2026-03-02T13:00", late="2026-03-02T11:00")
    after.record("visit", "2026-03-02T12:45")
    after.record("call", "2026-03-02T13:00", late="2026-03-02T12:30")
    assert [judged(c).data["open_seconds"] for c in (before, after)] == [3600, 7200]
    assert [c.clock("first_contact").paused_at for c in (before, after)] == [None, None]


def test_late_evidence_is_refused_what_it_would_be_refused_in_time() -> None:
    course = handed_over()
    course.record("call", "2026-03-02T15:00", PROSPECT, late="2026-03-02T13:00")
    assert course.last("refused").occurred_at == utc("2026-03-02T13:00")
    assert course.clock("first_contact").status == "breached"


# --- what it starts, and what it does not


TIMES = """
targets:
  warm:
    owed_by: sales
    start: {enter: mql}
    while: [mql, accepted]
    meet: {activity: [call, mail], times: 3}
    within: 4h
"""


def test_it_starts_no_clock_and_restarts_none() -> None:
    started = (
        TIMES.replace("start: {enter: mql}", "start: {activity: reply}") + "    restart: {activity: call}\n"
    )
    course = handed_over(targets=started)
    course.record("visit", "2026-03-02T11:00")
    course.record("reply", "2026-03-02T12:00", late="2026-03-02T10:30")
    assert not course.all("clock_started")
    course.record("reply", "2026-03-02T12:30")
    course.record("visit", "2026-03-02T13:00")
    course.record("call", "2026-03-02T13:30", late="2026-03-02T12:45")
    assert not course.all("clock_restarted")
    assert course.clock("warm").started_at == utc("2026-03-02T12:30")


REPEATING = TIMES.replace("times: 3", "times: 1") + "    repeat: true\n"


def test_a_repeating_promises_next_starts_where_the_entry_stands() -> None:
    course = handed_over(targets=REPEATING)
    course.record("visit", "2026-03-02T12:00")
    course.record("call", "2026-03-02T13:00", late="2026-03-02T11:00")
    first, second = course.clock("warm", 1), course.clock("warm", 2)
    assert (first.status, first.ended_at) == ("met", utc("2026-03-02T11:00"))
    assert (second.status, second.started_at) == ("running", utc("2026-03-02T13:00"))


def test_lifting_what_was_met_late_starts_no_second_next() -> None:
    course = handed_over(targets=REPEATING)
    course.record("call", "2026-03-02T15:00")
    course.record("call", "2026-03-02T16:00", late="2026-03-02T13:00")
    assert course.clock("warm", 1).lifted
    assert course.present.clock_numbers == {"warm": 2}


def test_autos_and_pauses_are_looked_at_where_the_entry_stands() -> None:
    auto = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: [marketing, system]}
  - {trigger: accept, from: mql, to: accepted, by: [sales, system], auto: true, when: "contacted"}
  - {trigger: win, from: accepted, to: won, by: sales}
"""
    course = handed_over(transitions=auto)
    course.record("visit", "2026-03-02T12:00")
    course.record("meeting", "2026-03-02T13:00", late="2026-03-02T11:00")
    assert course.last("transition").at == utc("2026-03-02T13:00")
    assert course.present.entered_at == utc("2026-03-02T13:00")


# --- points, stage and tallies


SCORED = "scoring: {engagement: {half_life: 1d}}"


def test_points_have_been_decaying_since_it_happened() -> None:
    told_late, in_time = (handed_over(scoring=SCORED) for _ in range(2))
    in_time.record("visit", "2026-03-03T10:00")
    in_time.record("call", "2026-03-04T10:00")
    told_late.record("call", "2026-03-04T10:00")
    told_late.record("visit", "2026-03-04T10:00", late="2026-03-03T10:00")
    day = timedelta(days=1)
    for course in (in_time, told_late):
        assert decayed(course.present, day, utc("2026-03-05T10:00")) == pytest.approx(2.5)
        assert course.present.stage == "interest"
        assert course.present.touched_at == utc("2026-03-03T10:00")
        tally = course.present.tallies["visit"]
        assert (tally.count, tally.points, tally.last) == (1, 10.0, utc("2026-03-03T10:00"))


WIPING = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: [marketing, system]}
  - {trigger: accept, from: mql, to: accepted, by: sales}
  - {trigger: return, from: [mql, accepted], to: nurturing, by: sales, reset: [RESET]}
  - {trigger: win, from: accepted, to: won, by: sales}
"""


@pytest.mark.parametrize(
    ("reset", "left"), [("engagement", (0, 0.0, "interest")), ("stage", (1, 10.0, "unaware")),
                        ("checks", (1, 10.0, "interest"))],
)  # fmt: skip
def test_what_a_reset_since_has_wiped_does_not_come_back(reset: str, left: tuple[int, float, str]) -> None:
    course = handed_over(transitions=WIPING.replace("RESET", reset))
    course.fire("return", "2026-03-02T11:00")
    course.record("visit", "2026-03-02T12:00", late="2026-03-02T10:30")
    lead = course.present
    assert (lead.tallies["visit"].count, lead.engagement, lead.stage) == left
    assert lead.tallies["visit"].last == utc("2026-03-02T10:30")
    assert ("points" in course.last("activity").data) is (reset != "engagement")


def test_a_lead_of_an_earlier_version_knows_only_its_latest_reset() -> None:
    course = handed_over(transitions=WIPING.replace("RESET", "stage"))
    course.fire("return", "2026-03-02T11:00")
    course.present.field_at = {}
    course.record("visit", "2026-03-02T12:00", late="2026-03-02T10:30")
    assert (course.present.engagement, course.present.stage) == (0.0, "unaware")


# --- how old evidence may be


def aged(hours: int, *, imported: bool = False) -> Course:
    """The call of Monday 13:00, told so many hours later; imported, it arrives at its own instant."""
    course = handed_over()
    happened = utc("2026-03-02T13:00")
    told = happened + timedelta(hours=hours)
    course.record("visit", told.isoformat())
    course.put(Recorded("call"), SALES, happened if imported else told, happened, imported=imported)
    return course


@pytest.mark.parametrize("imported", [False, True])
def test_evidence_of_72_hours_lifts_and_older_is_only_recorded(imported: bool) -> None:
    fresh, old = aged(72, imported=imported), aged(73, imported=imported)
    assert fresh.clock("first_contact").lifted
    assert old.clock("first_contact").status == "breached"
    assert len(old.present.attempts) == 0
    assert old.present.tallies["call"].count == 1
    told = [c.last("activity").data["late"] for c in (fresh, old)]
    assert [each["is_evidence"] for each in told] == [True, False]
    assert [each["age_seconds"] for each in told] == [72 * 3600, 73 * 3600]
    assert told[0].get("imported", False) is imported


def test_an_agreement_may_say_how_old_it_may_be() -> None:
    course = handed_over(workflow="workflow: handoff\ntimezone: Europe/Stockholm\nlate_evidence: 1h")
    course.record("call", "2026-03-02T14:30", late="2026-03-02T13:29")
    assert course.clock("first_contact").status == "breached"
    course.record("call", "2026-03-02T14:31", late="2026-03-02T13:31")
    assert course.clock("first_contact").lifted
