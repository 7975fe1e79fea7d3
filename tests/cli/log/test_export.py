"""``slaflow log export`` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.commands import Slaflow, everywhere


@everywhere
@pytest.mark.parametrize("type", ["jsonl", "csv", "parquet", "xes", "ocel", "ocel-sqlite"])
def test_it_says_how_much_went_where(handed_over: Slaflow, tmp_path: Path, type: str) -> None:
    done = handed_over("log", "export", "--type", type, "-o", "log.out", "--format", "json")
    assert (done.code, done.err) == (0, "")
    entries = len(handed_over("log", "list", "--format", "json").json)
    of_leads = len(handed_over("log", "list", "--lead", 1, "--format", "json").json)
    assert done.json == {"entries": of_leads if type == "xes" else entries, "file": "log.out"}
    assert (tmp_path / "log.out").stat().st_size > 0


@everywhere
def test_jsonl_is_what_log_list_prints(handed_over: Slaflow, tmp_path: Path) -> None:
    filters = ("--lead", "kim@example.com", "--from", "2026-03-06", "--kind", "clock_started")
    listed = handed_over("log", "list", *filters, "--format", "jsonl")
    done = handed_over("log", "export", "--type", "jsonl", "-o", "log.jsonl", *filters)
    assert done.out == "2 entries in log.jsonl\n"
    assert (tmp_path / "log.jsonl").read_text() == listed.out


def test_a_dash_is_standard_output(handed_over: Slaflow) -> None:
    listed = handed_over("log", "list", "--format", "jsonl").out
    done = handed_over("log", "export", "--type", "jsonl", "-o", "-")
    assert (done.code, done.out) == (0, listed)
    assert done.err == f"{len(listed.splitlines())} entries exported\n"
    assert handed_over("log", "export", "--type", "csv", "-o", "-", "--quiet").err == ""


def test_a_partition_is_a_folder_with_a_part_per_month(handed_over: Slaflow, tmp_path: Path) -> None:
    done = handed_over("log", "export", "--type", "parquet", "--partition", "-o", "log")
    assert done.code == 0
    assert [path.name for path in (tmp_path / "log").rglob("*")] == ["month=2026-03", "part-0.parquet"]
    again = handed_over("log", "export", "--type", "parquet", "--partition", "-o", "log")
    assert (again.code, again.out) == (3, "")
    assert again.err == "slaflow: log: the folder is not empty; name one that is empty or not there\n"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--type", "xse", "-o", "x"), 'unknown type "xse"; did you mean "xes"?'),
        (
            ("--type", "pdf", "-o", "x"),
            'unknown type "pdf"; there are jsonl, csv, parquet, xes, ocel, ocel-sqlite',
        ),
        (("-o", "x"), "missing option '--type'"),
        (("--type", "csv"), "missing option '-o' / '--output'"),
        (("--type", "csv", "-o", "x", "--partition"), "--partition goes with --type parquet, not with csv"),
        (
            ("--type", "ocel-sqlite", "-o", "-"),
            "ocel-sqlite does not go to standard output; name a file with -o",
        ),
        (
            ("--type", "csv", "-o", "x", "--kind", "breachd"),
            'unknown kind "breachd"; did you mean "breached"?',
        ),
    ],
)
def test_wrong_usage_is_one_line_and_no_file(
    handed_over: Slaflow, tmp_path: Path, words: tuple[str, ...], complaint: str
) -> None:
    done = handed_over("log", "export", *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.removesuffix("; see 'slaflow log export --help'\n").rstrip() == f"slaflow: {complaint}"
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("command", [("list",), ("export", "--type", "csv", "-o", "x")])
def test_an_inverted_range_is_wrong_usage(handed_over: Slaflow, command: tuple[str, ...]) -> None:
    done = handed_over("log", *command, "--from", "2026-03-07", "--to", "2026-03-06T00:00:00+01:00")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "slaflow: --from (2026-03-06T23:00:00Z) lies after --to (2026-03-05T23:00:00Z); swap them\n"
    )


def test_where_it_cannot_be_written_the_environment_is_to_blame(handed_over: Slaflow, tmp_path: Path) -> None:
    done = handed_over("log", "export", "--type", "csv", "-o", "nowhere/log.csv")
    assert (done.code, done.out) == (3, "")
    assert done.err == f"slaflow: nowhere/log.csv: there is no folder {tmp_path}/nowhere; make it first\n"


def test_a_database_that_is_not_there_leaves_no_file(slaflow: Slaflow, tmp_path: Path) -> None:
    done = slaflow("log", "export", "--type", "csv", "-o", "log.csv")
    assert done.code == 3
    assert len(done.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
    assert json.dumps(done.out) == '""'
