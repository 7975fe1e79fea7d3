"""What is refused before any lead meets it, with its place and in our words."""

from __future__ import annotations

import subprocess
import sys

import pytest
from support.scope import SCOPE, problems, value


def test_all_problems_are_told_at_once_with_their_places():
    assert problems("lead.emplyees > 3 && lead.country > 4 && lead.source == 'wbe' && !fit") == [
        (0, 'unknown name "lead.emplyees"; did you mean "lead.employees"?'),
        (34, "cannot compare string with int"),
        (56, '"wbe" is not a value of lead.source; did you mean "web"?'),
        (65, "! needs bool, not double"),
    ]


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("lead.employees == 'a'", 15, "cannot compare int with string"),
        ("'é😀' == lead.employees", 5, "cannot compare string with int"),
        ("lead.country ==\n\n null", 13, "cannot compare string with null"),
        ("lead.country + 1", 13, "cannot add int to string"),
        ("now + now", 4, "cannot add timestamp to timestamp"),
        ("lead.score % 2", 11, "% takes int, not double"),
        ("contacted && lead.employees", 10, "&& needs bool on both sides, not bool and int"),
        ("lead.employees ? 1 : 2", 15, "what stands before ? must be bool, not int"),
        ("contacted ? 1 : 'a'", 10, "both sides of : must be of one type, not int and string"),
        ("-lead.country", 0, "cannot negate string"),
        ("lead.country in 'SE'", 13, "in needs a list like ['a', 'b'] after it, not string"),
        ("lead.employees in [1, 'a']", 22, "cannot compare int with string"),
        ("size(lead.employees)", 4, "size() does not take int"),
        ("lead.country.contains(3)", 21, "string.contains() does not take int"),
        ("lead.country.size(3)", 17, "size() does not take these values"),
        ("double()", 6, "double() does not take these values"),
        (
            "now > '2026-03-01'",
            4,
            "cannot compare timestamp with string; write timestamp('2026-03-01T00:00:00Z')",
        ),
        ("lead.country.foo", 0, 'unknown name "lead.country.foo"; did you mean "lead.country"?'),
        ("return == 'a'", 0, 'unknown name "return"; did you mean "lead.return"?'),
    ],
)
def test_a_type_error_is_told_in_our_words(text, offset, message):
    assert problems(text) == [(offset, message)]


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("", 0, "an expression is missing here"),
        (" // nothing", 0, "an expression is missing here"),
        ("lead.employees >", 16, "the expression ends where a value is expected"),
        ("(contacted", 10, 'the expression ends where ")" is expected'),
        ("contacted)", 9, 'unexpected ")" where an operator is expected'),
        ("lead.", 5, "the expression ends where a name is expected"),
        ("lead.country = 'a'", 13, "a single = is not CEL; write =="),
        ("contacted & contacted", 10, "a single & is not CEL; write &&"),
        ("contacted and contacted", 10, '"and" is not CEL; write &&'),
        ("not contacted", 4, '"not" is not CEL; write !'),
        ("!-lead.employees", 1, 'put parentheses around what follows "!"'),
        ("'abc", 0, "this text has no closing '"),
        (r"lead.country == '\d'", 17, r"unknown escape \d; write \\d for a backslash"),
        ("50x", 0, 'cannot read the number "50x"'),
        ("5u", 0, 'cannot read the number "5u"'),
        ("1e400", 0, "the number 1e400 is too large"),
        ("9223372036854775808", 0, "this number is too large"),
        ("`lead`", 0, 'unexpected "`"'),
        ("in == 3", 0, 'unexpected "in" where a value is expected'),
        ("lead.country == '\ud800'", 16, "this text holds half a character (a lone surrogate)"),
        (r"'\ud800'", 1, r"unknown escape \ud800; write \\ud800 for a backslash"),
        (r"'a\0000'", 0, "a NUL character cannot stand in text"),
    ],
)
def test_what_is_no_expression_is_told_where(text, offset, message):
    assert problems(text) == [(offset, message)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("has(lead.country)", "has() is not available; write known.<field>"),
        ("lead.country.all(c, c == 'a')", "all() is not available: there are no lists to go through"),
        ("[1, 2].map(x, x * 2)", "map() is not available: there are no lists to go through"),
        ("cel.bind(x, 1, x)", 'unknown function "bind"'),
        ("dyn(1) == 'a'", "dyn() is not available: every name has its type"),
        ("type(1)", "type() is not available: every name has its type"),
        ("[1, 2]", "a list may stand only after in"),
        ("1 in [[1]]", "a list may stand only after in"),
        ("{'a': 1}", "maps cannot be written here"),
        ("Lead{a: 1}", "{ cannot stand after a value; lists stand after in, maps and structures nowhere"),
        (
            "lead.country[0]",
            "[ cannot stand after a value; lists stand after in, maps and structures nowhere",
        ),
        ("b'a'", "bytes are not available; write text without the b"),
        ("bytes('a')", "bytes are not available; compare text"),
        ("lead.country.startswith('a')", 'unknown function "startswith"; did you mean "startsWith"?'),
        ("startsWith('a')", "startsWith() follows a value and a dot"),
        ("lead.country.string()", "write string(lead.country)"),
        ("lead.employees / 0 > 1", "this divides by zero"),
        ("lead.employees % (-0) > 1", "this divides by zero"),
        ("duration('2d') > duration('1h')", "CEL does not know days; write 48h"),
        ("duration('1w') > duration('1h')", "CEL does not know weeks; write 168h"),
        ("now - duration('soon') > now", '"soon" is not a duration; CEL knows h, m and s, as in 1h30m'),
        (
            "now > timestamp('2026-03-01')",
            '"2026-03-01" is not an instant with its offset; write 2026-03-01T00:00:00Z',
        ),
        ("lead.country.matches('(a')", "not a regular expression: missing ): (a"),
        ("matches(lead.country, '(?=a)')", "not a regular expression: invalid perl operator: (?="),
        ("now.getHours('Mars/Base') > 2", 'unknown time zone "Mars/Base"'),
        (
            "now.getHours('localtime') > 2",
            'time zone "localtime" is another one on each machine; write one like Europe/Stockholm',
        ),
        ("int('x') > 1", 'int() cannot read "x"'),
    ],
)
def test_what_would_fail_or_blow_up_when_run_is_refused(text, message):
    assert message in [told for _, told in problems(text)]


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("lead.source == 'wbe'", 15),
        ("'wbe' != lead.source", 0),
        ("(lead.source) == ('wbe')", 18),
        ("lead.source in ['web', 'wbe']", 23),
        ("lead.source == (contacted ? 'web' : 'wbe')", 36),
    ],
)
def test_a_literal_outside_one_of_is_told_at_its_place(text, offset):
    assert problems(text) == [(offset, '"wbe" is not a value of lead.source; did you mean "web"?')]


def test_numbers_are_held_against_one_of_by_value():
    assert value("lead.tier in [1, 3] && lead.discount != 2.5", lead__tier=3, lead__discount=0.5) is True
    assert problems("lead.tier == 4") == [(13, '"4" is not a value of lead.tier; it is one of 1, 2, 3')]
    assert problems("lead.discount == 3")[0][0] == 17


def test_a_literal_that_is_stored_must_be_one_of_the_fields_values():
    assert problems("'wbe'", "string", one_of=("web", "event"))[0][0] == 0
    assert SCOPE.compile("contacted ? 'web' : 'event'", "string", one_of=("web", "event"))


@pytest.mark.parametrize(
    ("text", "result", "message"),
    [
        ("lead.employees", "bool", "this gives int where bool is expected"),
        ("lead.country", "number", "this gives string where a number is expected"),
        ("lead.score", "int", "this gives double where int is expected"),
        ("null", "bool", "this gives null where bool is expected"),
        ("null", "number", "this gives null where a number is expected"),
        ("now - now", "any", "this gives duration where a plain value is expected"),
    ],
)
def test_the_result_is_of_the_type_asked_for(text, result, message):
    assert problems(text, result) == [(0, message)]


@pytest.mark.parametrize("result", ["any", "int", "double", "string", "timestamp"])
def test_null_empties_a_field(result):
    assert value("null", result) is None
    assert SCOPE.compile("null", "bool", nullable=True).evaluate({}) is None


def test_length_is_bounded():
    assert SCOPE.compile("contacted" + " " * 1991, "bool")
    assert problems("contacted" + " " * 1992) == [(2000, "longer than 2,000 characters (2,001)")]


HOSTILE = [
    "'(' * 990 + '1' + ')' * 990",
    "'!' * 1990 + 'true'",
    "'-' * 1990 + '1'",
    "'[' * 2000",
    "'{' * 2000",
    "'f(' * 1000",
    "'lead' + '.a' * 990",
    "'1' + '+1' * 990",
    "'true' + ' == true' * 240",
    "'true ? 1 : ' * 180 + '1'",
    "'true ? ' * 280",
    "\"'a'\" + '.size()' * 280",
    "'true' + ' && true' * 240",
    "'(' * 31 + '1' + ')' * 31",
    '"\'" * 1999',
    "\"'x'.matches('\" + '(a{1000}){1000}' * 100 + \"')\"",
    "\"'\" + 'a' * 60 + \"b'.matches('(a+)+(a|aa)+$')\"",
]


def test_hostile_expressions_end_in_a_verdict_and_never_in_a_crash():
    """In a process of its own: a stack overflow in C++ would take the test run with it."""
    script = (
        "from slaflow.workflow.expressions.cel import *\n"
        "scope = Scope({'lead.a': 'int'})\n"
        f"for text in [{', '.join(HOSTILE)}]:\n"
        "    try: scope.compile(text, 'any').evaluate({})\n"
        "    except ExpressionInvalid as error: assert error.problems\n"
        "print('survived')\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stdout) == (0, "survived\n"), run.stderr
