"""The reports as they are typed: formats, refusals in one line, plots and the review as files."""

from __future__ import annotations

import builtins
import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from support.commands import Slaflow, everywhere

AT = "2026-03-10T12:00:00+01:00"
REPORTS = {
    "handoffs": ("handoffs", "ways"),
    "funnel": ("leads", "states"),
    "returns": ("returns", "reasons"),
    "aging": ("open", "states"),
    "waste": ("parties",),
}


@everywhere
@pytest.mark.parametrize("report", REPORTS)
def test_each_report_tells_people_and_scripts_the_same(handed_over: Slaflow, report: str) -> None:
    told = handed_over("report", report, "--at", AT, "--format", "json").json
    assert set(told) >= {"settled_to", *REPORTS[report]}
    page = handed_over("report", report, "--at", AT)
    assert page.code == 0
    assert "as things stood Tue 2026-03-10 12:00 (Europe/Stockholm)" in page.out.splitlines()[0]
    lines = handed_over("report", report, "--at", AT, "--format", "jsonl").out.splitlines()
    rows = list(csv.DictReader(io.StringIO(handed_over("report", report, "--at", AT, "--format", "csv").out)))
    assert len(lines) == len(rows)
    assert all(
        set(json.loads(line)) >= {name.partition(".")[0] for name in row}
        for line, row in zip(lines, rows, strict=True)
    )
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("{", "["))]


def test_a_handoff_is_told_with_what_the_lead_showed(handed_over: Slaflow) -> None:
    page = handed_over("report", "handoffs", "--at", AT).out
    assert "marketing -> sales" in page
    assert "had shown: demo 1" in page
    way = handed_over("report", "handoffs", "--at", AT, "--format", "json").json["ways"][0]
    assert (way["handed_over"], way["open"], way["score"]["median"]) == (1, 1, 50.0)


def test_groups_stand_under_their_names(handed_over: Slaflow) -> None:
    assert "team: nordics" in handed_over("report", "handoffs", "--by", "team", "--at", AT).out
    rows = handed_over("report", "waste", "--by", "owner", "--at", AT, "--format", "jsonl").out.splitlines()
    assert json.loads(rows[0])["owner"] == "anna@example.com"


@pytest.mark.parametrize("report", ["sla", *REPORTS])
def test_an_unknown_group_is_answered_with_the_nearest(handed_over: Slaflow, report: str) -> None:
    refused = handed_over("report", report, "--by", "ownr")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == 'slaflow: unknown grouping "ownr"; did you mean "owner"?\n'


@pytest.mark.parametrize("report", ["handoffs", "funnel", "returns", "waste"])
def test_a_period_that_ends_before_it_begins_is_one_line(handed_over: Slaflow, report: str) -> None:
    refused = handed_over("report", report, "--from", "2026-03-07", "--to", "2026-03-06")
    assert refused.code == 2
    assert refused.err.count("\n") == 1
    assert "swap them" in refused.err


def test_a_plot_is_drawn_beside_what_is_printed(handed_over: Slaflow, tmp_path: Path) -> None:
    done = handed_over("report", "sla", "--at", AT, "--plot", "sla.svg")
    assert (done.code, done.err) == (0, "")
    assert "Promises" in done.out
    assert "Promises kept in time" in (tmp_path / "sla.svg").read_text(encoding="utf-8")
    done = handed_over("report", "waste", "--at", AT, "--plot", "waste.png", "--format", "json")
    assert done.json["parties"]["sales"]["never_touched"] == 1
    assert (tmp_path / "waste.png").read_bytes().startswith(b"\x89PNG")


def test_a_plot_of_another_kind_is_refused_before_anything_is_counted(handed_over: Slaflow) -> None:
    refused = handed_over("report", "sla", "--plot", "sla.pdf")
    assert (refused.code, refused.out) == (2, "")
    assert "neither .svg nor .png" in refused.err


@pytest.mark.parametrize(
    ("words", "extra", "missing"),
    [
        (("sla", "--plot", "x.svg"), "plot", "matplotlib"),
        (("review", "--from", "2026-03-01", "--to", "2026-04-01", "-o", "x.html"), "review", "jinja2"),
    ],
)
def test_without_its_extra_the_line_to_install_it_is_said(
    handed_over: Slaflow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...], extra: str,
    missing: str,
) -> None:  # fmt: skip
    usual = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name.split(".")[0] == missing:
            raise ImportError(name)
        return usual(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    refused = handed_over("report", *words, "--at", AT)
    assert refused.code == 3
    assert f"pip install 'slaflow[{extra}]'" in refused.err
    assert list(tmp_path.glob("x.*")) == []


def test_the_review_is_written_and_its_place_is_said(handed_over: Slaflow, tmp_path: Path) -> None:
    march = ("report", "review", "--from", "2026-03-01", "--to", "2026-04-01")
    done = handed_over(*march, "-o", "r.html", "--at", AT)
    assert (done.code, done.out) == (0, "wrote r.html\n")
    assert "1 March 2026 to 31 March 2026" in (tmp_path / "r.html").read_text(encoding="utf-8")
    refused = handed_over(*march, "-o", "no/r.html")
    assert refused.code == 3
    assert "cannot be written" in refused.err
