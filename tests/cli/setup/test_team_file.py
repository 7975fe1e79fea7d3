"""`slaflow user import`: what a file of people did, and that a bad one did nothing."""

from __future__ import annotations

from pathlib import Path

from cli.conftest import Slaflow

LATER = "2026-03-06T15:30:00+01:00"
ANNA = "anna@example.com"


def test_what_a_file_changed_is_told_and_what_is_listed_can_come_back(
    handed_over: Slaflow, tmp_path: Path
) -> None:
    file = tmp_path / "team.csv"
    file.write_text(f"email,party,team,weight\n{ANNA},marketing,,\nbo@example.com,sales,nordics,2\n")
    team_file = ("user", "import", str(file), "--at", LATER)
    refused = handed_over(*team_file)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err == (
        f'slaflow: {file}:2: team "nordics" belongs to sales, not to marketing\n'
        f"slaflow: {file}: nobody was recorded; mend that and import it again\n"
    )
    file.write_text(f"email,name,weight\n{ANNA},Anna,0\n")
    dry = handed_over(*team_file, "--dry-run")
    words = f"1 person: 0 new, 1 changed, 0 as they were\n  {ANNA}: name none -> Anna, weight 1 -> 0\n"
    assert dry.out == f"{words}nothing was recorded: a dry run\n"
    assert handed_over(*team_file).out == words
    assert handed_over(*team_file, "--format", "json").json == {
        "people": 1, "added": 0, "changed": 0, "unchanged": 1, "dry_run": False, "rows": [],
    }  # fmt: skip
    file.write_text(handed_over("user", "list", "--format", "csv").out)
    assert handed_over("user", "import", str(file)).out == "2 people: 0 new, 0 changed, 2 as they were\n"


def test_who_changes_sides_by_a_file_keeps_their_leads(handed_over: Slaflow, tmp_path: Path) -> None:
    handed_over("user", "add", ANNA, "--team", "", "--at", LATER)
    file = tmp_path / "team.jsonl"
    file.write_text(f'{{"email": "{ANNA}", "party": "marketing"}}\n')
    said = handed_over("user", "import", str(file), "--at", LATER)
    assert said.out.endswith(
        f"  {ANNA}: party sales -> marketing\n"
        "    1 open lead stays theirs until a step or somebody assigns it\n"
    )
