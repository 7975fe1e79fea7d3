"""What is asked with a key is done once, though whoever does it is killed beside its commit."""

from __future__ import annotations

import signal
import subprocess

import pytest
from crash.conftest import without_settings
from support.asking import desked
from support.office import FRIDAY

from slaflow.engine.app import Engine
from slaflow.engine.caller import AskedBefore, Caller, Once
from slaflow.lifecycle.lead import Actor
from slaflow.store.database import Database

DOING = """\
import os, signal, sys
from contextlib import contextmanager
from slaflow.engine.app import Engine
from slaflow.engine.caller import Caller, Once
from slaflow.lifecycle.lead import Actor
from slaflow.store.database import Database

url, when = sys.argv[1:]
kept = Database.write

@contextmanager
def write(self):
    with kept(self) as connection:
        yield connection
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)

Database.write = write
who = Caller(Actor("token:crm", "sales"), "api", None, Once("crm", "key", "digest"))
Engine(url).add({"email": "new@example.com"}, who)
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_whoever_is_killed_it_is_done_once(database_url: str, loaded_python: list[str], when: str) -> None:
    database = Database(database_url)
    desked(database)
    died = subprocess.run(
        [*loaded_python, "-c", DOING, database_url, when], env=without_settings(), timeout=60
    )
    assert died.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
    app = Engine(database, now=lambda: FRIDAY)
    who = Caller(Actor("token:crm", "sales"), "api", None, Once("crm", "key", "digest"))
    if when == "before":
        assert app.add({"email": "new@example.com"}, who)["id"] >= 2
    for _ in range(2):
        with pytest.raises(AskedBefore):
            app.add({"email": "new@example.com"}, who)
    assert [entry.kind for entry in app.log()].count("created") == 2
    database.dispose()
