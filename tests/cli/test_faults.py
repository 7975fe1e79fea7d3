"""How commands end: one clear line, an exit code for scripts, a traceback only when asked for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import click
import pytest
from support.commands import Slaflow, everywhere

from slaflow.cli.faults import end_of
from slaflow.cli.session import Session

Process = Callable[..., "subprocess.Popen[bytes]"]


def ended(process: subprocess.Popen[bytes]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out.decode(), err.decode()


def test_a_file_that_is_not_there_is_the_environments_fault(process: Process) -> None:
    code, out, err = ended(process("workflow", "check", "nowhere.yaml"))
    assert (code, out) == (3, "")
    assert err == "slaflow: nowhere.yaml: cannot be read: no such file or directory\n"


def test_a_database_that_is_not_there_says_which_command_makes_it(process: Process) -> None:
    code, _, err = ended(process("queue"))
    assert code == 3
    assert "slaflow init" in err
    assert err.count("\n") == 1


@everywhere
def test_a_database_without_tables_says_what_makes_them(
    slaflow: Slaflow, empty_database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "slaflow.db").touch()
    for words in ("queue", "tick", "lead list", "log verify", "report sla", "outbox list"):
        said = slaflow("--db", empty_database_url, *words.split())
        assert said.code == 3, words
        assert "has no tables yet; run 'slaflow db upgrade' or 'slaflow init'" in said.err, words


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://localhost:1/nothing", "is not reachable"),
        ("mysql://localhost/leads", 'slaflow does not know "mysql"'),
        ("leads.db", "it is not written like one"),
    ],
)
def test_a_database_that_cannot_be_had_is_the_environments_fault(
    slaflow: Slaflow, url: str, said: str
) -> None:
    answer = slaflow("--db", url, "queue")
    assert answer.code == 3
    assert said in answer.err
    assert answer.err.count("\n") == 1


def test_without_an_agreement_it_is_said_how_to_put_one_in_force(slaflow: Slaflow, database_url: str) -> None:
    said = slaflow("--db", database_url, "lead", "add", "--set", "email=kim@example.com", "--as", "marketing")
    assert said.code == 1
    assert "slaflow workflow activate FILE" in said.err


def test_every_finding_of_a_broken_agreement_is_a_line(
    slaflow: Slaflow, database_url: str, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("workflow: broken\nstates:\n  a: {initial: true, hold_by: x}\ntargtes: {}\n")
    said = slaflow("--db", database_url, "workflow", "activate", broken)
    assert said.code == 1
    lines = said.err.splitlines()
    assert len(lines) > 1
    assert all(line.startswith(f"slaflow: {broken}:") for line in lines)
    assert any('did you mean "targets"?' in line for line in lines)


def test_a_traceback_is_for_those_who_ask(slaflow: Slaflow) -> None:
    plain = slaflow("workflow", "check", "nowhere.yaml")
    debug = slaflow("workflow", "check", "nowhere.yaml", "--debug")
    assert "Traceback" not in plain.err
    assert "Traceback" in debug.err
    assert debug.code == plain.code


def test_a_fault_of_our_own_is_one_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert end_of(ZeroDivisionError("by zero"), Session()) == 3
    said = capsys.readouterr().err
    assert said.startswith("slaflow: a fault in slaflow itself: ZeroDivisionError: by zero; ")
    assert "--debug" in said
    assert said.count("\n") == 1


def test_what_a_message_quotes_cannot_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    end_of(click.UsageError("no \x1b[2J"), Session())
    assert "\x1b" not in capsys.readouterr().err


def test_a_reader_that_has_enough_is_no_error(process: Process, handed_over: Slaflow, tmp_path: Path) -> None:
    """As in ``slaflow log list | head``."""
    with process("--db", "sqlite:///slaflow.db", "log", "list", "--format", "jsonl") as listing:
        assert listing.stdout is not None
        listing.stdout.close()
        assert listing.stderr is not None
        said = listing.stderr.read()
    assert (listing.returncode, said) == (0, b"")


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """As a person does: once more where nothing happens, as a signal just before a read does not end it."""
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)


def test_an_interrupted_command_says_so_and_ends_with_130(process: Process, tmp_path: Path) -> None:
    """The command waits for a file that nobody writes."""
    os.mkfifo(tmp_path / "waits.yaml")
    waiting = process("--debug", "workflow", "check", "waits.yaml")
    # Once opened from this side, the command is at its reading.
    with (tmp_path / "waits.yaml").open("wb"):
        interrupt(waiting)
        code, out, err = ended(waiting)
    assert (code, out) == (130, "")
    assert "slaflow: interrupted; " in err


def test_letters_outlive_a_terminal_that_has_none(handed_over: Slaflow, tmp_path: Path) -> None:
    """JSON is UTF-8 whatever the locale; a page spells out what cannot be printed.

    Python takes the encoding from its environment as it starts: nothing may stand for that.
    """
    handed_over(
        "lead", "set", "1", "--set", "company=Søn", "--as", "sales", "--at", "2026-03-09T09:30:00+01:00"
    )
    plain = {"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    show = [sys.executable, "-m", "slaflow", "--db", "sqlite:///slaflow.db", "lead", "show", "1"]

    def shown(*words: str) -> str:
        done = subprocess.run([*show, *words], cwd=tmp_path, env=plain, capture_output=True, check=True)
        return done.stdout.decode()

    assert '"company": "Søn"' in shown("--format", "json")
    assert "S\\xf8n" in shown()
