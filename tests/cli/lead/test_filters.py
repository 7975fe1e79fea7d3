"""Lists filtered by a name that nobody knows: a slip is told, and never answered with an empty list."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.commands import Slaflow, everywhere

LATER = "2026-03-07T08:00:00Z"


@everywhere
@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("lead", "list", "--state", "mqll"), 'unknown state "mqll"; did you mean "mql"?'),
        (
            ("lead", "list", "--state", "x", "--format", "json"),
            'unknown state "x"; known: accepted, mql, new, won',
        ),
        (
            ("lead", "list", "--owner", "ana@example.com"),
            'unknown user "ana@example.com"; did you mean "anna@example.com"?',
        ),
        (
            ("queue", "--owner", "ana@example.com"),
            'unknown user "ana@example.com"; did you mean "anna@example.com"?',
        ),
        (("queue", "--team", "nordic"), 'unknown team "nordic"; did you mean "nordics"?'),
        (("queue", "--party", "sale"), 'unknown party "sale"; did you mean "sales"?'),
        (("log", "list", "--target", "respnd"), 'unknown target "respnd"; did you mean "respond"?'),
        (("report", "sla", "--by", "compny"), 'unknown grouping "compny"; did you mean "company"?'),
    ],
)
def test_a_slip_is_wrong_usage(handed_over: Slaflow, words: tuple[str, ...], complaint: str) -> None:
    said = handed_over(*words)
    assert (said.code, said.out, said.err) == (2, "", f"slaflow: {complaint}\n")


def test_a_condition_is_looked_at_although_there_is_no_lead(office: Slaflow) -> None:
    said = office("lead", "list", "--where", "lead.scre >= 50", "--format", "json")
    assert (said.code, said.out) == (1, "")
    assert "lead.scre" in said.err
    assert office("lead", "list", "--where", "lead.score >= 50", "--format", "json").out == "[]\n"


def test_what_an_earlier_agreement_named_may_be_asked_for(handed_over: Slaflow, agreement: Path) -> None:
    text = agreement.read_text()
    for old, new in (
        ("mql", "sql"),
        ("respond", "answer"),
        ("accept,", "take,"),
        ("trigger: accept}", "trigger: take}"),
        ("nordics", "emea"),
        ("company", "city"),
    ):
        text = text.replace(old, new)
    agreement.write_text(text)
    assert handed_over("workflow", "activate", agreement, "--at", LATER).code == 0
    listed = handed_over(
        "lead", "list", "--state", "mql", "--where", "lead.company == ''", "--format", "json"
    )
    assert (listed.code, listed.err) == (0, "")
    for words in (
        ("lead", "list", "--state", "sql"),
        ("queue", "--team", "nordics"),
        ("log", "list", "--target", "close"),
        ("log", "list", "--trigger", "accept"),
    ):
        assert handed_over(*words).code == 0, words


def test_who_was_removed_may_be_asked_for_in_any_spelling(handed_over: Slaflow) -> None:
    assert handed_over("user", "remove", "anna@example.com", "--at", LATER).code == 0
    owned = handed_over("lead", "list", "--owner", "Anna@Example.com", "--format", "json", "--at", LATER).json
    assert [lead["owner"] for lead in owned] == ["anna@example.com"]
    assert handed_over("log", "list", "--actor", "anna@example.com").code == 0
