"""A field's values: typed by people, stored, seen by expressions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from slaflow.errors import InvalidValue
from slaflow.workflow.model.lead import Field
from slaflow.workflow.model.values import as_typed, check_address, from_cel, parse_value, to_cel

ZONE = "Europe/Stockholm"


def field(type_: Any, **given: Any) -> Field:
    return Field("employees", type_, **given)


@pytest.mark.parametrize(
    ("type_", "raw", "stored"),
    [
        ("string", "Acme", "Acme"), ("string", "", ""), ("text", " a\nb ", " a\nb "),
        ("int", "12", 12), ("int", " -3 ", -3), ("int", 7, 7), ("int", str(2**63 - 1), 2**63 - 1),
        ("decimal", "0.0", "0"), ("decimal", "-0", "0"), ("decimal", "1.50", "1.5"),
        ("decimal", "1e3", "1000"),
        ("decimal", 0.1, "0.1"), ("decimal", 5, "5"), ("decimal", Decimal("10.00"), "10"),
        ("decimal", "1E-7", "0.0000001"), ("decimal", "100", "100"),
        ("bool", "true", True), ("bool", "False", False), ("bool", True, True),
        ("date", "2026-03-06", "2026-03-06"), ("date", date(2026, 3, 6), "2026-03-06"),
        ("datetime", "2026-03-06T14:30:00+01:00", "2026-03-06T13:30:00Z"),
        ("datetime", "2026-03-06 14:30Z", "2026-03-06T14:30:00Z"),
        ("datetime", datetime(2026, 3, 6, 13, tzinfo=UTC), "2026-03-06T13:00:00Z"),
        ("email", " Kim@Example.com ", "Kim@Example.com"),
        ("url", "https://example.com/a?b=c", "https://example.com/a?b=c"),
        ("int", None, None),
    ],
)  # fmt: skip
def test_the_stored_form_of_what_is_given(type_: str, raw: object, stored: object) -> None:
    found = parse_value(field(type_), raw, ZONE)
    assert (found, type(found)) == (stored, type(stored))


@pytest.mark.parametrize(
    ("type_", "raw", "message"),
    [
        ("int", "abc", 'employees: "abc" is not a whole number'),
        ("int", True, 'employees: "true" is not a whole number'),
        ("int", Decimal("3.5"), 'employees: "3.5" is not a whole number'),
        ("int", 2**63, "employees: a whole number has at most 64 bits"),
        ("int", "٣", 'employees: "٣" is not a whole number'),
        ("decimal", "1,5", 'employees: "1,5" is not a number'),
        ("decimal", float("nan"), 'employees: "nan" is not a number'),
        ("decimal", "1e999", "employees: a number has at most 100 digits"),
        ("decimal", Decimal("1e999999999"), "employees: a number has at most 100 digits"),
        ("decimal", False, 'employees: "false" is not a number'),
        ("bool", "yes", 'employees: "yes" is neither true nor false'),
        ("bool", 1, 'employees: "1" is neither true nor false'),
        ("string", 5, 'employees: "5" is not text; put it in quotes'),
        ("string", "a\0b", 'employees: "a\0b" holds a character that cannot be stored'),
        ("text", "x" * 100_001, "employees: longer than 100,000 characters"),
        ("date", "06/03/2026", 'employees: "06/03/2026" is not a date; write 2026-03-06'),
        ("date", "2026-02-30", 'employees: "2026-02-30" is not a date: day is out of range for month'),
        ("date", "0001-01-01", 'employees: "0001-01-01" is not a date between the years 1000 and 9998'),
        ("datetime", "2026-03-06T14:30:00", "has no offset; write 2026-03-06T14:30:00+01:00"),
        ("datetime", "2026-03-06", "has no offset; write 2026-03-06T00:00:00+01:00"),
        ("datetime", "2026-07-06T08:00", "has no offset; write 2026-07-06T08:00:00+02:00"),
        ("datetime", "tomorrow", "is not an instant; write 2026-03-06T14:30:00+01:00"),
        ("datetime", "0001-01-01T00:00:00+14:00", "is not an instant"),
        ("email", "kim@", 'employees: "kim@" is not an e-mail address'),
        ("email", "a@b@c", 'employees: "a@b@c" is not an e-mail address'),
        ("url", "ftp://example.com", "is not a web address; write https://example.com"),
        ("url", "javascript:alert(1)", "is not a web address"),
        ("url", "http://[", "is not a web address"),
    ],
)
def test_a_value_its_field_does_not_take_is_refused_in_words(type_: str, raw: object, message: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        parse_value(field(type_), raw, ZONE)
    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("declared", "raw", "message"),
    [
        (
            field("string", one_of=("web", "event")),
            "wbe",
            '"wbe" is not one of web, event; did you mean "web"?',
        ),
        (field("int", one_of=(1, 2)), "3", '"3" is not one of 1, 2'),
        (field("decimal", one_of=("0.5",)), "0.6", '"0.6" is not one of 0.5'),
        (field("int", min=Decimal(10)), "9", '"9" is below 10'),
        (field("decimal", max=Decimal("1.5")), "1.51", '"1.51" is above 1.5'),
        (field("date", min=date(2026, 1, 1)), "2025-12-31", '"2025-12-31" is below 2026-01-01'),
        (field("text", min_length=10), "too short", '"too short" is shorter than 10 characters'),
        (field("string", pattern="^[A-Z]{2}$"), "sE", '"sE" does not match ^[A-Z]{2}$'),
    ],
)
def test_limits_of_a_field(declared: Field, raw: str, message: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        parse_value(declared, raw, ZONE)
    assert str(refusal.value) == f"employees: {message}"


@pytest.mark.parametrize(
    ("type_", "raw", "typed"),
    [
        ("int", "120.0", 120), ("int", " -3. ", -3), ("int", 120.0, 120), ("int", Decimal("7.00"), 7),
        ("int", "120.5", "120.5"), ("int", "1e3", "1e3"), ("int", True, True), ("int", "abc", "abc"),
        ("decimal", "120.0", "120.0"), ("date", "2199-12-31", "2199-12-31"), ("date", None, None),
        ("date", "06/03/4026", "06/03/4026"),
    ],
)  # fmt: skip
def test_a_whole_number_may_be_typed_with_a_point(type_: str, raw: object, typed: object) -> None:
    """As it is typed, not as it is decided: what a log holds as refused stays refused when replayed."""
    assert as_typed(field(type_), raw) == typed
    with pytest.raises(InvalidValue):
        parse_value(field("int"), "120.0", ZONE)


@pytest.mark.parametrize(
    ("type_", "raw", "years"),
    [
        ("date", "2200-01-01", "1000 to 2199"),
        ("date", date(9998, 12, 31), "1000 to 2199"),
        ("datetime", "2200-01-01T00:00Z", "1900 to 2199"),
        ("datetime", "1899-12-31T23:00Z", "1900 to 2199"),
    ],
)
def test_no_clock_is_kept_for_what_lies_too_far_away(type_: str, raw: object, years: str) -> None:
    with pytest.raises(InvalidValue, match=f"lies beyond the years {years}") as refusal:
        as_typed(field(type_), raw)
    assert refusal.value.unquoted == f"employees: what was given lies beyond the years {years}"


def test_limits_hold_at_their_very_value() -> None:
    assert parse_value(field("int", min=Decimal(10), max=Decimal(10)), "10", ZONE) == 10
    assert parse_value(field("string", pattern="^[A-Z]{2}$"), "SE", ZONE) == "SE"
    assert parse_value(field("decimal", one_of=("0.5",)), "0.50", ZONE) == "0.5"


def test_a_catastrophic_pattern_costs_nothing() -> None:
    """Python's own engine would take longer than the universe has."""
    declared = field("string", pattern="^(a+)+$")
    with pytest.raises(InvalidValue, match="does not match"):
        parse_value(declared, "a" * 50_000 + "!", ZONE)


def test_expressions_see_floats_and_aware_instants() -> None:
    assert to_cel(field("decimal"), "1.5", ZONE) == 1.5
    assert to_cel(field("date"), "2026-07-01", ZONE) == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert to_cel(field("datetime"), "2026-03-06T13:30:00Z", ZONE) == datetime(2026, 3, 6, 13, 30, tzinfo=UTC)
    assert to_cel(field("int"), 5, ZONE) == 5
    assert to_cel(field("int"), None, ZONE) is None


def test_a_day_without_midnight_starts_when_the_clock_does() -> None:
    """In Sao Paulo the clock went from 00:00 to 01:00 on 4 November 2018."""
    start = to_cel(field("date"), "2018-11-04", "America/Sao_Paulo")
    assert start == datetime(2018, 11, 4, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("type_", "result", "stored"),
    [
        ("decimal", 0.1 + 0.2, "0.3"),
        ("decimal", 3, "3"),
        ("int", 4.0, 4),
        ("date", datetime(2026, 6, 30, 22, tzinfo=UTC), "2026-07-01"),
        ("datetime", datetime(2026, 6, 30, 22, tzinfo=UTC), "2026-06-30T22:00:00Z"),
        ("string", "x", "x"),
        ("bool", None, None),
    ],
)
def test_what_an_expression_gives_is_stored_like_any_value(
    type_: str, result: object, stored: object
) -> None:
    assert from_cel(field(type_), result, ZONE) == stored


@pytest.mark.parametrize(
    ("type_", "result"), [("int", 1.5), ("decimal", float("inf")), ("string", 5), ("bool", 1)]
)
def test_what_does_not_fit_is_refused_there_too(type_: str, result: object) -> None:
    with pytest.raises(InvalidValue):
        from_cel(field(type_), result, ZONE)


@pytest.mark.parametrize(
    "text",
    [
        "anna@example.com",
        "o'brien+x@mail.example.co.uk",
        "_x@example.com",
        "jürgen@münchen.example",
        "a@localhost",
    ],
)
def test_an_address_that_mail_can_be_sent_to(text: str) -> None:
    assert check_address(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("bad", "@x.com", "a@", "a@@x.com", "a@x..com", "a@.com", "a@-x.com"),
        *("=cmd@x.com", "+1@x.com", "-a@x.com", '"a b"@x.com', "a b@x.com", "a,b@x.com"),
        *("a@x.com\n", "a\x1b@x.com", f"{'a' * 65}@x.com", f"a@{'x' * 64}.com"),
    ],
)
def test_what_is_no_address_or_a_formula_to_a_table(text: str) -> None:
    with pytest.raises(InvalidValue, match="is not an e-mail address"):
        check_address(text)
