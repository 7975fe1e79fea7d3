"""Stages that are described, what fits them, and how often a prospect is approached."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.agreement import SMALL, compiled, errors, place, small

from slaflow.workflow.encoding import decoded, encoded
from slaflow.workflow.model.lead import Approaches, Stage

STAGES = "stages: [unaware, {name: interest, title: Looking, signal: reads prices}]"
FITTING = small(
    ("stages: [unaware, interest]", STAGES),
    ("attempt: phone", "attempt: phone, fits: interest"),
    more="pace: {by: sales, at_most: 3, per: 1d}\n",
)


def test_stages_may_be_described() -> None:
    workflow = compiled(FITTING)
    assert workflow.stages == ("unaware", "interest")
    assert workflow.described == (
        Stage("unaware"), Stage("interest", title="Looking", signal="reads prices"),
    )  # fmt: skip
    assert workflow.activities["call"].fits == ("interest",)
    assert workflow.pace == Approaches(("sales",), 3, timedelta(days=1))
    assert workflow.tells_stages
    assert decoded(encoded(workflow), workflow.source).described == workflow.described


def test_plain_stages_describe_nothing() -> None:
    workflow = compiled(SMALL)
    assert (workflow.stages, workflow.described) == (("unaware", "interest"), ())
    assert not workflow.tells_stages


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("fits: interest", "fits: intrest", 'unknown stage "intrest"; did you mean "interest"?'),
        ("at_most: 3", "at_most: 0", '"0" is less than 1'),
        ("by: sales, at_most", "by: sale, at_most", 'unknown party "sale"; did you mean "sales"?'),
        ("per: 1d", "per: 0h", '"0h" is too short; at least 1s'),
        ("signal: reads", "sign: reads", 'unknown key "sign"; did you mean "signal"?'),
        ("name: interest, title", "name: unaware, title", 'stage "unaware" stands twice'),
        ("{name: interest, title", "{title", "name is missing"),
    ],
)
def test_a_slip_is_one_line_that_says_what_is_meant(old: str, new: str, message: str) -> None:
    text = FITTING.replace(old, new)
    found = [each for each in errors(text) if message in each]
    assert len(found) == 1, errors(text)
    assert found[0].startswith(place(text, new).split(":", maxsplit=1)[0] + ":")
