"""`slaflow lead deal` and `slaflow user hand-over`: what they print, and how they end."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.conftest import Slaflow, run_each

NINE = "2026-03-03T08:00:00+01:00"
TEN = "2026-03-03T10:00:00+01:00"
ANNA, BO = "anna@example.com", "bo@example.com"
TAKES_TWO = "assign: round_robin, capacity: 2}"


@pytest.fixture
def full(office: Slaflow, agreement: Path) -> Slaflow:
    """Anna and Bo have the two leads each that they take, and the fifth waits."""
    text = agreement.read_text(encoding="utf-8")
    assert "assign: round_robin}" in text
    agreement.write_text(text.replace("assign: round_robin}", TAKES_TWO), encoding="utf-8")
    nora = ("user", "add", "nora@example.com", "--party", "marketing")
    bo = ("user", "add", BO, "--party", "sales", "--team", "nordics")
    run_each(office, (("workflow", "activate", agreement), bo, nora), NINE)
    for number in range(5):
        lead = f"lead{number}@example.com"
        added = ("lead", "add", "--set", f"email={lead}", "--as", "marketing")
        demo = ("lead", "activity", lead, "demo", "--as", "lead")
        run_each(office, (added, demo), f"2026-03-03T09:0{number}:00+01:00")
    return office


def test_what_waits_is_dealt_and_what_waits_on_says_why(full: Slaflow) -> None:
    deal = ("lead", "deal", "--at", TEN)
    for given in (("--waiting",), ("--waits-for", "nordics")):
        (row,) = full("lead", "list", *given).out.splitlines()[1:]
        assert row.startswith("#5 ")
        assert "waits for nordics" in row
    waits = "1 lead waits on for nordics since Tue 2026-03-03 09:04"
    assert full(*deal).out == f"{waits}: who is there has as many as they take\n"
    assert full("user", "add", BO, "--capacity", "3", "--at", TEN).code == 0
    tick = full("tick", "--at", TEN, "--dry-run").out
    assert tick.endswith("1 lead dealt\n")
    line = "to bo@example.com of nordics, waited since Tue 2026-03-03 09:04\n"
    assert full(*deal, "--dry-run", "--team", "nordics").out == f"lead 5: would go {line}"
    ticked = full("tick", "--at", TEN, "--format", "json").json
    assert ticked["dealt"] == 1
    assert full(*deal).out == "nothing waits\n"
    slip = full(*deal, "--team", "nordic")
    assert (slip.code, slip.err) == (1, 'slaflow: unknown team "nordic"; did you mean "nordics"?\n')


def test_a_leaver_hands_over_to_their_team_or_to_somebody(full: Slaflow) -> None:
    assert full("user", "remove", ANNA, "--at", TEN).code == 0
    hand_over = ("user", "hand-over", ANNA, "--at", TEN)
    tried = full(*hand_over, "--dry-run")
    assert tried.out == f"2 leads of {ANNA} would be handed over: 2 wait for nordics\n"
    left = full(*hand_over, "--to", "nora@example.com")
    assert (left.code, left.out.splitlines()[0]) == (1, f"0 leads of {ANNA} handed over")
    assert "lead 1 is left: nora@example.com is of marketing, and sales holds the lead" in left.out
    assert full(*hand_over, "--to", BO).out == f"2 leads of {ANNA} handed over: 2 to {BO}\n"
    assert full(*hand_over, "--to", BO, "--format", "json").json == {
        "email": ANNA, "person": BO, "team": None, "leads": 0, "given": [], "waiting": 0, "left": [],
        "away_until": None,
    }  # fmt: skip
    slip = full("user", "hand-over", "nora@example.com")
    assert (slip.code, slip.err.count("\n")) == (2, 1)
    assert "say with --to who is to have their leads" in slip.err
    assert full("log", "verify", "--replay").code == 0
