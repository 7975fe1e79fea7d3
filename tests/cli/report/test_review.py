"""``slaflow review`` and ``report commitments``, typed."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from support.commands import AGREEMENT, Slaflow, everywhere

PROMISES = """\
commitments:
  volume: {owed_by: marketing, every: month, count: {enter: mql}, at_least: 2, title: Leads}
  quality:
    owed_by: marketing
    every: month
    share: {of: {trigger: accept}, among: {enter: mql}}
    at_least: 60%
    matures: 5d
  review: {owed_by: [marketing, sales], every: month, signed_within: 5d}
"""
START = "2026-03-01T23:00:00Z"


@pytest.fixture
def promised(slaflow: Slaflow, database_url: str, tmp_path: Path) -> Slaflow:
    """March under an agreement with promises: three leads, one of them accepted; closed."""
    file = tmp_path / "office-deal.yaml"
    file.write_text(AGREEMENT + PROMISES, encoding="utf-8")
    run = partial(slaflow, "--db", database_url)
    assert "not yet" not in run("workflow", "activate", file, "--at", START).err
    for name in ("kim", "lee", "max"):
        run(
            "lead",
            "add",
            "--set",
            f"email={name}@example.com",
            "--as",
            "marketing",
            "--at",
            "2026-03-09T08:00:00Z",
        )
        run("lead", "activity", f"{name}@example.com", "demo", "--as", "lead", "--at", "2026-03-09T08:01:00Z")
    run("lead", "fire", "kim@example.com", "accept", "--as", "sales", "--at", "2026-03-09T09:00:00Z")
    run("tick", "--at", "2026-04-01T06:00:00Z")
    return run


@everywhere
def test_the_record_of_a_period_is_one_page_for_both(promised: Slaflow) -> None:
    promised("tick", "--at", "2026-04-08T00:00:00Z")
    shown = promised("review", "show", "office-deal", "2026-03", "--at", "2026-04-08T00:00:00Z")
    assert (
        shown.out.splitlines()[:6]
        == [
            "office-deal 2026-03: Sun 2026-03-01 00:00 to Wed 2026-04-01 00:00 (Europe/Stockholm)",
            "",
            "PERIOD   COMMITMENT  OWED BY           FIGURE           PROMISED                     VERDICT",
            "2026-03  volume      marketing         3                at least 2               kept",
            "2026-03  quality     marketing         33.33% (1 of 3)  at least 60%                 missed",
            "2026-03  review      marketing, sales  0 of 2 signed    by Mon 2026-04-06 00:00      missed",
        ]
        or shown.out
    )
    assert "not signed by marketing and sales" in shown.out
    assert (shown.code, shown.err) == (0, "")


@everywhere
def test_each_party_signs_once(promised: Slaflow) -> None:
    signed = promised(
        "review",
        "sign",
        "office-deal",
        "2026-03",
        "--as",
        "marketing",
        "--at",
        "2026-04-02T08:00:00Z",
        "--format",
        "json",
    )
    assert {key: signed.json[key] for key in ("workflow", "period", "party", "actor")} == {
        "workflow": "office-deal", "period": "2026-03", "party": "marketing", "actor": "marketing",
    }  # fmt: skip
    again = promised(
        "review", "sign", "office-deal", "2026-03", "--as", "marketing", "--at", "2026-04-02T09:00:00Z"
    )
    assert again.code == 1
    assert again.err == (
        "slaflow: marketing has signed the review of office-deal 2026-03 already, "
        "by marketing at 2026-04-02T08:00:00Z\n"
    )
    listed = promised("log", "list", "--kind", "signed")
    assert f"2026-03, {signed.json['record_digest'][:12]}\n" in listed.out


def test_a_signature_needs_somebody_who_signs(promised: Slaflow) -> None:
    said = promised("review", "sign", "office-deal", "2026-03")
    assert said.code == 2
    assert "nobody is named who does this; give --as WHO" in said.err


def test_what_is_no_period_is_wrong_usage(promised: Slaflow) -> None:
    said = promised("review", "show", "office-deal", "2026-13")
    assert said.code == 2
    assert said.err.startswith('slaflow: "2026-13" is no period; write a month like 2026-03')


def test_a_record_that_waits_for_a_tick_says_so(promised: Slaflow) -> None:
    said = promised("review", "show", "office-deal", "2026-03", "--at", "2026-06-09T00:00:00Z")
    assert "closes with the next tick" in said.out
    assert "run 'slaflow tick'" in said.err


@everywhere
def test_the_report_tells_every_period_and_each_partys_sum(promised: Slaflow) -> None:
    promised("tick", "--at", "2026-04-08T00:00:00Z")
    words = ("report", "commitments", "--to", "2026-04-01", "--at", "2026-04-08T00:00:00Z")
    told = promised(*words)
    assert "marketing kept 1; 2 missed, 0 no verdict, 0 open" in told.out
    assert "sales kept 0; 1 missed, 0 no verdict, 0 open" in told.out
    rows = promised(*words, "--format", "jsonl").out.splitlines()
    assert len(rows) == 3
    assert promised(*words, "--format", "csv").out.startswith(
        "workflow,commitment,period,owed_by,status,figure"
    )
    assert promised(*words, "--format", "json").json["parties"]["sales"]["missed"] == 1


def test_a_tick_says_how_many_periods_it_closed(promised: Slaflow) -> None:
    said = promised("tick", "--at", "2026-04-08T00:00:00Z")
    assert "3 commitments stated" in said.out
    listed = promised("log", "list", "--kind", "commitment")
    assert "volume 2026-03: 3, at least 2, kept" in listed.out
