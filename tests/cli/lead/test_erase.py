"""``slaflow lead erase`` and ``slaflow db scrub``, as somebody who handles requests types them."""

from __future__ import annotations

import os
import pty
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from support.commands import Slaflow, everywhere

from slaflow.engine.leads import erase

NOW = "2026-03-09T09:30:00+01:00"
WHY = ("--reason", "asked for in request 17", "--as", "marketing", "--at", NOW)
FORMATS = ("table", "json", "jsonl", "csv")


@everywhere
def test_erasing_prints_the_lead_as_it_is_afterwards(handed_over: Slaflow) -> None:
    lead = handed_over("lead", "erase", "kim@example.com", *WHY, "--format", "json").json
    assert (lead["id"], lead["key"], lead["erased_at"]) == (1, "erased-1", "2026-03-09T08:30:00Z")
    assert lead["fields"] == {"email": None, "company": None, "on_hold": None}
    assert lead["available"] == []
    assert lead["clocks"][-1]["status"] == "cancelled"


def test_people_are_told_what_ended_and_nobody_is_asked_in_a_pipe(handed_over: Slaflow) -> None:
    said = handed_over("lead", "erase", "1", *WHY)
    assert said.out == "lead 1: erased; respond cancelled\n"
    assert (said.code, said.err) == (0, "")
    assert handed_over("lead", "show", "1").out.splitlines()[:2] == [
        "lead 1  erased-1",
        "  erased   Mon 2026-03-09 09:30",
    ]
    assert handed_over("db", "scrub").out == "nothing to scrub\n"


@pytest.mark.parametrize(
    ("dialect", "format"),
    [*(("sqlite", each) for each in FORMATS), ("postgresql", "json")],
    indirect=["dialect"],
)
def test_no_command_shows_anything_of_the_person(
    handed_over: Slaflow, format: str, tmp_path: Path, dialect: str
) -> None:
    handed_over("lead", "set", "1", "--set", "company=Quuxborough", "--as", "sales", "--at", NOW)
    assert handed_over("lead", "erase", "1", *WHY).code == 0
    for words in (
        ("lead", "show", "1"), ("lead", "list"), ("lead", "explain", "1"), ("queue",), ("outbox", "list"),
        ("log", "list", "--lead", "1"), ("log", "verify"), ("doctor",), ("lead", "show", "kim@example.com"),
        ("lead", "fire", "1", "accept", "--as", "sales", "--debug"),
    ):  # fmt: skip
        said = handed_over(*words, "--format", format)
        shown = (said.out + said.err).replace('unknown lead "kim@example.com"', "")
        assert [word for word in ("kim@", "Quuxborough") if word in shown] == [], words
    if dialect == "sqlite":
        assert [f for f in tmp_path.glob("slaflow.db*") if b"Quuxborough" in f.read_bytes()] == []


def test_the_log_tells_that_data_was_erased_and_why(handed_over: Slaflow) -> None:
    handed_over("lead", "erase", "1", *WHY)
    lines = handed_over("log", "list", "--lead", "1").out.splitlines()
    assert lines[1].split()[-1] == "erased"
    assert lines[-2].endswith("asked for in request 17")
    verdict = handed_over("log", "verify")
    assert (verdict.code, verdict.out.startswith("the log is as it was written")) == (0, True)


@everywhere
def test_what_is_erased_stays_so_in_one_line(handed_over: Slaflow) -> None:
    handed_over("lead", "erase", "1", *WHY)
    for words in (
        ("erase", "1", "--reason", "again"),
        ("fire", "1", "accept"),
        ("set", "1", "--set", "company=x"),
    ):
        said = handed_over("lead", *words, "--as", "sales")
        assert (said.code, said.out) == (1, "")
        assert said.err == (
            "slaflow: lead 1 was erased on 2026-03-09T08:30:00Z; nothing can happen to it any more\n"
        )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--reason", "gone"), "--as WHO"),
        (("--as", "sales"), "--reason"),
        (("--as", "sales", "--reason", " "), "say why, in a few words that name nobody"),
        (("--as", "sales", "--reason", "Kim@example.com asked"), "the reason holds the lead's own email"),
    ],
)
def test_an_erasure_wants_an_actor_and_a_reason_that_names_nobody(
    handed_over: Slaflow, words: tuple[str, ...], said: str
) -> None:
    refused = handed_over("lead", "erase", "1", *words)
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err
    assert handed_over("lead", "show", "1", "--format", "json").json["erased_at"] is None


def test_an_unknown_lead_or_actor_is_answered_with_the_nearest(handed_over: Slaflow) -> None:
    said = handed_over("lead", "erase", "kin@example.com", *WHY)
    assert (said.code, 'did you mean "kim@example.com"?' in said.err) == (1, True)
    said = handed_over("lead", "erase", "1", "--reason", "gone", "--as", "mai@example.com")
    assert (said.code, 'did you mean "mia@example.com"?' in said.err) == (1, True)


@everywhere
def test_the_files_may_be_rewritten_later_and_doctor_reminds(handed_over: Slaflow) -> None:
    said = handed_over("lead", "erase", "1", *WHY, "--no-scrub")
    assert said.code == 0
    assert said.err.count("\n") == 1
    assert "may still hold the old values; 'slaflow db scrub' rewrites them" in said.err
    reminded = handed_over("doctor")
    assert reminded.code == 1
    assert "may still hold the values of an erased lead; run 'slaflow db scrub'" in reminded.out
    scrubbed = handed_over("db", "scrub", "--format", "json")
    assert (scrubbed.code, scrubbed.json) == (0, {"leads": 1})
    assert "erasure" not in handed_over("doctor").out


@everywhere
def test_sqlite_is_rewritten_at_once_and_a_server_when_asked(handed_over: Slaflow, dialect: str) -> None:
    said = handed_over("lead", "erase", "1", *WHY)
    left = handed_over("db", "scrub", "--format", "json").json["leads"]
    assert (bool(said.err), left) == ((False, 0) if dialect == "sqlite" else (True, 1))
    handed_over("lead", "add", "--set", "email=liv@example.com", "--as", "marketing", "--at", NOW)
    assert handed_over("lead", "erase", "2", *WHY, "--scrub").err == ""
    assert handed_over("db", "scrub").out == "nothing to scrub\n"


def test_a_lead_is_erased_though_its_file_cannot_be_rewritten_now(
    handed_over: Slaflow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Somebody reads the file as it was, for longer than the command waits."""
    monkeypatch.setattr(erase, "PATIENCE_SECONDS", 0)
    reader = sqlite3.connect(tmp_path / "slaflow.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM lead").fetchall()
    said = handed_over("lead", "erase", "1", *WHY, "--quiet")
    assert said.code == 0
    assert said.err.startswith("slaflow: the lead is erased, but database sqlite:///")
    assert "may still hold what was erased: another connection reads it as it was; run" in said.err
    assert handed_over("db", "scrub").code == 3
    reader.close()
    assert handed_over("db", "scrub").out == "the files hold nothing of 1 erased lead\n"


COMES_BACK = "a lead of this identity was erased on 2026-03-09; with --resurrect it is recorded anew"


@everywhere
def test_who_was_erased_comes_back_only_on_purpose(handed_over: Slaflow, tmp_path: Path) -> None:
    handed_over("lead", "erase", "1", *WHY)
    handed_over("lead", "add", "--set", "email=liv@example.com", "--as", "marketing", "--at", NOW)
    (tmp_path / "leads.csv").write_text("email\nkim@example.com\nmax@example.com\n", encoding="utf-8")
    (tmp_path / "map.yaml").write_text("lead: {email: email}", encoding="utf-8")
    kim = ("--set", "email=KIM@example.com", "--as", "marketing", "--at", NOW)
    file = ("import", tmp_path / "leads.csv", "--map", tmp_path / "map.yaml", "--at", NOW)
    for words in (("lead", "add", *kim), ("lead", "set", "liv@example.com", *kim)):
        said = handed_over(*words)
        assert (said.code, said.out, said.err) == (1, "", f"slaflow: {COMES_BACK}\n")
    for more in (("--dry-run",), ()):
        said = handed_over(*file, *more, "--format", "json")
        assert (said.code, said.json["leads_added"]) == (1, 1)
        assert [(each["row"], each["reason"]) for each in said.json["rejected"]] == [(1, COMES_BACK)]
    assert handed_over("lead", "set", "--id", "2", *kim, "--resurrect").code == 0
    handed_over("lead", "erase", "kim@example.com", *WHY)
    said = handed_over(*file, "--resurrect")
    assert (said.code, said.err) == (0, "slaflow: 1 erased lead was recorded anew\n")
    assert handed_over("lead", "show", "kim@example.com", "--format", "json").json["id"] > 2


def test_erasing_by_an_earlier_clock_is_done_and_says_so(handed_over: Slaflow) -> None:
    """It used to end as refused, with the lead erased and the files as they were."""
    handed_over("lead", "activity", "1", "call", "--as", "sales", "--at", "2026-03-09T10:00:00+01:00")
    said = handed_over("lead", "erase", "1", *WHY)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("lead 1: erased")
    assert handed_over("db", "scrub").out == "nothing to scrub\n"


def at_a_terminal(folder: Path, answer: str, *words: str) -> tuple[int, str]:
    """How a command ends for a person who answers its question, and what they see."""
    ours, theirs = pty.openpty()
    environment = {"PATH": os.environ["PATH"], "TERM": "dumb", "COLUMNS": "200"}
    command = [sys.executable, "-m", "slaflow", *words]
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    os.close(theirs)
    os.write(ours, f"{answer}\n".encode())
    seen, _ = process.communicate(timeout=60)
    os.close(ours)
    return process.returncode, seen.decode()


@pytest.mark.parametrize("answer", ["n", ""])
def test_a_person_at_a_terminal_is_asked_and_may_think_again(
    handed_over: Slaflow, tmp_path: Path, answer: str
) -> None:
    code, seen = at_a_terminal(tmp_path, answer, "lead", "erase", "1", *WHY)
    assert (code, "erase lead 1 (kim@example.com) for ever? [y/N]" in seen) == (1, True)
    assert "slaflow: nothing was erased" in seen
    assert handed_over("lead", "show", "1", "--format", "json").json["key"] == "kim@example.com"


@pytest.mark.parametrize("extra", [(), ("--yes",)])
def test_who_says_yes_has_it_done(handed_over: Slaflow, tmp_path: Path, extra: tuple[str, ...]) -> None:
    code, seen = at_a_terminal(tmp_path, "y", "lead", "erase", "1", *WHY, *extra)
    assert (code, "for ever?" in seen) == (0, not extra)
    assert handed_over("lead", "show", "1", "--format", "json").json["key"] == "erased-1"
