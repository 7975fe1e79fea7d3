"""What nobody sees in an address: refused in values and in files, and read where it stands already."""

from __future__ import annotations

import pytest
from support.agreement import SMALL, checked, small

from slaflow.errors import InvalidValue
from slaflow.workflow.load import load_workflow
from slaflow.workflow.model.lead import Field
from slaflow.workflow.model.values import from_cel, parse_value

ZWSP = "holds U+200B (zero width space), which nobody sees; write it without"
DESK = ("parties: [marketing, sales]", 'parties: {marketing: {desk: "d\\u200besk@example.com"}, sales: {}}')


@pytest.mark.parametrize(
    ("type_", "raw", "shown"),
    [
        ("email", "kim\u200b@example.com", "kim[U+200B]@example.com"),
        ("url", "https://exa\u200bmple.com", "https://exa[U+200B]mple.com"),
    ],
)
def test_an_address_is_refused_with_the_code_point_and_can_be_logged_without_the_value(
    type_: str, raw: str, shown: str
) -> None:
    field = Field("at", type_)  # type: ignore[arg-type]
    for read in (parse_value, from_cel):
        with pytest.raises(InvalidValue) as refusal:
            read(field, raw, "UTC")
        assert str(refusal.value) == f'at: "{shown}" {ZWSP}'
        assert refusal.value.unquoted == f"at: what was given {ZWSP}"
        assert read(field, raw, "UTC", takes_unseen=True) == raw


@pytest.mark.parametrize("text", ["\u200bx", "a\u00adb", "\u202eabc", "\U0001f469\u200d\U0001f52c"])
def test_other_text_is_as_it_is(text: str) -> None:
    assert parse_value(Field("note", "string"), text, "UTC") == text


def test_an_address_in_a_file_is_refused_where_it_stands_and_kept_in_a_version_in_force() -> None:
    text = small(DESK)
    assert [(e.path, e.message) for e in checked(text).errors] == [
        ("parties.marketing.desk", f'"d[U+200B]esk@example.com" {ZWSP}')
    ]
    assert load_workflow(text, holidays={}).workflow is not None
    assert SMALL != text
