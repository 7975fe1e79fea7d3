"""Formats, plain text and terminals."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from mailbox import Maildir
from pathlib import Path

import pytest
from support.commands import Slaflow

from slaflow.cli.output import Output, Page

LISTINGS = [
    ("lead", "list"),
    ("queue",),
    ("log", "list"),
    ("user", "list"),
    ("workflow", "list"),
    ("outbox", "list"),
    ("report", "sla"),
    ("doctor",),
    ("db", "current"),
]
Terminal = Callable[..., str]
NOW = "2026-03-09T09:30:00+01:00"


@pytest.mark.parametrize("words", LISTINGS, ids=" ".join)
def test_every_listing_has_four_formats_that_say_the_same(
    handed_over: Slaflow, words: tuple[str, ...]
) -> None:
    handed_over("tick", "--at", NOW)
    document = handed_over(*words, "--format", "json").json
    lines = [json.loads(line) for line in handed_over(*words, "--format", "jsonl").out.splitlines()]
    rows = list(csv.DictReader(io.StringIO(handed_over(*words, "--format", "csv").out)))
    assert lines
    assert len(rows) == len(lines)
    filled = [key for key, value in lines[0].items() if value not in ({}, [])]
    assert (
        list(dict.fromkeys(name.partition(".")[0] for name in rows[0] if name.partition(".")[0] in filled))
        == filled
    )
    if isinstance(document, list):
        assert len(document) == len(lines)
    assert handed_over(*words).out.strip()


@pytest.mark.parametrize("words", [*LISTINGS, ("lead", "show", "1"), ("log", "verify")], ids=" ".join)
def test_into_a_pipe_goes_plain_text_without_colours_or_bars(
    handed_over: Slaflow, words: tuple[str, ...]
) -> None:
    said = handed_over(*words, env={"FORCE_COLOR": "1"})
    assert "\x1b" not in said.out + said.err
    assert not set("│─┃━") & set(said.out)


@pytest.fixture
def in_a_terminal(tmp_path: Path, loaded_python: list[str]) -> Terminal:
    """Types a command; gives what a person at a terminal of some width sees."""
    return partial(seen_in_a_terminal, [*loaded_python, "-m", "slaflow"], tmp_path)


def seen_in_a_terminal(slaflow: list[str], folder: Path, *words: str, columns: int = 100) -> str:
    ours, theirs = pty.openpty()
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "COLUMNS": str(columns)}
    process = subprocess.Popen(
        [*slaflow, *words], cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    seen = b"".join(_read(ours))
    os.close(ours)
    assert process.wait(timeout=60) == 0, seen
    return seen.decode()


def _read(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # Linux says so where the other side has closed.
            return
        if not piece:
            return
        yield piece


def test_a_terminal_gets_colours(handed_over: Slaflow, in_a_terminal: Terminal) -> None:
    seen = in_a_terminal("lead", "show", "1", "--at", NOW)
    assert "\x1b[" in seen
    assert "Can be done now" in seen


def test_a_narrow_terminal_shows_whole_words_and_says_what_it_leaves_out(
    handed_over: Slaflow, in_a_terminal: Terminal
) -> None:
    narrow = on_screen(in_a_terminal("queue", "--at", NOW, columns=80))
    assert all(len(line.rstrip()) <= 80 for line in narrow)
    assert any("no room for" in line and "--wide shows all" in line for line in narrow)
    told = [line for line in narrow if "no room for" not in line]
    roomy = on_screen(in_a_terminal("queue", "--at", NOW, columns=200))
    assert {*" ".join(told).split()} <= {*" ".join(roomy).split()}


def test_the_demo_shows_a_refusal_a_dispute_and_a_candid_figure_in_eighty_columns(
    in_a_terminal: Terminal,
) -> None:
    lines = on_screen(in_a_terminal("demo", columns=80))
    assert all(len(line.rstrip()) <= 80 for line in lines)
    assert [line.split()[:2] for line in lines if line.startswith("keep_in_touch")] == [
        ["keep_in_touch", "2"]
    ]
    seen = " ".join(" ".join(lines).split())
    for said in (
        "qualify refused: nobody has spoken with them since the handoff",
        "disputed by bo@example.com: the breach of respond",
        "upheld by max@example.com: the breach of respond",
        "kept: rule_for_sales, owed by marketing",
        "2 let go: the lead was moved on before they were due",
        "every hash recomputed",
        "messages to people, kept as mails in",
    ):
        assert said in seen
    box = Path("".join(seen.rpartition("kept as mails in ")[2].split()))
    mails = Maildir(box, create=False)
    assert f"{len(mails)} messages to people" in seen
    assert {"anna@example.com", "mia@example.com"} <= {str(mail["To"]) for mail in mails}
    shutil.rmtree(box)


def test_wide_shows_every_column_however_narrow_the_terminal(
    handed_over: Slaflow, in_a_terminal: Terminal
) -> None:
    asked = on_screen(in_a_terminal("--wide", "queue", "--at", NOW, columns=60))
    roomy = on_screen(in_a_terminal("queue", "--at", NOW, columns=200))
    assert [line.rstrip() for line in asked] == [line.rstrip() for line in roomy]


def on_screen(seen: str) -> list[str]:
    """The lines as they stand there, without colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", seen).replace("\r", "").splitlines()


def test_what_a_lead_wrote_cannot_drive_a_terminal(handed_over: Slaflow, in_a_terminal: Terminal) -> None:
    hostile = "company=\x1b[2J\x1b]0;gone\x07[red]"
    handed_over("lead", "set", "1", "--set", hostile, "--as", "sales", "--at", NOW)
    seen = in_a_terminal("lead", "show", "1", "--at", NOW)
    assert "\x1b[2J" not in seen
    assert "\x1b]0" not in seen
    assert "\\x1b[2J\\x1b]0;gone\\x07[red]" in seen
    plain = handed_over("lead", "show", "1", "--at", NOW).out
    assert "\x1b" not in plain


def test_rows_are_printed_as_they_come(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """A log of any length needs no memory for all of it: each row is out before the next is asked for."""
    printed_before: list[int] = []

    def rows() -> Iterator[dict[str, object]]:
        for number in range(3):
            sys.stdout.flush()
            printed_before.append(capfdbinary.readouterr().out.count(b"\n"))
            yield {"number": number}

    Output("jsonl", quiet=False).stream(rows(), lambda page, rows: None)
    assert printed_before == [0, 1, 1]


def test_an_empty_listing_is_an_empty_list_for_scripts(office: Slaflow) -> None:
    assert office("lead", "list", "--format", "json").out == "[]\n"
    assert office("lead", "list", "--format", "jsonl").out == ""


def test_columns_without_anything_in_them_are_left_out(capfd: pytest.CaptureFixture[str]) -> None:
    Page().table(("lead", "team", "owner"), [("1", None, "anna"), ("2", "", "bo")])
    assert capfd.readouterr().out == "LEAD  OWNER\n1     anna\n2     bo\n"


def test_a_long_table_is_printed_in_pieces_under_one_header(capfd: pytest.CaptureFixture[str]) -> None:
    Page().table(("id",), ([str(number)] for number in range(500)))
    lines = capfd.readouterr().out.splitlines()
    assert (lines[0], len(lines), lines[-1]) == ("ID", 501, "499")


def test_titles_stand_again_where_a_later_piece_has_other_columns(capfd: pytest.CaptureFixture[str]) -> None:
    """Otherwise its cells would stand below the titles of others."""
    rows = [*(("1", "anna", "") for _ in range(200)), ("2", "", "lost")]
    Page().table(("id", "owner", "why"), rows)
    lines = capfd.readouterr().out.splitlines()
    assert lines[:1] + lines[-2:] == ["ID  OWNER", "ID  WHY", "2   lost"]
