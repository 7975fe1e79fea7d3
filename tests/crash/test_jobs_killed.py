"""A worker is killed beside each of its commits: the job is done, once, and its file is whole."""

from __future__ import annotations

import json
import signal
import subprocess
from datetime import timedelta

import pytest
from crash.conftest import without_settings
from support.office import FRIDAY, MIA, handed_over, staffed

from slaflow.engine.app import Engine
from slaflow.engine.jobs import asking
from slaflow.engine.jobs.work import LEASE
from slaflow.engine.jobs.worker import JobWorker
from slaflow.engine.permits import Asker
from slaflow.store.database import Database
from slaflow.web.logbook.kinds import KINDS

DOING = """\
import os, signal, sys
from contextlib import contextmanager
from datetime import datetime
from slaflow.engine.app import Engine
from slaflow.engine.jobs.worker import JobWorker
from slaflow.store.database import Database
from slaflow.engine.jobs import work
from slaflow.web.logbook.kinds import KINDS

url, at, number, when = sys.argv[1:]
left, kept, work.PIECE = int(number), Database.write, 2000

@contextmanager
def write(self):
    global left
    with kept(self) as connection:
        yield connection
        left -= 1
        if not left and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)

Database.write = write
JobWorker(Engine(url, now=lambda: datetime.fromisoformat(at)), KINDS).run_once()
"""
WHO = Asker(MIA, "sales", "manager")


@pytest.mark.parametrize("when", ["before", "after"])
def test_whoever_is_killed_the_job_is_done_once(
    database_url: str, loaded_python: list[str], when: str
) -> None:
    """Commits of an export: the sweep, the claim, pieces of the file, the end."""
    database, now = Database(database_url), FRIDAY
    app = Engine(database, now=lambda: now)
    staffed(app)
    handed_over(app)
    whole = b"".join(json.dumps(each.as_json()).encode() for each in app.log())
    for number in range(1, 6):
        job = asking.ask(app, KINDS, WHO, "export", {"type": "jsonl"})
        died = subprocess.run(
            [*loaded_python, "-c", DOING, database_url, now.isoformat(), str(number), when],
            env=without_settings(), timeout=60,
        )  # fmt: skip
        assert died.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), number
        now += LEASE + timedelta(seconds=1)
        while JobWorker(app, KINDS).run_once():
            pass
        found = asking.find(app, KINDS, WHO, job)
        assert found.status == "done", (number, found.error)
        assert 1 <= found.tries <= 2
        lines = b"".join(asking.file(app, KINDS, WHO, job)[1]).splitlines()
        assert b"".join(json.dumps(json.loads(line)).encode() for line in lines) == whole
    database.dispose()
