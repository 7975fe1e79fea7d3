"""Questions to Salesforce: whatever a prospect wrote is asked for as it is, and asks for nothing itself."""

from __future__ import annotations

from datetime import timedelta, timezone
from urllib.parse import quote

import pytest
from doubles import soql as double
from hypothesis import example, given
from hypothesis import strategies as st
from support.builders import utc

from slaflow.link.crm.salesforce_id import long_id
from slaflow.link.crm.soql import among, askable, instant, is_name, literal, question


@given(st.text())
@example("' OR Name != '")
@example("\\' OR Name != \\'")
@example("\\\\'\"%_\n\r\t\b\f\0\x7f\u2028")
def test_a_text_is_read_back_as_it_was_and_as_one_text(text: str) -> None:
    ((kind, token),) = double._tokens(literal(text))
    assert (kind, double._unquoted(token)) == ("text", text)


def test_half_of_a_character_is_written_out() -> None:
    assert literal("\ud83d") == "'\\uD83D'"


@pytest.mark.parametrize("name", ["Email", "Slaflow_State__c", "ns__Score__c", "A"])
def test_names_of_fields_are_names(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "name", ["", "Id FROM User", "Email,Id", "Name'", "1st", "_a", "a_", "a___b", "Été", "a" * 81, "Email\n"]
)
def test_what_is_no_name_is_never_asked_for(name: str) -> None:
    assert not is_name(name)
    with pytest.raises(ValueError, match="is no name"):
        question([name], "Lead", "Id != null")
    with pytest.raises(ValueError, match="is no name"):
        question(["Email"], name, "Id != null")
    with pytest.raises(ValueError, match="is no name"):
        among(name, ["a"])


def test_a_field_is_named_once_however_often_it_is_wanted() -> None:
    asked = question(["email", "Email"], "Lead", among("Email", ["o'hara@example.com"]), ["Id"], 5)
    assert asked == "SELECT Id, Email FROM Lead WHERE Email IN ('o\\'hara@example.com') ORDER BY Id LIMIT 5"


def test_an_instant_is_told_in_utc() -> None:
    at = utc("2026-03-09 12:30").replace(microsecond=999_999)
    assert instant(at.astimezone(timezone(timedelta(hours=5)))) == "2026-03-09T12:30:00.999Z"


def test_questions_stay_short_enough_for_an_address() -> None:
    values = [f"{'å' * 100}{number}@example.com" for number in range(200)]
    parts = list(askable([*values, "", "  ", "a" * 256]))
    assert [value for part in parts for value in part] == values
    assert all(len(quote(question(["Email"], "Lead", among("Email", part)))) < 12_000 for part in parts)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("a01M00000062mPg", "a01M00000062mPgIAI"),
        ("001M000000qfPyS", "001M000000qfPySIAU"),
        ("a0D30000001n7Pi", "a0D30000001n7PiEAI"),
        ("00Q5f000008AsnD", "00Q5f000008AsnDEAS"),
    ],
)
def test_an_id_is_one_however_it_is_written(short: str, long: str) -> None:
    assert {long_id(each) for each in (short, long, long.lower(), long.upper(), f" {short} ")} == {long}


@pytest.mark.parametrize(
    "text", ["", "00Q5f000008Asn", "00Q5f000008AsnDEA", "00Q5f000008Asn'", "0" * 15 + "555"]
)
def test_what_is_no_id_is_none(text: str) -> None:
    assert long_id(text) is None
