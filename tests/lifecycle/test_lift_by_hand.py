"""rules.md, 18: lifting by hand excuses the breach, not the duty."""

from __future__ import annotations

import pytest
from support.builders import utc
from support.stories.course import Course, agreement

from slaflow.errors import UnknownName

RESPOND = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: [accept, return]}
    within: 4h
    steps: {50%: [{notify: owner}], 100%: [{notify: sales}], +2h: [{notify: marketing}]}
timers:
  sweep: {start: {enter: mql}, after: 90d, do: [{fire: return}]}
"""


def broken() -> Course:
    """In the hands of sales on Monday at 10:00 and not answered by 14:00."""
    course = Course(agreement(targets=RESPOND)).create()
    course.fire("promote", "2026-03-02T10:00")
    return course.tick("2026-03-02T15:00")


def test_the_clock_stays_owed_and_its_later_steps_lapse() -> None:
    course = broken()
    assert course.lift("respond", "2026-03-02T15:00") is None
    clock = course.clock("respond")
    assert (clock.status, clock.lifted, clock.ended_at, clock.wake_at) == ("breached", True, None, None)
    course.tick("2026-03-09T00:00")
    assert not course.all("escalated")


def test_the_entry_is_an_input_with_its_reason() -> None:
    course = broken()
    course.lift("respond", "2026-03-02T15:00", "the phones were down")
    entry = course.last("breach_lifted")
    assert (entry.entry_class, entry.actor, entry.reason) == ("input", "sales", "the phones were down")
    assert (entry.target, entry.clock, entry.party, entry.caused_by) == ("respond", 1, "sales", None)
    assert (entry.arrived_at, entry.occurred_at) == (utc("2026-03-02T15:00"), utc("2026-03-02T15:00"))
    assert entry.data == {"breached_at": "2026-03-02T14:00:00Z", "due_at": "2026-03-02T14:00:00Z"}


def test_met_afterwards_it_counts_as_lifted() -> None:
    course = broken()
    course.lift("respond", "2026-03-02T15:00")
    course.fire("accept", "2026-03-02T16:00")
    assert course.last("met_late").data == {"late_seconds": 7200}
    assert (course.clock("respond").status, course.clock("respond").lifted) == ("met_late", True)


def test_evidence_told_late_still_shows_that_it_was_kept() -> None:
    course = broken()
    course.lift("respond", "2026-03-02T15:00")
    course.fire("accept", "2026-03-02T16:00", late="2026-03-02T13:00")
    assert (course.clock("respond").status, course.clock("respond").lifted) == ("met", True)
    assert [e.entry_class for e in course.all("breach_lifted")] == ["input", "consequence"]


def test_what_broke_unnoticed_is_settled_first() -> None:
    course = Course(agreement(targets=RESPOND)).create()
    course.fire("promote", "2026-03-02T10:00")
    assert course.lift("respond", "2026-03-02T14:00:01") is None
    assert course.kinds("warned", "breached", "breach_lifted") == ["warned", "breached", "breach_lifted"]


def test_a_breach_no_longer_owed_is_lifted_too() -> None:
    course = broken()
    course.fire("accept", "2026-03-02T15:30")
    assert course.lift("respond", "2026-03-05T10:00") is None
    clock = course.clock("respond")
    assert (clock.status, clock.lifted, clock.ended_at) == ("met_late", True, utc("2026-03-02T15:30"))


def test_of_several_broken_clocks_the_latest_is_lifted_or_the_one_that_is_named() -> None:
    course = broken()
    course.fire("return", "2026-03-02T16:00")
    course.fire("promote", "2026-03-03T10:00")
    course.tick("2026-03-04T10:00")
    course.lift("respond", "2026-03-04T11:00")
    assert [course.clock("respond", n).lifted for n in (1, 2)] == [False, True]
    assert course.lift("respond", "2026-03-04T12:00").because == (
        "the breach of respond, clock 2, is lifted already",
    )
    assert course.lift("respond", "2026-03-04T12:30", number=1) is None
    assert course.clock("respond", 1).lifted


@pytest.mark.parametrize(
    ("number", "because"), [(None, "no clock of respond is broken"), (2, "clock 2 of respond is not broken")]
)
def test_without_a_breach_it_is_refused_and_logged(number: int | None, because: str) -> None:
    course = Course(agreement(targets=RESPOND)).create()
    course.fire("promote", "2026-03-02T10:00")
    refusal = course.lift("respond", "2026-03-02T14:00", number=number)
    assert refusal is not None
    assert (refusal.what, refusal.because) == ("lifting respond", (because,))
    entry = course.last("refused")
    assert (entry.entry_class, entry.reason, entry.trigger) == ("input", because, None)
    assert entry.data == {"because": [because], "lift": "respond", "number": number}


@pytest.mark.parametrize("name", ["respnd", "sweep"])
def test_an_unknown_target_is_an_error_and_a_timer_is_none(name: str) -> None:
    with pytest.raises(UnknownName, match=f'unknown target "{name}"'):
        broken().lift(name, "2026-03-02T15:00")
