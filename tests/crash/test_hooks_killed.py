"""Who is killed beside the commit of a delivery kept all of it or nothing; sent again it is there once."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest
from crash.conftest import without_settings
from support.delivering import ENVIRONMENT, REACH, change, hubspot, kept
from support.office import FRIDAY

from slaflow.engine.app import Engine
from slaflow.link.receive import receive
from slaflow.store.database import Database

TAKING = """\
import os, signal, sys
from contextlib import contextmanager

url, when, tests = sys.argv[1:]
sys.path.insert(0, tests)
from support.delivering import ENVIRONMENT, REACH, change, hubspot
from support.office import FRIDAY
from slaflow.engine.app import Engine
from slaflow.link.receive import receive
from slaflow.store.database import Database

kept = Database.write

@contextmanager
def write(self):
    with kept(self) as connection:
        yield connection
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)

Database.write = write
delivery = hubspot([change(1), change(2), change(3)]).request()
receive(Engine(url, now=lambda: FRIDAY), REACH, "hubspot", delivery, ENVIRONMENT)
"""
TESTS = str(Path(__file__).parents[1])


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_was_not_answered_is_sent_again_and_there_once(
    database: Database, loaded_python: list[str], when: str
) -> None:
    app = Engine(database, now=lambda: FRIDAY)
    words = [*loaded_python, "-c", TAKING, database.url, when, TESTS]
    died = subprocess.run(words, env=without_settings(), timeout=60)
    assert died.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
    before = kept(app)
    assert len(before) == (3 if when == "after" else 0)
    again = hubspot([change(number, attemptNumber=1, eventId=number) for number in (3, 1, 2)])
    for _ in range(2):
        assert receive(app, REACH, "hubspot", again.request(), ENVIRONMENT).status == 200
    after = kept(app)
    assert sorted(row.remote for row in after) == ["1001", "1002", "1003"]
    assert when == "before" or after == before
