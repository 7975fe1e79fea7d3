"""CSV as who opens it in a spreadsheet needs it: a column per thing, and nothing that is calculated."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from support.commands import Said, Slaflow

from slaflow.exchange.formulas import harmless
from slaflow.exchange.sheet import Sheet, sheet_of

CHARMED = '=HYPERLINK("http://evil.example")'


def rows_of(said: Said) -> list[dict[str, str]]:
    assert said.code == 0, said.err
    return list(csv.DictReader(io.StringIO(said.out, newline="")))


@pytest.mark.parametrize(
    "text", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1", "-", "+46 70 123", "-1-1", "=5"]
)
def test_text_that_would_be_calculated_stands_behind_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "-5", "+5", "-0.5", "+3.2e1", "-.5", "5-3", "a=b", " =1", "'=1", "2026-03-06"]
)
def test_numbers_and_other_text_stand_as_they_are(text: str) -> None:
    assert harmless(text) == text


def test_every_listing_is_harmless_unless_asked_otherwise(office: Slaflow, tmp_path: Path) -> None:
    add = ("lead", "add", "--as", "marketing", "--set", f"company={CHARMED}", "--set")
    assert office(*add, "email=kim@example.com").code == 0
    assert office("user", "add", "bo@example.com", "--party", "sales", "--name", CHARMED).code == 0
    listed, people = ("lead", "list", "--format", "csv"), ("user", "list", "--format", "csv")
    assert rows_of(office(*listed))[0]["fields.company"] == f"'{CHARMED}"
    assert rows_of(office(*listed, "--raw"))[0]["fields.company"] == CHARMED
    assert rows_of(office("--raw", *listed))[0]["fields.company"] == CHARMED
    assert rows_of(office(*people))[-1]["name"] == f"'{CHARMED}"
    assert office("lead", "list", "--format", "json").json[0]["fields"]["company"] == CHARMED


def test_an_exported_log_is_harmless_unless_asked_otherwise(handed_over: Slaflow, tmp_path: Path) -> None:
    lift = ("lead", "lift", "kim@example.com", "respond", "--as", "marketing", "--reason", "-system down")
    handed_over("tick", "--at", "2026-03-10T08:00:00Z")
    assert handed_over(*lift, "--at", "2026-03-10T09:00:00Z").code == 0
    export = ("log", "export", "--type", "csv", "--kind", "breach_lifted", "-o")
    assert rows_of(handed_over(*export, "-", "--quiet"))[0]["reason"] == "'-system down"
    assert rows_of(handed_over(*export, "-", "--quiet", "--raw"))[0]["reason"] == "-system down"
    assert handed_over(*export, "log.csv", "--raw").code == 0
    assert ",-system down," in (tmp_path / "log.csv").read_text()


def test_a_list_of_leads_has_a_column_per_thing_and_the_same_for_all(
    handed_over: Slaflow, agreement: Path
) -> None:
    """Also what only an earlier agreement knows, behind what the present one declares."""
    later = agreement.read_text().replace("company: string", "city: string").replace("value:\n", "worth:\n")
    agreement.write_text(later.replace("check.value", "check.worth"))
    assert handed_over("workflow", "activate", agreement, "--at", "2026-03-07T08:00:00Z").code == 0
    assert handed_over("lead", "add", "--as", "marketing", "--set", "email=lee@example.com").code == 0
    answer = ("lead", "check", "kim@example.com", "value", "--set", "expected_value=-20.5", "--as", "sales")
    assert handed_over(*answer, "--at", "2026-03-09T08:00:00Z").code == 0
    listed = ("lead", "list", "--format", "csv", "--at", "2026-03-09T08:30:00Z")
    kim = rows_of(handed_over(*listed))[0]
    kept = ("fields.email", "fields.city", "fields.on_hold", "fields.company", "checks.worth.passed")
    assert [name for name in kim if name in kept] == list(kept)
    assert (kim["checks.value.passed"], kim["checks.value.answer.expected_value"]) == ("false", "-20.5")
    assert (kim["clocks.respond.status"], kim["clocks.respond.due_at"]) == ("running", "2026-03-09T09:30:00Z")
    assert (kim["clocks.close.status"], kim["attempts.total"], kim["fields.city"]) == ("", "0", "")
    everybody = handed_over("lead", "list", "--format", "csv", "--after", "1").out
    assert everybody.splitlines()[0].split(",") == list(kim)
    assert not [cell for cell in kim.values() if cell.startswith(("{", "["))]


def test_aging_has_a_column_for_each_age_and_each_of_the_oldest(handed_over: Slaflow) -> None:
    (state,) = rows_of(handed_over("report", "aging", "--format", "csv", "--at", "2026-03-09T08:00:00Z"))
    assert (state["ages.below_1d"], state["ages.below_3d"], state["ages.older"]) == ("0", "1", "0")
    assert (state["oldest.1.lead"], state["oldest.1.owner"], state["oldest.5.lead"]) == (
        "1",
        "anna@example.com",
        "",
    )


def test_rows_that_are_all_there_have_every_column_that_one_of_them_has() -> None:
    rows = [
        {"id": 1, "data": {"a": None}, "end": []},
        {"id": 2, "data": {"b": ["x", "=y"]}, "end": [{"c": True}]},
    ]
    lines = b"".join(sheet_of(rows).lines(rows, raw=False)).decode().splitlines()
    assert lines == ["id,data.a,data.b,end,end.1.c", "1,,,,", "2,,x; =y,,true"]


def test_rows_are_taken_as_they_come() -> None:
    def endless() -> object:
        while True:
            yield {"seen": 1}

    lines = Sheet().lines(endless(), raw=False)  # type: ignore[arg-type]
    assert [next(lines), next(lines), next(lines)] == [b"seen\n", b"1\n", b"1\n"]
