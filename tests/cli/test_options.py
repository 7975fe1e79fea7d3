"""Options that every command takes, and how wrong usage is answered."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import click
import pytest
from support.commands import Slaflow

from slaflow.cli.main import cli


def every_command(
    group: click.Group, context: click.Context, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    """The words that each command is called by, groups included."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from every_command(command, context, (*path, name))


COMMANDS = list(every_command(cli, click.Context(cli)))


GROUPS = [(), *sorted({words[:-1] for words in COMMANDS if len(words) > 1})]


@pytest.mark.parametrize("words", GROUPS, ids=" ".join)
def test_a_group_without_a_command_shows_its_help_and_is_no_success(
    slaflow: Slaflow, words: tuple[str, ...]
) -> None:
    said = slaflow(*words)
    assert (said.code, said.err) == (2, "")
    assert said.out == slaflow(*words, "--help").out


def test_the_version_is_said(slaflow: Slaflow) -> None:
    said = slaflow("--version")
    assert (said.code, said.out) == (0, f"slaflow {version('slaflow')}\n")


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(slaflow: Slaflow, words: tuple[str, ...]) -> None:
    said = slaflow(*words, "--help")
    assert said.code == 0
    assert said.out.startswith(f"Usage: slaflow {' '.join(words)} ")
    assert "\n\n  " in said.out, "there is no sentence about it"


@pytest.mark.parametrize(
    "words", [("--format", "json", "lead", "list"), ("lead", "list", "--format", "json")]
)
def test_the_format_may_stand_before_and_after_the_command(office: Slaflow, words: tuple[str, ...]) -> None:
    assert office(*words).out == "[]\n"


def test_the_format_named_last_counts(office: Slaflow) -> None:
    assert office("--format", "json", "lead", "list", "--format", "csv").out == ""


def test_the_database_may_be_named_after_the_command(slaflow: Slaflow, database_url: str) -> None:
    assert slaflow("db", "current", "--db", database_url).code == 0


def test_the_environment_names_the_database_and_the_option_outranks_it(
    slaflow: Slaflow, database_url: str
) -> None:
    elsewhere = {"SLAFLOW_DB": "sqlite:///elsewhere.db"}
    assert slaflow("db", "current", env={"SLAFLOW_DB": database_url}).code == 0
    assert slaflow("db", "current", env=elsewhere).code == 3
    assert slaflow("--db", database_url, "db", "current", env=elsewhere).code == 0


def test_a_settings_file_above_names_the_database(
    slaflow: Slaflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slaflow("init", "project")
    (tmp_path / "project" / "deep" / "down").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "project" / "deep" / "down")
    assert slaflow("db", "current").code == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("2026-03-06T14:30", '"2026-03-06T14:30" has no offset; write 2026-03-06T14:30:00Z'),
        ("2026-03-06", '"2026-03-06" has no offset; write 2026-03-06T00:00:00Z'),
        ("yesterday", '"yesterday" is no instant; write 2026-03-06T14:30:00+01:00'),
        ("0001-01-01T00:00:00+12:00", "is no instant"),
    ],
)
def test_an_instant_without_an_offset_is_refused_with_what_to_write(
    slaflow: Slaflow, given: str, said: str
) -> None:
    answer = slaflow("tick", "--at", given)
    assert answer.code == 2
    assert said in answer.err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--set", "company"], '"company" is not name=value'),
        (["--set", "=Acme"], '"=Acme" is not name=value'),
        (["--set", "company=a", "--set", "company=b"], '"company" is given twice'),
    ],
)
def test_a_value_is_given_as_name_equals_value(slaflow: Slaflow, given: list[str], said: str) -> None:
    answer = slaflow("lead", "add", "--as", "marketing", *given)
    assert answer.code == 2
    assert said in answer.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("qeue",), 'no such command "qeue"; did you mean "queue"?; see \'slaflow --help\''),
        (("lead", "fier"), 'no such command "fier"; did you mean "fire"?; see \'slaflow lead --help\''),
        (("tick", "--bathc", "2"), "no such option --bathc; did you mean"),
        (("lead", "fire", "1"), "missing argument 'TRIGGER'"),
        (("queue", "--limit", "0"), "invalid value for '--limit'"),
        (("--format", "xml", "queue"), "invalid value for '--format'"),
        (("log", "list", "--kind", "breech"), 'unknown kind "breech"; did you mean "breached"?'),
        (("user", "away", "anna@example.com", "--from", "2026-03-09"), "missing option '--until'"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(slaflow: Slaflow, words: tuple[str, ...], said: str) -> None:
    answer = slaflow(*words)
    assert answer.code == 2
    assert said in answer.err
    assert answer.err.startswith("slaflow: ")
    assert answer.err.count("\n") == 1
    assert answer.out == ""
