"""Senders die at every boundary, and for real: all arrives, under one id, in order; none is lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.faulty import FaultyServer
from support.office import Present, handed_over, staffed
from support.sending import SECRETS, applied, arrived, deliveries, messages, reach_of, sent, taken
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.notify.line import Line
from slaflow.settings.reach import Reach
from slaflow.store.database import Database
from slaflow.store.rows import deliveries as store

TOML = """\
[receivers.crm]
kind = "webhook"
url = "{url}"
secret_env = "HOOK"
events = ["created", "transition", "breached"]
[net]
allow = ["127.0.0.0/8"]
[send]
lease = "2s"
timeout = "1s"
"""


class Killed(BaseException):
    """Nothing that the program could catch."""


def an_office(database: Database) -> None:
    staffed(Engine(database))


@pytest.fixture
def app(world_of: Callable[[Fill], Database]) -> Engine:
    return Engine(world_of(an_office), now=Present())


def came_whole(app: Engine, faulty: FaultyServer) -> None:
    """Every message arrived, under one id, and of each lead the first time in the order of its log."""
    ids: dict[tuple[str, int], set[str]] = {}
    for seen, (lead, _, seq) in zip(taken(faulty, "crm"), arrived(faulty, "crm"), strict=True):
        ids.setdefault((lead, seq), set()).add(seen.headers["webhook-id"])
    assert len(ids) == len(messages(app))
    assert all(len(each) == 1 for each in ids.values())
    first = list(ids)
    for lead in {lead for lead, _ in first}:
        assert (of := [seq for each, seq in first if each == lead]) == sorted(of)
    assert {row.status for row in deliveries(app)} == {row.status for row in messages(app)} == {"sent"}


def dying(monkeypatch: pytest.MonkeyPatch, chance: random.Random) -> None:
    """Has whoever sends die now and then: once claimed, once sent, before that is marked."""

    def now_and_then(doing: Callable[..., Any]) -> Callable[..., Any]:
        def done(*given: Any, **more: Any) -> Any:
            if chance.random() < 0.3:
                raise Killed
            found = doing(*given, **more)
            if chance.random() < 0.2:
                raise Killed
            return found

        return done

    monkeypatch.setattr(Line, "_send", now_and_then(Line._send))
    monkeypatch.setattr(Line, "_take", now_and_then(Line._take))
    monkeypatch.setattr(store, "mark", now_and_then(store.mark))


def test_who_dies_at_a_boundary_loses_nothing(
    app: Engine, faulty: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    reach = applied(app, reach_of(faulty, "crm"))
    for name in "abcd":
        handed_over(app, name)
    with monkeypatch.context() as patched:
        dying(patched, random.Random(random.randrange(10_000)))
        for _ in range(12):
            _until_killed(app, reach)
    _until_killed(app, reach)
    came_whole(app, faulty)


def _until_killed(app: Engine, reach: Reach) -> None:
    assert isinstance(app.now, Present)
    app.now.at += reach.send.lease + timedelta(seconds=1)
    try:
        sent(app, reach)
    except Killed:
        return


def test_senders_that_are_killed_for_real_lose_nothing(
    app: Engine, faulty: FaultyServer, tmp_path: Path
) -> None:
    reach = applied(app, reach_of(faulty, "crm"))
    for name in "abcdefghijkl":
        handed_over(app, name)
    (tmp_path / "slaflow.toml").write_text(TOML.format(url=faulty.url("/crm")))
    command = [sys.executable, "-m", "slaflow", "--db", app.database.url, "outbox", "send", "--watch"]
    environment = {**os.environ, **SECRETS}
    for kills in (2, 1):
        senders = [
            subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL)
            for _ in range(kills)
        ]
        before = len(faulty.seen)
        waited = time.monotonic() + 20
        while len(faulty.seen) < before + 3 and time.monotonic() < waited:
            time.sleep(0.01)
        for each in senders:
            each.send_signal(signal.SIGKILL)
            each.wait()
    assert isinstance(app.now, Present)
    app.now.at = max(row.claimed_until or row.planned_at for row in deliveries(app)) + timedelta(minutes=3)
    sent(app, reach)
    came_whole(app, faulty)
