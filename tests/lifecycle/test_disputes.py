"""rules.md, 18: who owes a broken promise may dispute it; whoever may lift it rules on that."""

from __future__ import annotations

import pytest
from support.stories.course import MARKETING, SALES, Course, agreement

from slaflow.errors import UnknownName
from slaflow.lifecycle.events import Disputed, Lifted, Upheld
from slaflow.lifecycle.lead import Actor

TERMS = """
targets:
  respond: {owed_by: sales, start: {enter: mql}, meet: {trigger: [accept, return]}, within: 4h, repeat: true}
  rule:
    owed_by: marketing
    start: {dispute: respond}
    while: [mql, accepted, nurturing]
    meet: {ruling: respond}
    within: 2d
timers:
  sweep: {start: {enter: mql}, after: 90d, do: [{fire: return}]}
"""
BROKEN = "2026-03-02T15:00"
WHY = "the lead was on hold with us"


def broken() -> Course:
    """In the hands of sales on Monday at 10:00 and not answered by 14:00."""
    course = Course(agreement(targets=TERMS)).create()
    course.fire("promote", "2026-03-02T10:00")
    return course.tick(BROKEN)


def because(course: Course, happening: object, by: Actor = SALES, at: str = BROKEN) -> str | None:
    from support.builders import utc

    refusal = course.put(happening, by, utc(at))  # type: ignore[arg-type]
    return None if refusal is None else refusal.because[0]


def disputed() -> Course:
    course = broken()
    assert because(course, Disputed("respond", WHY)) is None
    return course


def test_a_dispute_stops_neither_work_nor_clock() -> None:
    course = disputed()
    entry = course.last("disputed")
    assert (entry.entry_class, entry.party, entry.reason) == ("input", "sales", WHY)
    assert (entry.target, entry.clock) == ("respond", 1)
    clock = course.clock("respond")
    assert (clock.status, clock.lifted, clock.is_open) == ("breached", False, True)
    course.fire("accept", "2026-03-02T16:00")
    assert course.clock("respond", 1).status == "met_late"


@pytest.mark.parametrize(
    ("by", "ruling", "lifted"),
    [(MARKETING, Upheld("respond", "it was not"), False), (MARKETING, Lifted("respond", "so it was"), True)],
    ids=["turned down", "granted"],
)
def test_the_answer_is_owed_and_a_ruling_keeps_it(by: Actor, ruling: object, lifted: bool) -> None:
    course = disputed()
    assert course.clock("rule").owed_by == "marketing"
    assert because(course, ruling, by, "2026-03-03T10:00") is None
    assert course.clock("rule").status == "met"
    assert course.clock("respond").lifted is lifted


def test_an_answer_that_does_not_come_is_a_broken_promise() -> None:
    assert disputed().tick("2026-03-06T10:00").clock("rule").status == "breached"


def test_a_lift_that_nobody_asked_for_is_no_ruling() -> None:
    course = broken()
    because(course, Lifted("respond", "the phones were down"), MARKETING)
    assert "rule" not in course.present.clock_numbers


def test_evidence_that_it_was_kept_leaves_nothing_to_rule_on() -> None:
    course = disputed()
    course.fire("accept", "2026-03-02T17:00", SALES, late="2026-03-02T12:00")
    assert course.clock("respond", 1).lifted
    assert course.clock("rule").status == "cancelled"


@pytest.mark.parametrize(
    ("said", "by", "why"),
    [
        (
            Disputed("respond", WHY),
            MARKETING,
            "respond is owed by sales, who alone disputes its breaches, not marketing",
        ),
        (Upheld("respond", WHY), MARKETING, "the breach of respond, clock 1, is not disputed"),
        (Disputed("rule", WHY), MARKETING, "no clock of rule is broken"),
        (Disputed("respond", WHY, 2), SALES, "clock 2 of respond is not broken"),
    ],
)
def test_what_is_nobodys_to_say_is_refused(said: object, by: Actor, why: str) -> None:
    course = broken()
    assert because(course, said, by) == why
    assert course.entries[-1].kind == "refused"


def test_a_breach_is_disputed_once() -> None:
    course = disputed()
    assert because(course, Disputed("respond", WHY)) == "the breach of respond, clock 1, is disputed already"
    assert because(course, Upheld("respond", "no"), MARKETING) is None
    assert because(course, Upheld("respond", "no"), MARKETING) == (
        "the breach of respond, clock 1, is upheld already"
    )
    assert because(course, Disputed("respond", WHY)) == (
        "the breach of respond, clock 1, is disputed and upheld already"
    )


def test_what_is_lifted_needs_no_dispute() -> None:
    course = broken()
    because(course, Lifted("respond", "the phones were down"), MARKETING)
    assert because(course, Disputed("respond", WHY)) == "the breach of respond, clock 1, is lifted already"


@pytest.mark.parametrize("kind", [Disputed, Upheld])
def test_timers_and_slips_are_no_promises(kind: type[Disputed] | type[Upheld]) -> None:
    with pytest.raises(UnknownName, match="sweep"):
        because(broken(), kind("sweep", WHY))
    with pytest.raises(UnknownName, match="respond"):
        because(broken(), kind("respon", WHY))
