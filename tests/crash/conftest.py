"""Commands as processes of their own, in an empty folder, on one database; scripts of bench/ on every one."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from resource import RLIM_INFINITY
from typing import Any

import pytest
from click.testing import CliRunner
from support.commands import Said

from slaflow.cli.main import cli
from slaflow.exchange.imports import run as importing

BENCH = Path(__file__).parents[2] / "bench"
Start = Callable[..., "subprocess.Popen[str]"]


def without_settings() -> dict[str, str]:
    """The environment, without what a developer may have set for themselves."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("SLAFLOW_") or name == "SLAFLOW_CACHE"
    }


def ended(process: subprocess.Popen[str]) -> Said:
    """How a process ended, once it has."""
    out, err = process.communicate(timeout=120)
    return Said(process.returncode, out, err)


FEW = 100
"""Rows that an import saves at once here, so that a small file is many transactions."""
TYPED = """\
import resource, sys
from slaflow.cli.main import main
from slaflow.exchange.imports import run
most, run.AT_ONCE = int(sys.argv.pop(1)), int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
main()
"""


@pytest.fixture
def start(tmp_path: Path, loaded_python: list[str]) -> Start:
    """Starts ``slaflow`` in an empty folder; with *most_bytes* no file of it may grow beyond that."""

    def starting(*words: object, most_bytes: int = RLIM_INFINITY) -> subprocess.Popen[str]:
        command = [*loaded_python, "-c", TYPED, str(most_bytes), str(FEW), *map(str, words)]
        return subprocess.Popen(
            command, cwd=tmp_path, env=without_settings(), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    return starting


@pytest.fixture
def type_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Types one command in this process, in an empty folder, for what needs no process of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(importing, "AT_ONCE", FEW)

    def typed(*words: object) -> Said:
        settings = {"SLAFLOW_DB": None, "SLAFLOW_ACTOR": None}
        done = CliRunner().invoke(cli, [str(word) for word in words], env=settings, catch_exceptions=False)
        return Said(done.exit_code, done.stdout, done.stderr)

    return typed


@pytest.fixture
def bench(request: pytest.FixtureRequest, dialect: str, loaded_python: list[str]) -> Callable[..., Any]:
    """Runs a script of bench/ on this kind of database; gives the line it printed."""
    wanted = "sqlite" if dialect == "sqlite" else request.getfixturevalue("postgresql_server")

    def run(script: str, *words: object) -> Any:
        command = [*loaded_python, str(BENCH / script), "--db", wanted, *map(str, words)]
        done = subprocess.run(command, env=without_settings(), capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)

    return run
