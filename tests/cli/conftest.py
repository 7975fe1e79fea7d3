"""A command line to type on: in this process for most tests, as a process of its own where that matters."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy.engine import make_url
from support.commands import AGREEMENT, SCENARIOS, Said, Slaflow
from support.databases import new_postgresql

from slaflow.cli.main import cli


def environment(**named: str) -> dict[str, str | None]:
    """The process's own, without what a developer may have set for themselves."""
    return {"SLAFLOW_DB": None, "SLAFLOW_ACTOR": None, "SLAFLOW_KEY": None, **named}


@pytest.fixture
def dialect(request: pytest.FixtureRequest) -> str:
    """SQLite, unless the test is marked ``everywhere``."""
    return str(getattr(request, "param", "sqlite"))


def type_command(*words: object, env: dict[str, str] | None = None) -> Said:
    """One command in this process, in the current folder."""
    typed = [str(word) for word in words]
    result = CliRunner().invoke(cli, typed, env=environment(**(env or {})), catch_exceptions=False)
    return Said(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def slaflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Slaflow:
    """Types one command, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return type_command


@pytest.fixture
def process(tmp_path: Path, loaded_python: list[str]) -> Callable[..., subprocess.Popen[bytes]]:
    """Starts ``slaflow`` as a process of its own, in an empty folder."""

    def start(*words: object, **rest: Any) -> subprocess.Popen[bytes]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SLAFLOW_") or k == "SLAFLOW_CACHE"}
        usual = {
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "stdin": subprocess.DEVNULL,
            "env": kept,
        }
        command = [*loaded_python, "-m", "slaflow", *map(str, words)]
        return subprocess.Popen(command, cwd=tmp_path, **{**usual, **rest})

    return start


@pytest.fixture
def agreement(tmp_path: Path) -> Path:
    """The agreement's file, its scenarios beside it."""
    (tmp_path / "office-deal.scenario.yaml").write_text(SCENARIOS, encoding="utf-8")
    return written(tmp_path)


def written(folder: Path) -> Path:
    file = folder / "office-deal.yaml"
    file.write_text(AGREEMENT, encoding="utf-8")
    return file


def on(url: str) -> Slaflow:
    """Types commands on the database *url*."""

    def run(*words: object, env: dict[str, str] | None = None) -> Said:
        return type_command("--db", url, *words, env=env)

    return run


def run_each(run: Slaflow, commands: Iterable[tuple[object, ...]], at: str) -> None:
    """Types *commands*, all of which must succeed, by a clock that says *at*."""
    for words in commands:
        done = run(*words, "--at", at)
        assert done.code == 0, done.err


def open_office(url: str, agreement: Path) -> None:
    """Puts the agreement in force and records two people of sales."""
    anna = ("user", "add", "anna@example.com", "--party", "sales", "--team", "nordics")
    commands = (
        ("workflow", "activate", agreement),
        ("user", "add", "mia@example.com", "--party", "sales", "--role", "manager"),
        (*anna, "--manager", "mia@example.com"),
    )
    run_each(on(url), commands, "2026-03-02T08:00:00+01:00")


def hand_over(url: str) -> None:
    commands = (
        ("lead", "add", "--set", "email=kim@example.com", "--as", "marketing"),
        ("lead", "activity", "kim@example.com", "demo", "--as", "lead"),
    )
    run_each(on(url), commands, "2026-03-06T14:30:00+01:00")


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> dict[str, Path]:
    """SQLite files to copy, by the fixture that begins with each."""
    folder = tmp_path_factory.mktemp("furnished")
    files = {name: folder / f"{name}.db" for name in ("office", "handed_over")}
    shutil.copy(sqlite_template, files["office"])
    open_office(f"sqlite:///{files['office']}", written(folder))
    shutil.copy(files["office"], files["handed_over"])
    hand_over(f"sqlite:///{files['handed_over']}")
    return files


@pytest.fixture(scope="session")
def furnished_postgresql(
    tmp_path_factory: pytest.TempPathFactory, postgresql_server: str, postgresql_template: str
) -> Iterator[dict[str, str]]:
    """The same in PostgreSQL: names of databases to copy."""
    with new_postgresql(postgresql_server, postgresql_template) as office:
        open_office(office, written(tmp_path_factory.mktemp("furnished")))
        template = make_url(office).database or ""
        with new_postgresql(postgresql_server, template) as handed:
            hand_over(handed)
            yield {"office": template, "handed_over": make_url(handed).database or ""}


@pytest.fixture
def database_url(request: pytest.FixtureRequest, dialect: str, tmp_path: Path) -> Iterator[str]:
    """A database alone for this test, with what it asks for in it: the office, the lead, or tables only."""
    begun = next((name for name in ("handed_over", "office") if name in request.fixturenames), None)
    if dialect == "sqlite":
        named = "furnished" if begun else "sqlite_template"
        made = request.getfixturevalue(named)
        shutil.copy(made[begun] if begun else made, tmp_path / "slaflow.db")
        yield f"sqlite:///{tmp_path}/slaflow.db"
        return
    named = "furnished_postgresql" if begun else "postgresql_template"
    made = request.getfixturevalue(named)
    server = request.getfixturevalue("postgresql_server")
    with new_postgresql(server, made[begun] if begun else made) as url:
        yield url


@pytest.fixture
def office(slaflow: Slaflow, agreement: Path, database_url: str) -> Slaflow:
    """A command line with the agreement in force and two people of sales."""
    return on(database_url)


@pytest.fixture
def handed_over(office: Slaflow) -> Slaflow:
    """Lead 1, Kim, handed to sales on Friday 6 March 2026 at 14:30; respond is due on Monday at 10:30."""
    return office
