"""What the core makes of an erasure: the lead forgets, its clocks end, and it takes no input any more."""

from __future__ import annotations

import pytest
from support.builders import utc
from support.stories.course import MARKETING, SALES, Course, agreement

from slaflow.lifecycle.erasure import LeadErased
from slaflow.lifecycle.events import Erased
from slaflow.lifecycle.guards import available

GONE = Erased("asked for", "erased-1")


def erased(at: str = "2026-03-02T14:30") -> Course:
    """A lead that sales has held since ten, erased in the afternoon."""
    course = Course(agreement()).create(fields={"country": "SE"})
    course.record("visit", "2026-03-02T09:30")
    course.fire("promote", "2026-03-02T10:00")
    course.put(GONE, MARKETING, utc(at))
    return course


def test_the_lead_forgets_who_it_was_and_keeps_what_is_counted() -> None:
    lead = erased().present
    assert (lead.key, lead.fields, lead.field_at, lead.checks, lead.salt) == ("erased-1", {}, {}, {}, b"")
    assert (lead.state, lead.held_by, lead.engagement, lead.stage) == ("mql", "sales", 10.0, "interest")
    assert lead.tallies["visit"].count == 1
    assert lead.erased_at == lead.as_of == utc("2026-03-02T14:30")


def test_the_entry_names_what_was_blanked_but_no_value() -> None:
    course = erased("2026-03-02T12:00")
    entry = course.last("erased")
    assert (entry.entry_class, entry.actor, entry.reason) == ("input", "marketing", "asked for")
    assert entry.data == {"key": "erased-1", "fields": ["country", "email", "on_hold"], "checks": []}
    ended = course.last("clock_cancelled")
    assert (ended.target, ended.caused_by) == ("respond", entry.seq)
    assert ended.data["because"] == "the lead was erased"


def test_what_fell_before_comes_before_and_nothing_falls_after() -> None:
    course = erased()
    assert course.kinds("breached", "erased", "clock_cancelled") == ["breached", "erased", "clock_cancelled"]
    assert (course.clock("respond").status, course.open_clocks) == ("breached", [])
    assert course.tick("2027-01-01").kinds()[-1] == "clock_cancelled"


def test_no_input_is_taken_any_more() -> None:
    course = erased()
    with pytest.raises(LeadErased, match="lead 1 was erased on 2026-03-02T14:30:00Z"):
        course.record("reply", "2026-03-03T10:00")
    with pytest.raises(LeadErased):
        course.put(GONE, SALES, utc("2026-03-03T10:00"))
    assert available(course.workflow, course.present, utc("2026-03-03T10:00")) == []


def test_a_lead_that_was_not_erased_was_erased_at_no_instant() -> None:
    assert Course(agreement()).create().present.erased_at is None
