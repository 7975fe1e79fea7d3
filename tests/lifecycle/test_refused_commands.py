"""rules.md, 5: a refused command saves what it settled, and ``refused``."""

from __future__ import annotations

import pytest
from support.builders import utc
from support.stories.course import MARKETING, Course, agreement

from slaflow.errors import UnknownName


def test_what_fell_before_a_refused_command_stands() -> None:
    course = Course(agreement()).create()
    course.fire("promote", "2026-03-02T10:00")
    refusal = course.fire("win", "2026-03-03T10:00")
    assert refusal is not None
    assert [(e.kind, e.at) for e in course.entries[-2:]] == [
        ("breached", utc("2026-03-02T14:00")),
        ("refused", utc("2026-03-03T10:00")),
    ]
    assert course.present.state == "mql"
    assert course.clock("respond").status == "breached"


def test_the_wrong_party_is_refused_by_name() -> None:
    course = Course(agreement()).create()
    course.fire("promote", "2026-03-02T10:00")
    refusal = course.fire("accept", "2026-03-02T11:00", MARKETING)
    assert refusal is not None
    assert refusal.because == ("accept is for sales or system, not for marketing",)


def test_a_name_the_agreement_does_not_know_is_an_error_not_an_entry() -> None:
    course = Course(agreement()).create()
    with pytest.raises(UnknownName, match="promote"):
        course.fire("promot", "2026-03-02T10:00")
    assert course.kinds() == ["created"]
