"""What is asked with a key is done once, though whoever does it is killed beside its commit."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable

import pytest
from crash.conftest import without_settings
from support.asking import ROOT, governed
from support.worlds import Fill

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

url, when, deed = sys.argv[1:]
kept = Database.write

@contextmanager
def write(self):
    with kept(self) as connection:
        yield connection
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)

app, who = Engine(url), Caller(Actor("root@example.com", "sales"), "api", None, Once("root", "key", "digest"))
Database.write = write
eval(deed)
"""
WHO = Caller(Actor(ROOT, "sales"), "api", None, Once("root", "key", "digest"))
DEEDS = (
    "app.add({'email': 'new@example.com'}, who)",
    "app.dispute(2, 'respond', 'it reached us after hours', who)",
    "app.activate(app.active().source + '# again', by=who)",
    "app.record_person('new@example.com', {'party': 'sales'}, by=who)",
    "app.remove_person('bo@example.com', by=who)",
    "app.erase(1, 'asked to', who)",
)


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_whoever_is_killed_it_is_done_once(
    world_of: Callable[[Fill], Database], loaded_python: list[str], when: str, deed: str
) -> None:
    database = world_of(governed)
    app, url = Engine(database), database.url
    number = sum(1 for _ in app.log())
    died = subprocess.run([*loaded_python, "-c", DOING, url, when, deed], env=without_settings(), timeout=60)
    assert died.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
    assert (sum(1 for _ in app.log()) > number) == (when == "after")
    asked = {"app": app, "who": WHO}
    if when == "before":
        eval(deed, asked)
    done = [entry.hash for entry in app.log()]
    assert len(done) > number
    for _ in range(2):
        with pytest.raises(AskedBefore):
            eval(deed, asked)
    assert [entry.hash for entry in app.log()] == done
    assert app.verify().ok
    assert app.replay().ok
