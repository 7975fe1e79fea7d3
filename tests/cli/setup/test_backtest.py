"""``slaflow backtest``: what people and scripts see of it, and of what cannot be asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.commands import AGREEMENT, Slaflow

NIGHT = "2026-03-07T20:00:00Z"


@pytest.fixture
def recorded(slaflow: Slaflow, agreement: Path) -> Path:
    """Kim, whom sales answered after three hours; gives the agreement's file."""
    slaflow("db", "upgrade")
    slaflow("workflow", "activate", agreement, "--at", "2026-03-02T08:00:00Z")
    slaflow(
        "lead", "add", "--as", "marketing", "--set", "email=kim@example.com", "--at", "2026-03-05T08:30:00Z"
    )
    slaflow("lead", "activity", "1", "demo", "--as", "lead", "--at", "2026-03-05T09:00:00Z")
    slaflow("lead", "fire", "1", "accept", "--as", "sales", "--at", "2026-03-05T12:00:00Z")
    slaflow("tick", "--at", NIGHT)
    return agreement


def shorter(file: Path) -> Path:
    draft = file.with_name("draft.yaml")
    assert "within: 4h" in AGREEMENT
    draft.write_text(AGREEMENT.replace("within: 4h", "within: 2h"), encoding="utf-8")
    return draft


def test_a_shorter_promise_is_tried_on_the_record(slaflow: Slaflow, recorded: Path, tmp_path: Path) -> None:
    draft, out = shorter(recorded), tmp_path / "out.jsonl"
    shown = slaflow("backtest", draft, "--at", NIGHT, "--leads", out)
    assert shown.code == 0, shown.err
    assert "1 promise comes to something else" in shown.out
    assert "1 met to met late" in shown.out
    assert max(map(len, shown.out.splitlines())) <= 120
    (line,) = map(json.loads, out.read_text().splitlines())
    assert (line["lead"], line["because"]) == (1, "terms")
    assert [line[side]["status"] for side in ("recorded", "would_be")] == ["met", "met_late"]
    told = slaflow("backtest", draft, "--at", NIGHT, "--format", "json").json
    assert (told["differences"], told["at"], told["not_recorded"]) == (1, NIGHT, 0)


def test_the_text_in_force_makes_no_difference(slaflow: Slaflow, recorded: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    shown = slaflow("backtest", recorded, "--at", NIGHT, "--leads", out)
    assert "no promise comes to anything else" in shown.out
    assert out.read_bytes() == b""


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--workflow", "nobodys"), 1, 'unknown workflow "nobodys"'),
        (
            ("--at", "2026-03-04T08:00:00Z"),
            1,
            "nothing was recorded under office-deal by 2026-03-04T08:00:00Z",
        ),
        (("--jobs", "0"), 2, "0"),
        (("--give", "accept"), 2, '"accept" is not TRIGGER.INPUT=VALUE'),
        (("--give", "acept.x=1"), 1, 'unknown trigger "acept"; did you mean "accept"?'),
        (("--give", "accept.x=1"), 1, 'unknown input "accept.x"'),
        (("--from", "2026-03-06", "--to", "2026-03-05"), 2, "is not before --to"),
    ],
)
def test_what_cannot_be_asked_is_one_line(
    slaflow: Slaflow, recorded: Path, tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    out = tmp_path / "out.jsonl"
    found = slaflow("backtest", recorded, "--leads", out, *words)
    assert (found.code, found.out, out.exists()) == (code, "", False)
    assert said in found.err
    assert found.err.count("\n") == 1


def test_an_empty_log_has_nothing_to_try_a_draft_on(slaflow: Slaflow, agreement: Path) -> None:
    slaflow("db", "upgrade")
    found = slaflow("backtest", agreement)
    assert (found.code, found.err) == (
        1, "slaflow: no agreement was ever in force here; there is no history to try it on\n",
    )  # fmt: skip
    slaflow("workflow", "activate", agreement, "--at", "2026-03-02T08:00:00Z")
    found = slaflow("backtest", agreement)
    assert (found.code, "no lead was recorded under office-deal" in found.err) == (1, True)
