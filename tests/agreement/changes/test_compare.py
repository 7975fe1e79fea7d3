"""What a change of the text means, in the sentences that both sides read."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.agreement import STANDARD, changed, compiled
from support.stories.strategies_agreements import agreements
from support.wordy import EVERYTHING, everything

from slaflow.agreement.changes.change import Change
from slaflow.agreement.changes.compare import compare
from slaflow.workflow.model.workflow import Workflow

A = compiled(STANDARD)
WHOLE = everything()


def told(*replacements: tuple[str, str]) -> list[Change]:
    return compare(A, compiled(changed(STANDARD, *replacements)))


def told_of_everything(*replacements: tuple[str, str]) -> list[Change]:
    return compare(WHOLE, compiled(changed(EVERYTHING, *replacements)))


@pytest.mark.parametrize(
    ("before", "after", "sentence", "parties", "effect"),
    [
        (
            "is: 4h}", "is: 2h}",
            "sales has 2 h instead of 4 h of office time to accept or return a lead if source is not web",
            ("sales",), "stricter",
        ),
        (
            "fri: [09:00-15:00]", "fri: [09:00-16:00]",
            "office is open until 16:00 instead of 15:00 on Fridays", ("marketing", "sales"), "stricter",
        ),
        (
            "at_least: 70%", "at_least: 60%",
            "marketing owes at least 60% instead of at least 70% of quality each month",
            ("marketing",), "looser",
        ),
        (
            "+4h: [{fire: escalate_return}]", "+8h: [{fire: escalate_return}]",
            "respond: 8 h of open time after that, “escalate return” is done; "
            "before: 4 h of open time after that",
            ("sales",), "other",
        ),
        (
            "- {is: 5d}\n    repeat", "- {is: 3d}\n    repeat",
            "marketing has 3 instead of 5 office days to record nurture or promote "
            "if the number of nurture is at most 0",
            ("marketing",), "stricter",
        ),
        (
            "known.email", "known.company",
            "promote asks that company is known instead of that email is known", ("marketing",), "other",
        ),
        (
            "  - {to: emea}\n", "",
            "the rule of routing number 3 is gone: to the next of team emea", ("marketing", "sales"), "other",
        ),
        (
            "holidays: [SE,", "holidays: [SE, NO,",
            "office now keeps the public holidays of NO", ("marketing", "sales"), "looser",
        ),
    ],
)  # fmt: skip
def test_a_change_is_one_sentence_for_whom_it_concerns(
    before: str, after: str, sentence: str, parties: tuple[str, ...], effect: str
) -> None:
    (change,) = told((before, after))
    assert change.sentence == sentence
    assert change.concerns == parties
    assert change.effect == effect
    assert not change.wording


def test_an_input_that_takes_more_is_told_with_what_it_takes() -> None:
    old = "requires: {feedback: {type: text, min_length: 10}}"
    given = "nobody answered", "nobody answered in all of that time"
    _, change = told_of_everything((old, old.replace("10", "30")), given)
    words = "return now needs feedback of at least 30 characters instead of at least 10 characters"
    assert change.sentence == words
    assert (change.what, change.effect) == ("requires.feedback", "stricter")
    assert change.before["min_length"] == 10
    assert change.after["min_length"] == 30


def test_what_the_file_writes_stands_beside_the_sentence() -> None:
    (change,) = told(("is: 4h}", "is: 2h}"))
    assert (change.part, change.name, change.what) == ("target", "respond", "within")
    assert (change.before, change.after) == ("4h", "2h")
    (owed,) = told(("at_least: 70%", "at_least: 60%"))
    assert (owed.before, owed.after) == ("70%", "60%")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("title: Accept or return", "title: Take or return"),
        ("# The agreement", "# This agreement"),
        ("otherwise: the score is under 50", "otherwise: too low"),
        ("within: 5d\n", "within:   5d\n"),
        ("when: \"lead.source == 'web'\"", "when: \"lead.source=='web'\""),
        ("attempts: {spacing: 1h}", "attempts: {spacing: 60m}"),
        ("is: 30m}", "is: 1800s}"),
        ("because: home market", "because: near us"),
        ("signal: looks at prices", "signal: asks for prices"),
    ],
)
def test_titles_comments_and_layout_are_wording_and_change_no_agreement(before: str, after: str) -> None:
    changes = told((before, after))
    assert changes
    assert all(change.wording for change in changes)


def test_what_is_counted_in_another_calendar_is_said_with_both() -> None:
    old = "{is: 4h}\n"
    (change,) = told((old, old.replace("4h", "2h, calendar: always")))
    assert change.sentence.startswith("sales has 2 h day and night instead of 4 h of office time")
    assert (change.before, change.after) == ("4h", {"is": "2h", "calendar": "always"})
    assert change.effect == "other"
    (days,) = told(
        ("within: 90d", "within: 90d"), ("calendar: always\n  debrief", "calendar: office\n  debrief")
    )
    assert days.sentence == "close: the calendar is now office instead of day and night"


@pytest.mark.parametrize(
    ("before", "after", "sentence", "parties"),
    [
        (
            "capacity: 30", "capacity: 40",
            "the team nordics: the limit on how many open leads a member has is now 40 instead of 30",
            ("sales",),
        ),
        (
            ", per_day: 10", "",
            "the team nordics has no limit on how many leads a member gets in a day any more; it was: 10",
            ("sales",),
        ),
        (
            ", only_open: true", "",
            "the team nordics no longer has the rule that leads are given out in open time alone",
            ("sales",),
        ),
        (
            "assign: round_robin", "assign: least_loaded",
            "the team nordics: the way in which leads are given out is now to whoever has the fewest open "
            "leads instead of round robin",
            ("sales",),
        ),
        (
            ", skip: breached", "",
            "the rule of routing number 1 is now to whoever of that party had it before instead of to "
            "whoever of that party had it before, unless they broke a promise on it",
            ("marketing", "sales"),
        ),
        (
            "{domain_of: email, except: [gmail.com]}", "source",
            "the agreement: the rule which leads are one company's is now those with the same “Where from”; "
            "before: those whose email is of the same domain, other than gmail.com",
            ("marketing", "sales"),
        ),
    ],
)  # fmt: skip
def test_another_way_to_give_leads_out_is_said_in_words(
    before: str, after: str, sentence: str, parties: tuple[str, ...]
) -> None:
    (change,) = told_of_everything((before, after))
    assert (change.sentence, change.concerns, change.wording) == (sentence, parties, False)


def test_a_promise_that_goes_to_another_party_concerns_both() -> None:
    (change,) = told(
        ("owed_by: marketing\n    start: {enter: nurturing}", "owed_by: sales\n    start: {enter: nurturing}")
    )
    assert change.concerns == ("marketing", "sales")


def test_a_transition_is_called_by_its_trigger_and_where_that_says_too_little_by_its_end_too() -> None:
    lose = "  - {trigger: debrief, from: won, by: sales"
    (change,) = told((lose, lose.replace("by: sales", "by: [sales, marketing]")))
    assert change.name == "debrief"
    (new,) = told(
        (lose, "  - {trigger: accept, from: mql, to: qualified, by: sales, when: contacted}\n" + lose)
    )
    assert (new.name, new.what, new.before) == ("accept to qualified", "transition", None)


def test_wording_comes_last() -> None:
    changes = told(("title: Accept or return", "title: Take or return"), ("at_least: 70%", "at_least: 60%"))
    assert [change.wording for change in changes] == [False, True]


def test_the_order_of_rows_that_are_tried_in_order_is_a_change() -> None:
    (accept,) = (line + "\n" for line in STANDARD.splitlines() if "{trigger: accept, from" in line)
    recycle = "  - {trigger: recycle, from: returned, to: nurturing, by: [marketing, system]}\n"
    (change,) = told((accept, ""), (recycle, recycle + accept))
    assert (change.part, change.what) == ("transition", "order")


def parts(agreement: Workflow) -> dict[str, Any]:
    return {each.name: getattr(agreement, each.name) for each in fields(agreement) if each.init}


@settings(max_examples=6)
@given(a=agreements(), b=agreements(), shared=st.sets(st.sampled_from(sorted(parts(A)))), whole=st.booleans())
def test_nothing_but_wording_is_told_if_and_only_if_the_agreements_are_equal(
    a: Workflow, b: Workflow, shared: set[str], whole: bool
) -> None:
    other = a if whole else replace(b, **{name: value for name, value in parts(a).items() if name in shared})
    changes = compare(a, other)
    words = {"title", "source", "digest", "warnings", "kept_aside", "notes"}
    equal = all(value == parts(other)[name] for name, value in parts(a).items() if name not in words)
    assert any(not change.wording for change in changes) == (not equal)
    for change in changes:
        assert change.sentence
        assert "\n" not in change.sentence
        json.dumps(change.as_json())
