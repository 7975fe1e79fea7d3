"""Commitments in words: who kept and who missed, what is too little to judge, what was signed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from slaflow.report.promises import changed_words, lines, missed_by

SHARE = {"promise": {"at_least": "75%"}, "min_sample": 20, "restated": [], "pace": None, "closes_at": "then"}


def part(of: int, among: int, verdict: str | None = None, **rest: Any) -> dict[str, Any]:
    figure = None if not among else str(round(of / among, 4))
    return {"of": of, "among": among, "figure": figure, "verdict": verdict, **rest}


def told(row: dict[str, Any], spelt: Callable[[str], str] = str) -> list[tuple[str, str, str]]:
    return [(line.name, line.measured, line.came_of_it) for line in lines(row, spelt)]


def test_below_the_least_sample_a_running_period_leads_nowhere() -> None:
    row = {**SHARE, **part(0, 1), "status": "running"}
    row["pace"] = {"over": 1, "of": 22, "projection": "0", "on_pace": None}
    assert told(row) == [("", "0% (0 of 1)", "too few yet (1 of 20), 1 of 22 days over")]
    row = {**row, **part(0, 0)}
    assert told(row) == [("", "none of 0", "too few yet (0 of 20), 1 of 22 days over")]
    row = {**row, **part(15, 20), "pace": {"over": 1, "of": 1, "projection": "0.75", "on_pace": True}}
    assert told(row) == [("", "75% (15 of 20)", "on pace: heading for 75%, 1 of 1 day over")]


def test_below_the_least_sample_a_closed_period_says_why_it_has_no_verdict() -> None:
    row = {**SHARE, **part(0, 1), "status": "closed"}
    assert told(row) == [("", "0% (0 of 1)", "no verdict: too few (1 of 20)")]


def test_per_owner_it_is_told_who_will_miss() -> None:
    owners = [{"owner": "anna", **part(9, 20)}, {"owner": "bo", **part(1, 2)}]
    row = {**SHARE, **part(10, 22), "status": "running", "owners": owners}
    row["pace"] = {"over": 3, "of": 22, "projection": "0.4545", "on_pace": False, "owners": [
        {"owner": "anna", "projection": "0.45", "on_pace": False},
        {"owner": "bo", "projection": "0.5", "on_pace": None},
    ]}  # fmt: skip
    assert told(row) == [
        ("", "45.45% (10 of 22)", "out of pace: heading for 45.45%, 3 of 22 days over"),
        ("anna", "45% (9 of 20)", "out of pace: heading for 45%"),
        ("bo", "50% (1 of 2)", "too few yet (2 of 20)"),
    ]


def test_a_restatement_per_owner_names_who_missed() -> None:
    then = [{"owner": "anna", **part(30, 30, "kept")}, {"owner": None, **part(10, 20, "missed")}]
    now = [{"owner": "anna", **part(30, 31, "kept")}, {"owner": None, **part(11, 20, "missed")}]
    row = {**SHARE, **part(40, 50, "missed"), "status": "closed", "owners": then}
    row["restated"] = [{"at": "Monday", **part(41, 51, "missed"), "owners": now}]
    assert told(row) == [
        ("", "80% (40 of 50)", "missed"), ("anna", "100% (30 of 30)", "kept"),
        ("(no owner)", "50% (10 of 20)", "missed"),
        ("restated Monday", "80.39% (41 of 51)", "missed"), ("anna", "96.77% (30 of 31)", "kept"),
        ("(no owner)", "55% (11 of 20)", "missed"),
    ]  # fmt: skip
    assert missed_by(row["restated"][0]) == ["(no owner)"]


@pytest.mark.parametrize(
    ("digests", "changes", "words"),
    [
        ("aa", [[], []], []),
        (
            "ba",
            [[{"commitment": "c", "what": "restated"}], []],
            ["marketing and sales signed different records", "since marketing signed: c restated"],
        ),
        ("bb", [[], []], [f"since {party} signed: the terms changed" for party in ("marketing", "sales")]),
    ],
)
def test_a_record_says_what_is_not_as_it_was_signed(
    digests: str, changes: list[list[dict[str, str]]], words: list[str]
) -> None:
    signed = [
        {"party": party, "record_digest": digest, "changed_since": changed}
        for party, digest, changed in zip(("marketing", "sales"), digests, changes, strict=True)
    ]
    alike = len(set(digests)) == 1
    assert list(changed_words({"record_digest": "a", "signatures": signed, "signed_alike": alike})) == words
