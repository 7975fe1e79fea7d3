"""What one input changed, told in a sentence."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from slaflow.cli.lead.changes import added, happened

ZONE = ZoneInfo("Europe/Stockholm")


def lead(*clocks: dict[str, Any], **rest: Any) -> dict[str, Any]:
    """A LEAD in mql with what the case is about."""
    plain = {
        "id": 42, "key": "kim@example.com", "state": "mql", "held_by": "sales", "owner": "anna@example.com",
        "score": 70.0, "stage": None, "checks": {}, "clocks": list(clocks),
    }  # fmt: skip
    return {**plain, **rest}


def clock(**rest: Any) -> dict[str, Any]:
    """A running clock of respond with 1 h 12 min left."""
    plain = {
        "target": "respond", "number": 1, "status": "running", "due_at": "2026-03-09T12:30:00Z",
        "left_seconds": 4320, "ended_at": None, "late_seconds": None, "lifted": False, "calendar": "office",
    }  # fmt: skip
    return {**plain, **rest}


ENDED = {"ended_at": "2026-03-09T11:18:00Z", "left_seconds": None}


def test_a_transition_is_told_with_the_promise_it_kept() -> None:
    after = lead(clock(status="met", **ENDED), state="sales_accepted")
    sentence = "lead 42: mql -> sales_accepted (accept); respond met with 1 h 12 min left"
    assert happened(lead(clock()), after, "accept", ZONE) == sentence


def test_late_evidence_says_nothing_of_the_time_left_when_it_arrived() -> None:
    after = lead(clock(status="met", **ENDED))
    assert happened(lead(clock()), after, "call recorded", ZONE, on_time=False).endswith("; respond met")


def test_a_promise_kept_late_says_how_late() -> None:
    before = lead(clock(status="breached", left_seconds=-7200))
    after = lead(clock(status="met_late", late_seconds=7200, **ENDED))
    assert "respond met 2 h late" in happened(before, after, "accept", ZONE)


def test_a_broken_promise_that_the_state_left_behind_is_no_longer_owed() -> None:
    before = lead(clock(status="breached", left_seconds=-7200))
    after = lead(clock(status="breached", late_seconds=7200, **ENDED), state="returned")
    assert "respond no longer owed" in happened(before, after, "return", ZONE)


def test_a_handoff_names_who_received_the_lead_and_what_is_owed_now() -> None:
    before = lead(state="new", held_by="marketing", owner=None, score=0.0)
    sentence = happened(before, lead(clock()), "demo recorded", ZONE)
    assert "new -> mql (demo recorded, handed to sales)" in sentence
    assert "owner anna@example.com; score 0 -> 70; respond due Mon 2026-03-09 13:30" in sentence


def test_a_pause_and_its_end_are_told() -> None:
    paused = clock(status="paused")
    assert "respond paused with 1 h 12 min left" in happened(lead(clock()), lead(paused), "on_hold set", ZONE)
    assert "respond runs again, due Mon" in happened(lead(paused), lead(clock()), "on_hold set", ZONE)


def test_an_answer_says_whether_it_passed() -> None:
    after = lead(checks={"value": {"passed": False, "answer": {"expected_value": "5"}}})
    assert happened(lead(), after, "value answered", ZONE) == "lead 42: value answered; value not passed"


def test_clocks_that_nothing_happened_to_are_not_told() -> None:
    later = clock(left_seconds=4000)
    assert happened(lead(clock()), lead(later), "email recorded", ZONE) == "lead 42: email recorded"


def test_a_new_lead_is_told_with_its_first_promise() -> None:
    sentence = (
        "lead 42 added: kim@example.com in mql, owner anna@example.com; respond due Mon 2026-03-09 13:30"
    )
    assert added(lead(clock()), ZONE) == sentence
