"""Conditions are said in words where they are simple, and as they are written where not."""

from __future__ import annotations

import pytest
from support.wordy import everything

from slaflow.agreement.words.conditions import said, unless
from slaflow.agreement.words.naming import Naming
from slaflow.workflow.expressions.cel import Scope

NAMING = Naming(everything())
NUMBERS = Scope({"lead.size": "int", "lead.on_hold": "bool", "lead.source": "string"})


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("lead.size >= 50", "size is at least 50"),
        ("lead.size < 50", "size is under 50"),
        ("lead.source == 'web'", "“Where from” is web"),
        ("lead.source in ['web', 'event']", "“Where from” is one of web or event"),
        ("!(lead.source in ['web'])", "“Where from” is not web"),
        ("known.email", "email is known"),
        ("!known.email", "email is not known"),
        ("lead.on_hold", "“on hold” is true"),
        ("lead.on_hold == false", "“on hold” is not true"),
        ("contacted && attempts.total >= 3", "they have spoken and the number of attempts is at least 3"),
        ("!(contacted || known.email)", "they have not spoken and email is not known"),
        ("stage.reached('interest')", "the stage “Interested” was reached"),
        ("open('office')", "office is open"),
        ("check.value", "the check “Worth it” passes"),
        ("answer.worth >= 3 * answer.cost", "worth is at least 3 times cost"),
        ("attempts.within('48h') > 1", "the number of attempts within 2 d is over 1"),
        (
            "contacted || (attempts.total >= 6 && attempts.channels >= 2)",
            "either they have spoken, or the number of attempts is at least 6 "
            "and the number of channels tried is at least 2",
        ),
        ("size(lead.source) > 3", "“size(lead.source) > 3”"),
        ("lead.source.startsWith('w')", "“lead.source.startsWith('w')”"),
    ],
)
def test_a_condition_in_words(written: str, words: str) -> None:
    assert said(written, NAMING) == words


def test_the_opposite_of_a_comparison_is_a_comparison() -> None:
    assert unless(NUMBERS.compile("lead.size >= 50", "bool"), NAMING) == "size is under 50"
    assert unless(NUMBERS.compile("lead.source.contains('w')", "bool"), NAMING) is None
