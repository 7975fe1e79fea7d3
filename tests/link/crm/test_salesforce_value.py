"""Texts as the kinds of Salesforce's fields take them, and what stands in them as texts."""

from __future__ import annotations

import pytest

from slaflow.link.crm.salesforce_value import NotTaken, to_json, to_text


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("string", "a", "a"),
        ("string", "", None),
        ("picklist", None, None),
        ("boolean", " True ", True),
        ("boolean", "false", False),
        ("boolean", None, False),
        ("int", "-12", -12),
        ("double", "12", 12),
        ("currency", "1.50", 1.5),
        ("percent", ".5", 0.5),
        ("date", "2026-03-09", "2026-03-09"),
        ("datetime", "2026-03-09T09:30:00Z", "2026-03-09T09:30:00Z"),
        ("datetime", "2026-03-09T09:30:00.000+0100", "2026-03-09T09:30:00.000+0100"),
    ],
)
def test_a_text_is_sent_as_its_field_takes_it(kind: str, text: str | None, value: object) -> None:
    assert to_json(kind, text) == value
    assert type(to_json(kind, text)) is type(value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("boolean", "yes"),
        ("int", "1.5"),
        ("int", "1e3"),
        ("double", "NaN"),
        ("double", "1" * 400),
        ("currency", "1,50"),
        ("double", "\u0661"),
        ("date", "2026-02-30"),
        ("date", "20260309"),
        ("datetime", "2026-03-09"),
        ("datetime", "2026-03-09T09:30:00"),
        ("datetime", "2026-03-09T25:30:00Z"),
    ],
)
def test_what_a_field_would_not_take_is_not_sent(kind: str, text: str) -> None:
    with pytest.raises(NotTaken):
        to_json(kind, text)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (True, "true"),
        (12.0, "12"),
        (12.5, "12.5"),
        (12, "12"),
        ("", None),
        (None, None),
        ({"city": "Lund"}, None),
        ("2026-03-09T09:30:00.000+0000", "2026-03-09T09:30:00.000Z"),
        ("at +0000", "at +0000"),
    ],
)
def test_what_stands_there_is_told_as_a_text(found: object, text: str | None) -> None:
    assert to_text(found) == text
