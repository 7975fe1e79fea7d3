"""What the API's description says, asked of a server by schemathesis: every address, by kinds of tokens.

By an admin's token all of its phases, by a party's those that follow links, by a manager's what is made up:
the systematic phase takes half a minute a token, and finds of others what it finds of an admin. What each
role may not is tried elsewhere.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.api_requests import every_route
from support.asking import EVERYTHING, MANAGING, ROOT, governed
from support.clicked import KEYS, REACH
from support.office import MIA, Present, on_one_database
from support.serving import answering
from support.source import ROOT as REPOSITORY
from support.worlds import Fill

from slaflow.engine.access import tokens
from slaflow.engine.app import Engine
from slaflow.engine.log.keys import new_key
from slaflow.store.database import Database
from slaflow.web.api import limits
from slaflow.web.site import Site

SETTINGS = """\
[checks.positive_data_acceptance]
# What an agreement calls its words, and what happened before, no description knows.
expected-statuses = ["2xx", "304", "400", "401", "403", "404", "409", "412", "422", "503"]
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "412", "413", "415", "422", "5xx"]
[[operations]]
# A job that was just asked for has no file: it has to end first, and many a job makes none.
include-path = "/jobs/{job}/file"
checks.ensure_resource_availability.enabled = false
"""
PEOPLE = {"admin": ROOT, "manager": MIA}
PHASES = {"manager": "fuzzing", "party": "fuzzing,stateful", "admin": "coverage,examples,fuzzing,stateful"}
"""Who only reads comes first, who takes things away last."""


def token(app: Engine, whose: str) -> str:
    """The secret of a token of that kind, for everything that it may be for."""
    if (person := PEOPLE.get(whose)) is not None:
        return tokens.add(app, whose, MANAGING, person=person)[1]
    return tokens.add(app, whose, EVERYTHING, party="sales")[1]


@pytest.fixture
def app(
    world_of: Callable[[Fill], Database], present: Present, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """With a head of the log that is signed, and room for any number of requests."""
    engine = Engine(world_of(governed), now=present)
    monkeypatch.setenv("SLAFLOW_KEY", str(tmp_path / "slaflow.key"))
    engine.checkpoint(new_key("slaflow", tmp_path / "slaflow.key"))
    for kind in ("reads", "writes"):
        monkeypatch.setitem(limits.A_SECOND, kind, 1_000_000)
    return engine


def asked(where: str, secret: str, phases: str, folder: Path) -> str:
    """What schemathesis says of the server at *where*; fails where that is anything but good."""
    done = subprocess.run(
        [Path(sys.executable).with_name("schemathesis"), "run", f"{where}/api/v1/openapi.json",
         "-H", f"Authorization: Bearer {secret}", "--phases", phases, "-n", "1", "--no-color",
         "--continue-on-failure", "--generation-database", "none", "--suppress-health-check", "all"],
        cwd=folder, capture_output=True, text=True, timeout=300,
        env={**os.environ, "SCHEMATHESIS_HOOKS": "support.untouched",
             "PYTHONPATH": str(REPOSITORY / "tests")},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


@on_one_database
def test_a_server_is_as_it_is_described(app: Engine, tmp_path: Path) -> None:
    (tmp_path / "schemathesis.toml").write_text(SETTINGS)
    secrets, number = {whose: token(app, whose) for whose in PHASES}, len(every_route())
    with answering(Site(app, REACH, KEYS)) as where:
        for whose, phases in PHASES.items():
            said = asked(where, secrets[whose], phases, tmp_path)
            assert f"Selected: {number}/{number}\n  Tested: {number}\n" in said, (whose, said[-2000:])
    assert app.verify().ok
    assert app.replay().ok
