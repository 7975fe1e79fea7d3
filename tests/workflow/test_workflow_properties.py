"""Whatever a file holds: no traceback, and every finding stands in it. Values come back as they were."""

from __future__ import annotations

import string
from datetime import UTC, date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from support.agreement import SMALL, STANDARD

from slaflow.workflow.checks.moves import on_circles, reached
from slaflow.workflow.load import Checked, load_workflow
from slaflow.workflow.model.lead import Field
from slaflow.workflow.model.values import from_cel, parse_value, to_cel

ZONE = "Europe/Stockholm"
WORDS = st.one_of(
    st.sampled_from(["", "x", "5", "-1", "[]", "{}", "~", "true", "mql", "sales"]),
    st.sampled_from(["'", '"', ": ", "- ", "&a ", "*a", "!!int ", "#", "\t", "\n  ", "\u00e9", "\u2028"]),
)
TYPED = {
    "int": st.integers(-(2**63), 2**63 - 1),
    "decimal": st.decimals(allow_nan=False, allow_infinity=False, places=4),
    "bool": st.booleans(),
    "date": st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 1, 1)),
    "datetime": st.datetimes(timezones=st.just(UTC)).filter(lambda at: at.year >= 1900),
    "string": st.text(string.printable),
}


def stands_in(text: str, found: Checked) -> bool:
    """Every finding has a line of the text and a column of that line, or the one after its end."""
    lines = text.splitlines() or [""]
    lines.append("")
    findings = found.errors + found.warnings
    return all(1 <= f.line <= len(lines) and 1 <= f.column <= len(lines[f.line - 1]) + 1 for f in findings)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200))
def test_any_text_ends_in_a_workflow_or_in_findings(text: str) -> None:
    found = load_workflow(text)
    assert (found.workflow is None) == bool(found.errors)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_do_too(data: bytes) -> None:
    found = load_workflow(data)
    assert (found.workflow is None) == bool(found.errors)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_an_agreement_with_a_slip_of_the_keyboard_is_judged_where_the_slip_is(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([SMALL, STANDARD]))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 12))
        text = text[:start] + data.draw(WORDS) + text[end:]
    found = load_workflow(text)
    assert (found.workflow is None) == bool(found.errors)
    assert stands_in(text, found)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(STANDARD.splitlines()) - 1), st.integers(1, 3))
def test_lines_left_out_are_no_traceback(first: int, count: int) -> None:
    lines = STANDARD.splitlines(keepends=True)
    text = "".join(lines[:first] + lines[first + count :])
    assert stands_in(text, load_workflow(text))


@given(st.sampled_from(sorted(TYPED)), st.data())
def test_what_is_stored_stays_as_it_is(type_: Any, data: st.DataObject) -> None:
    declared = Field("x", type_)
    stored = parse_value(declared, str(data.draw(TYPED[type_])), ZONE)
    assert parse_value(declared, stored, ZONE) == stored
    if type_ != "decimal":  # a float keeps 15 digits of it
        assert from_cel(declared, to_cel(declared, stored, ZONE), ZONE) == stored


@given(st.sets(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=12))
def test_a_way_is_on_a_circle_if_its_end_leads_to_its_start(ways: set[tuple[str, str]]) -> None:
    assert on_circles(ways) == {(a, b) for a, b in ways if a in reached([b], ways)}
