"""What a command loads: starting slaflow takes as long as the modules that it has imported.

Each runs in a Python of its own from the start: one that is forked has loaded everything already.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.commands import Slaflow, everywhere
from support.source import ROOT

FOR_NO_COMMAND = {"matplotlib", "numpy", "pandas", "pyarrow"}
OF_THE_DATABASE = {"psycopg", "sqlalchemy.dialects.postgresql"}
OF_OTHER_COMMANDS = {
    "slaflow.engine.commitments",
    "slaflow.engine.leads.queue",
    "slaflow.engine.log.checkpoints",
    "slaflow.engine.log.past",
    "slaflow.engine.tick",
}
OF_READING = {"pydantic", "yaml", "slaflow.workflow.compile", "slaflow.workflow.document"}
OF_DECISIONS = {"cel_expr_python", "pydantic", "sqlalchemy", "yaml", "slaflow.engine"}
REPORTS = """
import sys
from slaflow.cli.main import cli
try:
    cli(sys.argv[1:])
except SystemExit as end:
    assert not end.code, end.code
print(*sys.modules, sep="\\n", file=sys.stderr)
"""


def loaded(*words: str) -> set[str]:
    """The names of the modules that the command has imported."""
    ran = subprocess.run([sys.executable, "-c", REPORTS, *words], capture_output=True, text=True, check=True)
    return set(ran.stderr.split())


@pytest.mark.parametrize("words", [("--help",), ("lead", "--help"), ("lead", "fire", "--help")], ids=" ".join)
def test_help_loads_neither_a_database_nor_an_agreement(words: tuple[str, ...]) -> None:
    found = loaded(*words)
    assert found & {"alembic", *OF_THE_DATABASE, *FOR_NO_COMMAND, *OF_DECISIONS} == set()


def test_the_help_of_all_commands_loads_none_of_them() -> None:
    of_commands = {f"slaflow.cli.{name}" for name in ("lead", "log", "report", "setup")}
    assert loaded("--help") & of_commands == set()


def test_a_file_is_checked_without_a_database_and_without_every_country_s_holidays() -> None:
    found = loaded("workflow", "check", str(ROOT / "workflows" / "b2b-standard.yaml"))
    assert found & {"sqlalchemy", "holidays.countries", *FOR_NO_COMMAND} == set()


@everywhere
def test_a_lead_is_shown_without_what_only_migrations_and_pictures_need(
    office: Slaflow, database_url: str, dialect: str
) -> None:
    assert office("lead", "add", "--as", "marketing", "--set", "email=kim@example.com").code == 0
    found = loaded("--db", database_url, "lead", "show", "kim@example.com")
    unwanted = {"alembic", *FOR_NO_COMMAND, *OF_OTHER_COMMANDS, *OF_READING}
    if dialect == "sqlite":
        unwanted |= OF_THE_DATABASE
    assert found & unwanted == set()
    assert found >= {"sqlalchemy", "slaflow.engine.app"}


def test_a_trigger_is_fired_by_an_agreement_that_was_kept_without_what_reads_its_text(
    handed_over: Slaflow, database_url: str
) -> None:
    found = loaded("--db", database_url, "lead", "fire", "--as", "sales", "kim@example.com", "accept")
    assert found & OF_READING == set()


def test_where_nothing_can_be_kept_a_command_says_the_same(
    office: Slaflow, database_url: str, tmp_path: Path
) -> None:
    assert office("lead", "add", "--as", "marketing", "--set", "email=kim@example.com").code == 0
    (tmp_path / "file").touch()
    usual = office("lead", "list")
    assert office("lead", "list", env={"SLAFLOW_CACHE": str(tmp_path / "file")}) == usual
    assert office("lead", "list", env={"SLAFLOW_CACHE": str(tmp_path / "new" / "kept")}) == usual
    assert len(list((tmp_path / "new" / "kept").iterdir())) == 1
