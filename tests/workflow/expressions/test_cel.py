"""Expressions: what they may say, how they are refused, and what they give."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.scope import SCOPE, problems, value

from slaflow.workflow.expressions.cel import split_conjunction
from slaflow.workflow.expressions.value import Unknown


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("lead.employees >= 50", {"lead__employees": 50}, True),
        ("lead.country in ['SE', 'NO']", {"lead__country": "DK"}, False),
        ("!lead.on_hold && contacted", {"lead__on_hold": False, "contacted": True}, True),
        ("lead.country.startsWith('S') ? 'north' : 'south'", {"lead__country": "SE"}, "north"),
        ("fit + engagement", {"fit": 20.0, "engagement": 12.5}, 32.5),
        ("lead.employees % 7", {"lead__employees": 23}, 2),
        ("string(lead.employees) + '!'", {"lead__employees": 3}, "3!"),
        ("lead.employees > 3 // a note", {"lead__employees": 4}, True),
        ('lead .\n country == "it\'s"', {"lead__country": "it's"}, True),
        ("'''two\nlines'''", {}, "two\nlines"),
        (r"'\u00e9\x41\101\n' + r'\d'", {}, "éAA\n\\d"),
        ("0x1F", {}, 31),
        ("null", {}, None),
    ],
)
def test_an_expression_gives_a_plain_value(text, values, expected):
    given = value(text, **values)
    assert given == expected
    assert type(given) is type(expected)


def test_instants_are_compared_and_given_in_utc():
    friday = datetime(2026, 3, 6, 13, 30, tzinfo=UTC)
    assert value("lead.callback_on - duration('48h') < now", lead__callback_on=friday, now=friday) is True
    assert value("now", "timestamp", now=friday) == friday
    assert value("timestamp('2026-03-06T14:30:00+01:00')") == friday


def test_what_is_not_set_is_unknown_and_named_in_order():
    given = value("lead.score > 3 && lead.country == 'SE' && lead.score < 9")
    assert given == Unknown(("lead.score", "lead.country"))


def test_none_counts_as_not_set():
    assert value("lead.country == lead.return", lead__country=None, lead__return=None) == Unknown(
        ("lead.country", "lead.return")
    )


def test_what_is_known_decides_where_it_can():
    assert value("lead.employees >= 50 || lead.country == 'SE'", lead__country="SE") is True


def test_a_failed_operation_is_unknown_with_its_reason():
    given = value("10 / lead.employees > 1", lead__employees=0)
    assert given == Unknown((), "divide by zero")


@pytest.mark.parametrize("result", ["any", "double", "number"])
def test_a_number_that_is_not_finite_is_unknown(result):
    given = value("lead.score / lead.discount", result, lead__score=1.0, lead__discount=0.0)
    assert given == Unknown((), "not a finite number")


def test_an_error_is_not_taken_for_text():
    assert value("string(10 / lead.employees)", "string", lead__employees=0) == Unknown((), "divide by zero")


def test_text_with_a_nul_does_not_pass_for_what_stands_before_it():
    given = value("lead.country == 'SE'", lead__country="SE\0")
    assert given == Unknown((), "lead.country holds a NUL character")


@pytest.mark.parametrize(
    "odd", [object(), "text", 2**70, 1.5, [], "\ud800", datetime(2026, 3, 6, tzinfo=UTC)]
)
@pytest.mark.parametrize("text", ["lead.employees > 3", "lead.country == 'SE'", "contacted", "now > now"])
def test_evaluation_never_raises(text, odd):
    names = SCOPE.compile(text, "bool").names
    given = SCOPE.compile(text, "bool").evaluate(dict.fromkeys(names, odd))
    assert given in (True, False) or isinstance(given, Unknown)


def test_a_whole_number_where_a_double_is_wanted_is_given_as_one():
    given = value("lead.employees", "double", lead__employees=4)
    assert (given, type(given)) == (4.0, float)
    assert value("5", "number") == 5


@pytest.mark.parametrize(
    "text",
    [
        "lead.score > 3",
        "3 < lead.score",
        "lead.score > -3",
        "lead.score > (3)",
        "lead.score > 2 * 2 - 1",
        "lead.score + 1 + 1 + 1 > 6",
        "1 + 1 + lead.score > 5",
        "lead.score in [1, (4), -3]",
        "4 in [lead.score]",
        "lead.score > (contacted ? 3 : 2)",
        "lead.score > (contacted ? 3 : 2.5)",
        "lead.score >= 3 * lead.score - 0x08",
        "-lead.score < -3 && lead.score == 4",
    ],
)
def test_a_whole_number_beside_a_decimal_is_read_as_a_decimal(text):
    assert value(text, "bool", lead__score=4.0, contacted=True) is True


def test_a_whole_number_beside_an_int_stays_one():
    assert value("7 / 2 == lead.employees", lead__employees=3) is True
    assert value("lead.score > 3 && 7 / 2 == 3", lead__score=4.0) is True


def test_the_sample_agreements_checks_compile():
    text = "answer.expected_return >= 3 * answer.investment"
    assert value(text, "bool", answer__expected_return=30.0, answer__investment=10.0) is True
    assert value(text, "bool", answer__expected_return=29.9, answer__investment=10.0) is False


@pytest.mark.parametrize("text", ["lead.employees > lead.score", "lead.score in [1, lead.employees]"])
def test_an_int_field_beside_a_decimal_wants_double(text):
    [(_, message)] = problems(text)
    assert message.endswith("; write double(lead.employees)")


def test_stages_and_calendars_are_variables():
    compiled = SCOPE.compile("stage.reached('decision') && open( \"office\" ) && open('true')", "bool")
    assert compiled.names == {"stage.reached.decision", "open.office", "open.true"}
    assert compiled.evaluate(dict.fromkeys(compiled.names, True)) is True
    assert value("stage.reached('in')", "bool", **{"stage.reached.in": True}) is True


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("stage.reached('decison')", 14, 'unknown stage "decison"; did you mean "decision"?'),
        ("contacted && open('ofice')", 18, 'unknown calendar "ofice"; did you mean "office"?'),
        ("open(lead.country)", 0, "open() takes the name of one calendar in quotes"),
        ("stage.reached()", 0, "stage.reached() takes the name of one stage in quotes"),
        ("open('office', 'true')", 0, "open() takes the name of one calendar in quotes"),
        ("open.office", 0, "write open('office')"),
        ("stage.reached.decision", 0, "write stage.reached('decision')"),
        ("lead.country.open('office')", 0, 'unknown function "open"'),
    ],
)
def test_other_forms_of_stages_and_calendars_are_refused(text, offset, message):
    assert problems(text) == [(offset, message)]


def test_names_are_those_it_reads():
    compiled = SCOPE.compile("lead.country.size() > 2 && lead.return == 'now' || fit > 1.0", "bool")
    assert compiled.names == {"lead.country", "lead.return", "fit"}
    assert compiled.order == ("lead.country", "lead.return", "fit")


def test_reserved_words_of_cel_are_names_after_a_dot():
    text = "lead.return == 'a' && input.package == 'b' && lead.if > 1 && activity.while.count > 2"
    values = {"lead__return": "a", "input__package": "b", "lead__if": 2, "activity__while__count": 3}
    assert value(text, "bool", **values) is True


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("a && (b || c) && 'x && y' == z", [("a", 0), ("(b || c)", 5), ("'x && y' == z", 17)]),
        ("  a\n && b ", [("a", 2), ("b", 8)]),
        ("a && b || c", [("a && b || c", 0)]),
        (" a ? b && c : d", [("a ? b && c : d", 1)]),
        ("a in ['x', 'y'] && b", [("a in ['x', 'y']", 0), ("b", 19)]),
        ("a && (b", [("a && (b", 0)]),
        ("a && 'b", [("a && 'b", 0)]),
        ("a // && b", [("a // && b", 0)]),
        ("a", [("a", 0)]),
    ],
)
def test_a_conjunction_is_split_into_its_clauses(text, clauses):
    assert split_conjunction(text) == clauses


def test_expressions_are_equal_where_their_words_are():
    first, second = (SCOPE.compile("lead.employees > 3", "bool") for _ in range(2))
    assert first == second
    assert first != SCOPE.compile("lead.employees > 4", "bool")
