"""Names completed at the prompt, from the database, in each shell's own terms."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support.commands import Slaflow, everywhere

from slaflow.engine.app import Engine
from slaflow.store.database import Database

Complete = Callable[[str], list[str]]


@pytest.fixture
def complete(handed_over: Slaflow) -> Complete:
    """What a shell is given for the line, its cursor at the end."""

    def run(line: str) -> list[str]:
        *_, last = words = line.split(" ")
        asked = {
            "_SLAFLOW_COMPLETE": "fish_complete",
            "COMP_WORDS": line,
            "COMP_CWORD": last if words else "",
        }
        said = handed_over(env=asked)
        return [each.split(",", 1)[1].split("\t")[0] for each in said.out.splitlines()]

    return run


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("slaflow lead show ki", ["kim@example.com"]),
        ("slaflow lead show KIM@", ["kim@example.com"]),
        ("slaflow lead fire kim@example.com ac", ["accept"]),
        ("slaflow lead activity kim@example.com ", ["call", "demo"]),
        ("slaflow lead check kim@example.com v", ["value"]),
        ("slaflow lead explain kim@example.com resp", ["respond"]),
        ("slaflow lead lift kim@example.com resp", ["respond"]),
        ("slaflow lead assign kim@example.com an", ["anna@example.com"]),
        ("slaflow lead set kim@example.com --as m", ["marketing", "mia@example.com"]),
        ("slaflow lead list --state ac", ["accepted"]),
        ("slaflow queue --team n", ["nordics"]),
        ("slaflow queue --party sa", ["sales"]),
        ("slaflow log list --kind br", ["breach_lifted", "breached"]),
        ("slaflow log list --target resp", ["respond"]),
        ("slaflow review show off", ["office-deal"]),
        ("slaflow user away mi", ["mia@example.com"]),
        ("slaflow report wa", ["waste"]),
    ],
)
def test_a_name_is_completed_where_a_command_asks_for_one(
    complete: Complete, line: str, names: list[str]
) -> None:
    assert complete(line) == names


def test_of_triggers_those_are_offered_that_lead_on_from_where_the_lead_is(complete: Complete) -> None:
    offered = complete("slaflow lead fire kim@example.com ")
    assert offered == ["accept"]
    assert complete("slaflow lead fire --id 1 ") == offered
    assert {*offered} < {*complete("slaflow log list --trigger ")}


def test_where_there_is_no_database_nothing_is_offered_and_nothing_is_said(slaflow: Slaflow) -> None:
    asked = {
        "_SLAFLOW_COMPLETE": "bash_complete",
        "COMP_WORDS": "slaflow lead show k|",
        "COMP_CWORD": "99999",
    }
    said = slaflow(env=asked)
    assert (said.code, said.out.strip(), said.err) == (0, "", "")


@everywhere
def test_leads_are_found_by_how_they_begin(handed_over: Slaflow, database_url: str) -> None:
    database = Database(database_url)
    app = Engine(database)
    assert app.names("lead", "k") == [("kim@example.com", "mql")]
    assert app.names("lead", "l") == []
    database.dispose()


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs a bash to ask")
def test_bash_is_given_what_is_missing_behind_its_own_word_break(
    handed_over: Slaflow, tmp_path: Path, loaded_python: list[str]
) -> None:
    """Bash ends words at the @ of an address, and would put the whole address behind it."""
    (tmp_path / "slaflow").write_text(f'#!/bin/sh\nexec {shlex.join(loaded_python)} -m slaflow "$@"\n')
    (tmp_path / "slaflow").chmod(0o755)
    script = """
    eval "$(_SLAFLOW_COMPLETE=bash_source slaflow)"
    COMP_WORDBREAKS=$' \\t\\n"\\'@><=;|&(:'
    for COMP_LINE in "slaflow lead show kim@ex" "slaflow lead show --at 2026-03-06T14:00Z k"; do
        COMP_POINT=${#COMP_LINE}
        _slaflow_completion slaflow
        echo "${COMPREPLY[*]}"
    done
    """
    path = f"{tmp_path}:/usr/bin:/bin"
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        cwd=tmp_path,
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["example.com", "kim@example.com"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_is_given_a_function_to_complete_with(slaflow: Slaflow, shell: str) -> None:
    said = slaflow(env={"_SLAFLOW_COMPLETE": f"{shell}_source"})
    assert (said.code, said.err) == (0, "")
    assert "_slaflow_completion" in said.out
