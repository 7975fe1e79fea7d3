"""Pages from several processes: of one ``serve``, and of several that share a database with a worker."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

import psutil
import pytest
from support.commands import Slaflow
from support.office import AGREEMENT

everywhere = pytest.mark.parametrize("dialect", ["sqlite", "postgresql"], indirect=True)
Process = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def process(tmp_path: Path) -> Process:
    """Starts ``slaflow`` as a process that is nobody's copy: its children are counted here."""

    def start(*words: str, env: dict[str, str]) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "slaflow", *words]
        return subprocess.Popen(command, cwd=tmp_path, env=env, stderr=subprocess.PIPE)

    return start


def wait_for(holds: Callable[[], bool]) -> bool:
    """Whether it does within thirty seconds; a look every twentieth of one."""
    return any(holds() or time.sleep(0.05) for _ in range(600))


@pytest.fixture
def overdue(slaflow: Slaflow, database_url: str, tmp_path: Path) -> str:
    """A database with a lead about which something fell long ago; its URL."""
    (tmp_path / "office.yaml").write_text(AGREEMENT)
    words = ("--db", database_url)
    assert slaflow("workflow", "activate", "office.yaml", "--at", "2026-01-05T08:00Z", *words).code == 0
    assert slaflow("lead", "add", "--as", "marketing", "--set", "email=kim@example.com", "--at",
                   "2026-03-06T13:00Z", *words).code == 0  # fmt: skip
    return database_url


@contextmanager
def serving(process: Process, url: str, *words: str) -> Iterator[tuple[subprocess.Popen[bytes], str, str]]:
    """The process, where its pages are, and the link by which the first person lets themselves in."""
    environment = {**os.environ, "SLAFLOW_DB": url}
    with process("serve", "--port", "0", *words, env=environment) as running:
        try:
            assert running.stderr is not None
            where = running.stderr.readline().decode().strip().rpartition(" ")[2]
            said = iter(running.stderr.readline, b"")
            link = next(each.decode() for each in said if b"/setup/" in each)
            yield running, where, link.strip()
        finally:
            running.kill()


def pages(where: str, number: int = 8) -> list[int]:
    """What as many requests are answered by, each over a connection of its own."""
    found = []
    for _ in range(number):
        with urlopen(f"{where}/readyz", timeout=30) as answer:
            found.append(answer.status)
    return found


def breaches(slaflow: Slaflow, url: str) -> int:
    said: Any = slaflow("log", "list", "--kind", "breached", "--format", "json", "--db", url).json
    return len(said)


@everywhere
def test_a_process_that_dies_has_a_successor_and_all_end_together(
    slaflow: Slaflow, process: Process, overdue: str
) -> None:
    with serving(process, overdue, "--workers", "2") as (running, where, _):
        parent = psutil.Process(running.pid)
        assert wait_for(lambda: len(parent.children()) == 3)
        assert pages(where) == [200] * 8
        assert wait_for(lambda: breaches(slaflow, overdue) > 0), "one of them ticks"
        killed = parent.children()[0]
        killed.send_signal(signal.SIGKILL)
        assert wait_for(lambda: len({each.pid for each in parent.children()} - {killed.pid}) == 3)
        assert pages(where) == [200] * 8
        all_of_them = parent.children()
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 0
        assert [each for each in all_of_them if each.is_running()] == []
        assert running.stderr is not None
        told = rb"slaflow: a process ended, and another is begun in \d\.\d s\n"
        assert re.fullmatch(told, running.stderr.read())


def test_none_outlives_the_one_that_watches(process: Process, overdue: str) -> None:
    with serving(process, overdue, "--workers", "2", "--no-tick") as (running, where, _):
        parent = psutil.Process(running.pid)
        assert wait_for(lambda: len(parent.children()) == 3)
        pages(where)
        left = parent.children()
        running.kill()
        assert wait_for(lambda: not any(each.is_running() for each in left))


def test_the_demo_is_served_by_one(slaflow: Slaflow) -> None:
    said = slaflow("serve", "--demo", "--workers", "2")
    assert (said.code, "leave --workers out" in said.err) == (2, True)


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_two_sites_and_a_worker_share_a_database(slaflow: Slaflow, process: Process, overdue: str) -> None:
    with ExitStack() as stack:
        sites = [stack.enter_context(serving(process, overdue, *words)) for words in ((), ("--workers", "2"))]
        environment = {**os.environ, "SLAFLOW_DB": overdue}
        worker = stack.enter_context(process("tick", "--watch", env=environment))
        stack.callback(worker.kill)
        (_, first, link), (_, second, _) = sites
        browser = build_opener(HTTPCookieProcessor())
        known = "seven+green+kettles+hum"
        words = f"email=ada@example.com&party=sales&password={known}&again={known}"
        link = link.replace(link.partition("/setup")[0], first)
        browser.open(Request(link, words.encode(), {"Origin": first}), timeout=30).close()
        for where in (first, second):
            for _ in range(4):
                with browser.open(f"{where}/me", timeout=30) as answer:
                    assert b"ada@example.com, admin of sales" in answer.read()
        assert wait_for(lambda: breaches(slaflow, overdue) > 0)
        before = breaches(slaflow, overdue)
        time.sleep(1.5)
        assert breaches(slaflow, overdue) == before, "three that tick carry it out once"
        assert slaflow("log", "verify", "--replay", "--db", overdue).code == 0
        for running, _, _ in sites:
            running.send_signal(signal.SIGTERM)
        assert [running.wait(30) for running, _, _ in sites] == [0, 0]
