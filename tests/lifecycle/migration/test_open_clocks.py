"""rules.md, 23: what becomes of open clocks when their lead moves to another version, case by case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.agreement import compiled, small
from support.builders import utc
from support.stories.course import Course, agreement

from slaflow.lifecycle.events import Migrated
from slaflow.lifecycle.migration.change import change_to, is_change
from slaflow.workflow.model.workflow import Workflow

CALENDARS = """
calendars:
  office: {hours: {mon-fri: ["09:00-17:00"]}}
  half: {hours: {mon-fri: ["09:00-13:00"]}}
"""
NOON = "2026-03-04T11:00"
"""Wednesday, 12:00 in Stockholm."""
GRACE = "4h"


def under(within: str, rest: str = "", *, steps: str = "", calendar: str = "office") -> Workflow:
    return agreement(
        calendars=CALENDARS,
        targets=f"""
targets:
  respond:
    owed_by: sales
    start: {{enter: mql}}
    meet: [{{trigger: [accept, return]}}]
    within: {within}
    calendar: {calendar}
    steps: {{{steps or "50%: [{notify: sales}], 80%: [{notify: sales}]"}}}
{rest}
""",
    )


def local(text: str) -> str:
    """An instant of that week in Stockholm, in UTC."""
    days = {"Mon": 2, "Tue": 3, "Wed": 4, "Thu": 5}
    day, time = text.split()
    return f"2026-03-{days[day]:02}T{int(time[:2]) - 1:02}:{time[3:]}"


def since(start: str, terms: Workflow, **fields: object) -> Course:
    course = Course(terms).create(at="2026-02-20T09:00", fields=fields)
    course.fire("promote", local(start))
    return course


@pytest.mark.parametrize(
    ("start", "old", "new", "due", "graced", "done"),
    [
        ("Tue 15:00", under("8h"), under("16h"), "Thu 15:00", False, ["50%"]),
        ("Tue 15:00", under("8h"), under("6h"), "Wed 13:00", False, ["50%", "80%"]),
        ("Tue 15:00", under("8h"), under("4h"), "Wed 16:00", True, ["50%", "80%"]),
        ("Tue 15:00", under("8h"), under("2d"), "Thu 17:00", False, ["50%"]),
        ("Tue 16:00", under("8h"), under("8h", calendar="half"), "Thu 12:00", False, []),
        ("Mon 10:00", under("2d"), under("3d"), "Thu 17:00", False, ["50%"]),
        ("Mon 10:00", under("2d"), under("1d"), "Wed 16:00", True, ["50%", "80%"]),
        ("Mon 10:00", under("2d"), under("20h"), "Wed 14:00", False, ["50%", "80%"]),
    ],
)  # fmt: skip
def test_open_time_used_is_kept_and_due_is_counted_under_the_new_terms(
    start: str, old: Workflow, new: Workflow, due: str, graced: bool, done: list[str]
) -> None:
    course = since(start, old)
    course.tick(NOON)
    before = course.clock("respond").due_at
    course.move(new, NOON, GRACE)
    clock = course.clock("respond")
    assert (clock.due_at, clock.graced, clock.breached_at) == (utc(local(due)), graced, None)
    assert sorted(clock.carried_out) == done
    moved = course.last("clock_moved")
    assert moved.data == {"old": _z(before), "new": _z(clock.due_at), "graced": graced}
    assert clock.digest == course.present.digest == moved.digest == new.digest
    course.tick("2026-04-01T00:00")
    later = {e.step: e.at for e in course.all("warned") if e.at >= utc(NOON)}
    assert set(later) == {"50%", "80%"} - set(done)
    assert due != "Thu 15:00" or later == {"80%": utc(local("Thu 11:48"))}
    assert course.last("breached").at == utc(local(due))


def _z(at: object) -> str:
    return str(at).replace(" ", "T").replace("+00:00", "Z")


PAUSE = "    pause: {when: lead.on_hold%s}"


def test_a_paused_clock_stays_paused_with_what_it_has_left() -> None:
    course = since("Tue 15:00", under("8h", PAUSE % ""))
    course.set(local("Tue 16:00"), on_hold=True)
    course.move(under("6h", PAUSE % ""), NOON, GRACE)
    clock = course.clock("respond")
    assert (clock.status, clock.left) == ("paused", timedelta(hours=5))
    course.set(local("Thu 10:00"), on_hold=False)
    assert course.clock("respond").due_at == utc(local("Thu 15:00"))


def test_a_pause_whose_new_budget_is_used_up_ends_at_the_move() -> None:
    course = since("Tue 15:00", under("8h", PAUSE % ", at_most: 8h"))
    course.set(local("Tue 16:00"), on_hold=True)
    course.move(under("6h", PAUSE % ", at_most: 4h"), NOON, GRACE)
    clock = course.clock("respond")
    assert (clock.status, clock.due_at) == ("running", utc(local("Wed 17:00")))
    assert course.last("clock_resumed").at == utc(NOON)


def test_a_broken_clock_stays_broken_and_its_later_steps_are_the_new_ones() -> None:
    old = under("4h", steps="+4h: [{notify: sales}]")
    course = since("Tue 10:00", old)
    new = under("16h", steps="+2h: [{notify: sales}], +4h: [{notify: sales}], +8h: [{notify: sales}]")
    course.move(new, NOON, GRACE)
    clock = course.clock("respond")
    assert (clock.breached_at, clock.due_at) == (utc(local("Tue 14:00")), utc(local("Tue 14:00")))
    assert clock.carried_out[-2:] == ["+4h", "+2h"]
    course.tick("2026-03-10T00:00")
    assert [(e.step, e.at) for e in course.all("escalated")][1:] == [("+8h", utc(local("Wed 14:00")))]


ATTEMPTS = """
targets:
  reach: {owed_by: sales, start: {enter: mql}, meet: [{attempts: %d}], within: 5d, calendar: office}
"""


def test_a_promise_that_people_have_kept_by_the_new_text_is_met_at_the_move() -> None:
    course = since("Mon 10:00", agreement(calendars=CALENDARS, targets=ATTEMPTS % 6))
    for hour in range(11, 16):
        course.record("call", local(f"Mon {hour}:00"))
    course.move(agreement(calendars=CALENDARS, targets=ATTEMPTS % 4), NOON, GRACE)
    clock = course.clock("reach")
    assert (clock.status, clock.ended_at) == ("met", utc(NOON))
    assert course.last("clock_met").caused_by == course.last("migrated").seq


CALL_BACK = (
    "  call_back: {owed_by: sales, start: {enter: mql}, meet: {activity: call}, within: 4h, calendar: office}"
)


def test_a_promise_that_the_old_text_lacks_starts_at_the_move_where_the_lead_is_in_its_state() -> None:
    course = since("Mon 10:00", under("8h"))
    course.move(under("8h", CALL_BACK), NOON, GRACE)
    clock = course.clock("call_back")
    assert (clock.started_at, clock.due_at) == (utc(NOON), utc(local("Wed 16:00")))


def test_a_promise_that_both_texts_have_starts_nothing() -> None:
    course = since("Mon 10:00", under("8h", CALL_BACK))
    course.record("call", local("Mon 11:00"))
    decision = course.move(under("16h", CALL_BACK), NOON, GRACE)
    assert "clock_started" not in [e.kind for e in decision.entries]
    assert course.clock("call_back").number == 1


def test_what_is_gone_or_owed_by_others_now_ends_and_theirs_begins() -> None:
    course = since("Tue 15:00", under("8h", CALL_BACK))
    others = CALL_BACK.replace("sales", "marketing").replace("call}", "nurture}")
    decision = course.move(under("8h", others), NOON, GRACE)
    assert [e.kind for e in decision.entries][-3:] == ["migrated", "clock_cancelled", "clock_started"]
    assert course.last("clock_cancelled").data["because"] == "call_back is owed by marketing now"
    course.move(under("8h"), local("Wed 13:00"), GRACE)
    assert course.last("clock_cancelled").data["because"] == "the agreement has no call_back any more"


def test_a_lead_in_a_state_that_is_mapped_to_where_a_promise_does_not_live_owes_it_no_more() -> None:
    course = since("Tue 15:00", under("8h"))
    decision = course.move(under("16h"), NOON, GRACE, states={"mql": "accepted"})
    assert (course.present.state, course.present.entered_at) == ("accepted", utc(local("Tue 15:00")))
    # The state in which it started is the one it is called now.
    assert [e.kind for e in decision.entries] == ["warned", "migrated", "clock_moved"]
    course.move(under("16h", "    while: [mql]"), local("Wed 13:00"), GRACE)
    assert course.last("clock_cancelled").data["because"] == "respond does not live in accepted"


def test_a_target_under_another_name_is_the_same_promise() -> None:
    course = since("Tue 15:00", under("8h"))
    renamed = agreement(
        calendars=CALENDARS, targets=under("8h").source[under("8h").source.index("\ntargets:") :]
        .replace("respond:", "answer:"),
    )  # fmt: skip
    decision = course.move(renamed, NOON, GRACE, targets={"respond": "answer"})
    assert [e.kind for e in decision.entries] == ["warned", "migrated"]
    assert course.clock("answer").due_at == utc(local("Wed 15:00"))
    assert [m.what for m in decision.moves] == ["untouched"]


def test_to_the_same_terms_under_another_title_nothing_changes() -> None:
    course = since("Tue 15:00", under("8h", PAUSE % ""))
    before = {key: clock.copy() for key, clock in course.every_clock.items()}
    same = under("8h", PAUSE % "" + "\n    title: Respond")
    decision = course.move(same, local("Tue 16:00"), GRACE)
    assert [e.kind for e in decision.entries] == ["migrated"]
    for key, clock in before.items():
        clock.digest = same.digest
        assert course.every_clock[key] == clock


def test_what_a_team_takes_is_no_term_of_a_lead_that_moves() -> None:
    """Capacity was read before it counted: what was moved then is decided alike on replay."""
    team = "teams: {{north: {{party: sales, calendar: office{more}}}}}\n"
    old, more, other = (
        compiled(small(more=team.format(more=more)))
        for more in ("", ", capacity: 30, per_day: 9, only_open: true", ", assign: least_loaded")
    )
    assert not is_change(change_to(old, more, Migrated(more.digest)))
    assert is_change(change_to(old, other, Migrated(other.digest)))


def test_late_evidence_keeps_a_promise_of_a_target_that_is_gone() -> None:
    course = since("Tue 10:00", under("8h", CALL_BACK))
    course.tick(local("Tue 16:00"))
    course.move(under("8h"), NOON, GRACE)
    course.record("call", local("Wed 13:00"), late=local("Tue 12:00"))
    assert course.clock("call_back").status == "met"
    assert course.clock("call_back").lifted


def test_a_lateness_stands_when_the_calendar_changes() -> None:
    course = since("Tue 10:00", under("4h"))
    course.move(under("4h", calendar="half"), NOON, GRACE)
    course.fire("accept", local("Thu 10:00"))
    # From Tuesday 14:00 six hours in the office, one on Wednesday and one on Thursday.
    assert course.last("met_late").data["late_seconds"] == 8 * 3600
