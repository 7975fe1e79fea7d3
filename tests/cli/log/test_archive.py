"""The log archived, listed and verified without and with its files, as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.commands import Said, Slaflow, everywhere

LATER = ("--at", "2026-06-01T08:00:00Z")


@pytest.fixture
def closed(handed_over: Slaflow, tmp_path: Path) -> Slaflow:
    """Kim, won in March; a folder for files, and a head signed over it all."""
    accept = ("lead", "fire", "kim@example.com", "accept", "--as", "sales")
    check = ("lead", "check", "kim@example.com", "value", "--set", "expected_value=20000", "--as", "sales")
    win = ("lead", "fire", "kim@example.com", "win", "--set", "amount=20000", "--as", "sales")
    for words in (accept, check, win):
        assert handed_over(*words, "--at", "2026-03-06T15:00:00+01:00").code == 0
    handed_over("key", "new")
    handed_over("log", "checkpoint", "-o", "head.txt")
    (tmp_path / "files").mkdir()
    return handed_over


def archived(slaflow: Slaflow, *words: str) -> Said:
    return slaflow("log", "archive", "--before", "2026-04-01", "-o", "files", *LATER, *words)


@everywhere
def test_what_went_and_what_stayed_is_told(closed: Slaflow) -> None:
    entries = closed("log", "list", "--lead", "1", "--format", "json").json
    others = len(closed("log", "list", "--format", "json").json) - len(entries)
    said = archived(closed, "--format", "json")
    assert said.json == {
        "before": "2026-03-31T22:00:00Z",
        "entries": len(entries),
        "leads": 1,
        "stayed": others,
        "files": ["files/log-archive-0001.parquet"],
        "unclosed": {},
    }
    assert archived(closed).out.startswith("nothing to archive: no lead has been at rest in a final state")


@everywhere
def test_the_log_says_what_it_does_not_show(closed: Slaflow) -> None:
    archived(closed)
    listed = closed("log", "list")
    assert "lead:1" not in listed.out
    assert listed.err.startswith("not listed: ")
    assert "archived in log-archive-0001.parquet" in listed.err
    assert "of 1 stream to log-archive-0001.parquet" in listed.out
    assert closed("log", "list", "--from", "2026-05-01").err == ""
    assert closed("log", "list", "--quiet").err == ""
    one = closed("log", "list", "--lead", "1")
    assert (one.out, one.err) == (
        "no entries\n", "not listed: entries of lead 1, archived in log-archive-0001.parquet\n"
    )  # fmt: skip


@everywhere
def test_the_log_verifies_with_its_files_and_says_what_it_did_not_read(closed: Slaflow) -> None:
    archived(closed)
    without = closed("log", "verify")
    assert without.code == 0
    assert without.err.startswith("not read: ")
    both = closed("log", "verify", "--archive", "files", "--checkpoint", "head.txt")
    assert (both.code, both.err) == (0, "")
    assert "it extends the checkpoint" in both.out
    head = closed("log", "verify", "--checkpoint", "head.txt")
    assert (head.code, head.out) == (3, "")
    assert "name their folder with --archive" in head.err


def test_a_changed_file_is_named(closed: Slaflow, tmp_path: Path) -> None:
    archived(closed)
    file = tmp_path / "files" / "log-archive-0001.parquet"
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    said = closed("log", "verify", "--archive", "files", "--format", "json")
    assert (said.code, said.json["ok"]) == (1, False)
    assert "files/log-archive-0001.parquet is not as it was recorded" in said.json["bad"]["reason"]
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("folder", ["empty", "nowhere"])
def test_a_missing_file_says_nothing_about_the_log(closed: Slaflow, tmp_path: Path, folder: str) -> None:
    archived(closed)
    (tmp_path / "empty").mkdir()
    said = closed("log", "verify", "--archive", folder)
    assert (said.code, said.out) == (3, "")
    assert said.err.startswith("slaflow: the log could not be verified: ")


def test_an_archived_entry_is_proved_from_its_file(closed: Slaflow) -> None:
    number = closed("log", "list", "--lead", "1", "--format", "json").json[2]["id"]
    archived(closed)
    assert closed("log", "prove", number, "--checkpoint", "head.txt").code == 3
    said = closed(
        "log", "prove", number, "--checkpoint", "head.txt", "--archive", "files", "-o", "proof.json"
    )
    assert said.code == 0, said.err
    assert closed("log", "check-proof", "proof.json").code == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--before", "2026-07-01"), 2, "lies ahead; only what is past can be archived"),
        (("--before", "soon"), 2, "is no instant"),
        (("--before", "2026-04-01", "-o", "nowhere"), 3, "nowhere"),
    ],
)
def test_what_cannot_be_archived_changes_nothing(
    closed: Slaflow, words: tuple[str, ...], code: int, said: str
) -> None:
    before = closed("log", "list", "--format", "json").out
    refused = closed("log", "archive", *words, *LATER)
    assert (refused.code, refused.out) == (code, "")
    assert said in refused.err
    assert closed("log", "list", "--format", "json").out == before
