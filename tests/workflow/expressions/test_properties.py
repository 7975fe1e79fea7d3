"""Expressions against an oracle: random trees, written as CEL and worked out in Python."""

from __future__ import annotations

import operator

from hypothesis import given, settings
from hypothesis import strategies as st

from slaflow.workflow.expressions.cel import ExpressionInvalid, Scope, split_conjunction
from slaflow.workflow.expressions.value import Unknown

NUMBERS = {"lead.a": "double", "lead.b": "double", "lead.n": "int", "lead.m": "int"}
TRUTHS = {"known.a": "bool", "lead.return": "bool", "open.office": "bool"}
SCOPE = Scope(NUMBERS | {name: "bool" for name in ("known.a", "lead.return")}, calendars=("office",))
VALUES = {"lead.a": 2.5, "lead.b": -4.0, "lead.n": 3, "lead.m": -7}

CALCULATIONS = {"+": operator.add, "-": operator.sub, "*": operator.mul}
COMPARISONS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def leaf(*names):
    literals = st.integers(0, 40).map(lambda number: (str(number), number))
    fields = st.sampled_from(names).map(lambda name: (name, VALUES[name]))
    return literals | fields


def calculation(parts):
    binary = st.tuples(parts, st.sampled_from(sorted(CALCULATIONS)), parts)
    negative = parts.map(lambda part: (f"-({part[0]})", -part[1]))
    return negative | binary.map(
        lambda drawn: (
            f"({drawn[0][0]} {drawn[1]} {drawn[2][0]})",
            CALCULATIONS[drawn[1]](drawn[0][1], drawn[2][1]),
        )
    )


def comparison(sides):
    return st.tuples(sides, st.sampled_from(sorted(COMPARISONS)), sides).map(
        lambda drawn: (
            f"{drawn[0][0]} {drawn[1]} {drawn[2][0]}",
            COMPARISONS[drawn[1]](drawn[0][1], drawn[2][1]),
        )
    )


DECIMALS = st.recursive(leaf("lead.a", "lead.b"), calculation, max_leaves=8)
WHOLES = st.recursive(leaf("lead.n", "lead.m"), calculation, max_leaves=8)


@given(comparison(DECIMALS) | comparison(WHOLES))
@settings(max_examples=50, deadline=None)
def test_arithmetic_agrees_with_python_whatever_is_written_as_a_whole_number(drawn):
    text, expected = drawn
    assert SCOPE.compile(text, "bool").evaluate(VALUES) is expected


TERMS = st.sampled_from([*((n if n != "open.office" else "open('office')", n) for n in TRUTHS)])


def logic(parts):
    both = st.tuples(parts, parts)
    return (
        parts.map(lambda part: (f"!({part[0]})", ("!", part[1])))
        | both.map(lambda two: (f"({two[0][0]} && {two[1][0]})", ("&&", two[0][1], two[1][1])))
        | both.map(lambda two: (f"({two[0][0]} || {two[1][0]})", ("||", two[0][1], two[1][1])))
    )


def three_valued(tree, values):
    """True, False or None: what is unset decides nothing, and hides nothing decided elsewhere."""
    if isinstance(tree, str):
        return values.get(tree)
    if tree[0] == "!":
        inner = three_valued(tree[1], values)
        return None if inner is None else not inner
    sides = [three_valued(side, values) for side in tree[1:]]
    decisive = tree[0] == "||"
    if decisive in sides:
        return decisive
    return None if None in sides else not decisive


@given(
    st.recursive(TERMS, logic, max_leaves=8),
    st.dictionaries(st.sampled_from(sorted(TRUTHS)), st.booleans()),
)
@settings(max_examples=50, deadline=None)
def test_what_is_unset_is_unknown_unless_the_rest_decides(drawn, values):
    text, tree = drawn
    compiled = SCOPE.compile(text, "bool")
    given_back, expected = compiled.evaluate(values), three_valued(tree, values)
    if expected is None:
        assert given_back == Unknown(tuple(name for name in compiled.order if name not in values))
        assert given_back.missing
    else:
        assert given_back is expected


WORDS = st.sampled_from(
    [
        *"lead.a lead.n known.a lead . a 1 2.5 'x' \"y ( ) [ ] { } , ? : && || ! - + * / % == < in".split(),
        *"true null open('office') has( size( duration('2d') .matches('(') // # = é 😀 \\".split(),
        *"stage.reached( timestamp( r' '''".split(),
    ]
)


@given(st.lists(WORDS, max_size=25).map(" ".join) | st.text(max_size=60), st.sampled_from(["any", "bool"]))
@settings(max_examples=50, deadline=None)
def test_any_text_compiles_or_is_refused_with_places_inside_it(text, result):
    try:
        problems = ()
        SCOPE.compile(text, result).evaluate(VALUES)
    except ExpressionInvalid as error:
        problems = error.problems
    assert all(0 <= problem.offset <= len(text) for problem in problems)
    assert all(problem.message and problem.message[-1] != "." for problem in problems)


@given(st.lists(WORDS, max_size=25).map(" ".join))
@settings(max_examples=50, deadline=None)
def test_clauses_of_a_conjunction_stand_where_they_say(text):
    clauses = split_conjunction(text)
    assert all(text[offset : offset + len(clause)] == clause for clause, offset in clauses)
    assert letters(text) == letters(" ".join(clause for clause, _ in clauses))


def letters(text):
    return "".join(text.replace("&&", " ").split())


@given(st.lists(comparison(WHOLES), min_size=1, max_size=6))
@settings(max_examples=50, deadline=None)
def test_clauses_together_mean_what_the_whole_means(drawn):
    text = " && ".join(words for words, _ in drawn)
    clauses = [SCOPE.compile(clause, "bool").evaluate(VALUES) for clause, _ in split_conjunction(text)]
    assert clauses == [expected for _, expected in drawn]
    assert SCOPE.compile(text, "bool").evaluate(VALUES) is all(clauses)
