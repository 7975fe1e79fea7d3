"""``tick --watch`` as processes of their own: they end when asked, share the work, and speak in lines."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.commands import Slaflow
from support.stories.hourly import breaches, promised, waiting

from slaflow.engine.app import Engine
from slaflow.store.database import Database

PATIENT = 30.0
Process = Callable[..., "subprocess.Popen[bytes]"]
on_postgresql = pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
on_one_database = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)


@pytest.fixture
def app(database_url: str) -> Iterator[Engine]:
    """An engine on the database that the processes work on."""
    database = Database(database_url)
    yield promised(Engine(database))
    database.dispose()


@pytest.fixture
def watch(process: Process, database_url: str) -> Iterator[Process]:
    """Starts ``tick --watch``; whatever still runs at the end is killed."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*words: object) -> subprocess.Popen[bytes]:
        started.append(process("--db", database_url, "tick", "--watch", *words))
        return started[-1]

    yield start
    for each in started:
        each.kill()
        each.communicate()


def next_line(process: subprocess.Popen[bytes]) -> dict[str, int]:
    """The next round on stdout; waits for it."""
    assert process.stdout is not None
    line: dict[str, int] = json.loads(process.stdout.readline())
    return line


def ended(process: subprocess.Popen[bytes], by: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
    """Asks it to end; its exit code and what it had still to say."""
    process.send_signal(by)
    out, err = process.communicate(timeout=PATIENT)
    return process.returncode, out.decode(), err.decode()


def test_a_worker_ends_after_the_batch_in_hand(app: Engine, watch: Process) -> None:
    waiting(app, 200)
    worker = watch("--batch", 1, "--format", "json")
    latest = time.monotonic() + PATIENT
    while not breaches(app):
        assert time.monotonic() < latest
    code, out, err = ended(worker)
    assert (code, err.splitlines()[-1]) == (0, "slaflow: ended")
    (told,) = [json.loads(line) for line in out.splitlines()]
    assert 0 < told["breached"] < 200
    assert len(breaches(app)) == told["breached"]
    assert app.verify().bad is None
    assert app.tick().breached == 200 - told["breached"]


@on_one_database
def test_a_worker_that_waits_for_a_locked_file_ends_at_once(app: Engine, watch: Process) -> None:
    """Long before the half minute is over that it waits for the lock."""
    waiting(app)
    with app.database.write():
        worker = watch()
        assert worker.stderr is not None
        assert b"watching" in worker.stderr.readline()
        began = time.monotonic()
        code, out, err = ended(worker)
        assert time.monotonic() - began < PATIENT / 2
    assert (code, out, err) == (0, "", "slaflow: ended\n")
    assert breaches(app) == []


@on_postgresql
def test_two_workers_share_the_work_and_decide_each_lead_once(app: Engine, watch: Process) -> None:
    """Both sleep for an hour, and both are woken by the leads that come in."""
    workers = [watch("--batch", 1, "--every", "1h", "--format", "jsonl") for _ in range(2)]
    assert [next_line(worker)["leads"] for worker in workers] == [0, 0]
    waiting(app, 60)
    latest = time.monotonic() + PATIENT
    while len(breaches(app)) < 60:
        assert time.monotonic() < latest
        time.sleep(0.05)
    shares = []
    for worker in workers:
        code, out, _ = ended(worker)
        assert code == 0
        shares.append(sum(json.loads(line)["breached"] for line in out.splitlines()))
    assert sum(shares) == 60
    assert min(shares) > 0
    assert app.verify().bad is None


def test_two_workers_on_one_file_wait_for_each_other(app: Engine, watch: Process) -> None:
    waiting(app, 12)
    workers = [watch("--batch", 1, "--format", "jsonl") for _ in range(2)]
    rounds = [next_line(worker) for worker in workers]
    assert sum(line["breached"] for line in rounds) == 12
    assert [ended(worker)[0] for worker in workers] == [0, 0]
    assert app.verify().bad is None


def test_logs_for_machines_are_an_object_per_line(app: Engine, watch: Process) -> None:
    waiting(app, 2)
    worker = watch("--log-json", "--format", "jsonl", "--metrics-port", 0)
    next_line(worker)
    code, _, err = ended(worker, signal.SIGINT)
    log = [json.loads(line) for line in err.splitlines()]
    assert code == 0
    assert [line["event"] for line in log] == ["metrics", "started", "round", "ended"]
    done = log[2]
    assert (done["leads"], done["steps"], done["errors"], done["level"]) == (2, 2, 0, "info")
    assert done["worker"] == log[1]["worker"]
    assert done["seconds"] > 0
    assert log[0]["url"].startswith("http://127.0.0.1:")


def test_people_read_a_line_per_round_and_with_quiet_only_news(app: Engine, watch: Process) -> None:
    waiting(app, breaks_in=timedelta(seconds=1))
    worker = watch("--every", "1s", "--quiet")
    assert worker.stdout is not None
    line = worker.stdout.readline().decode()
    assert re.fullmatch(r"\w{3} [-0-9]{10} [:0-9]{5,8} UTC  1 step on 1 lead: 1 breached(, .*)?\n", line)
    assert ended(worker) == (0, "", "")


def test_a_database_that_is_not_there_ends_it(slaflow: Slaflow, tmp_path: Path) -> None:
    said = slaflow("--db", f"sqlite:///{tmp_path}/absent.db", "tick", "--watch")
    assert (said.code, said.out) == (3, "")
    assert said.err.splitlines()[-1].endswith("run 'slaflow init', or name another with --db")
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL, "the caller's signals are its own again"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--watch", "--at", "2026-03-09T12:00:00Z"), "--at does not go with --watch"),
        (("--watch", "--dry-run"), "--dry-run does not go with --watch"),
        (("--every", "10s"), "--every goes with --watch only"),
        (("--metrics-port", "9464"), "--metrics-port goes with --watch only"),
        (("--log-json",), "--log-json goes with --watch only"),
        (("--watch", "--every", "0s"), '"0s" is not between 1s and 1h'),
        (("--watch", "--every", "2d"), '"2d" is not between 1s and 1h'),
        (("--watch", "--every", "soon"), '"soon" is no duration'),
    ],
)
def test_options_that_do_not_fit_are_wrong_usage(slaflow: Slaflow, words: tuple[str, ...], told: str) -> None:
    said = slaflow("tick", *words)
    assert (said.code, said.out) == (2, "")
    assert told in said.err
