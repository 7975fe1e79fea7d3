"""``slaflow serve``: what it needs to begin, a line for each fault, and a quiet end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

import pytest
from support.commands import Slaflow
from support.office import AGREEMENT

TOML = '[links]\nkey_env = "LINK_KEY"\n'


@contextmanager
def ended(running: subprocess.Popen[bytes]) -> Iterator[None]:
    """Whatever fails inside, the process does not outlive it."""
    try:
        yield
    finally:
        running.kill()


def test_it_answers_until_it_is_asked_to_end(
    slaflow: Slaflow, process: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    (tmp_path / "slaflow.toml").write_text(TOML)
    assert slaflow("db", "upgrade").code == 0
    environment = {**os.environ, "LINK_KEY": "k" * 40}
    with process("serve", "--port", "0", env=environment) as running, ended(running):
        assert running.stderr is not None
        said = running.stderr.readline().decode().strip()
        where = said.rpartition(" ")[2]
        assert said == f"slaflow: pages on {where}"
        assert b"nobody can sign in yet" in running.stderr.readline()
        link = running.stderr.readline().decode().strip()
        assert re.fullmatch(rf"{where}/setup/[\w-]{{43}}", link)
        with urlopen(link, timeout=20) as answer:
            assert b"Nobody is recorded yet" in answer.read()
        with urlopen(f"{where}/readyz", timeout=20) as answer:
            assert answer.read().startswith(b'{"ok":true')
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0
        assert running.stderr.read() == b""


def test_a_worker_beside_the_pages_carries_out_what_fell(
    slaflow: Slaflow, process: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    assert slaflow("db", "upgrade").code == 0
    (tmp_path / "office.yaml").write_text(AGREEMENT)
    assert slaflow("workflow", "activate", "office.yaml", "--at", "2026-01-05T08:00Z").code == 0
    assert slaflow("lead", "add", "--as", "marketing", "--set", "email=kim@example.com", "--at",
                   "2026-03-06T13:00Z").code == 0  # fmt: skip
    waiting = slaflow("tick", "--dry-run", "--format", "json")
    assert json.loads(waiting.out)["steps"] > 0
    for words in (["--no-tick"], []):
        with process("serve", "--port", "0", *words) as running, ended(running):
            assert running.stderr is not None
            where = running.stderr.readline().decode().strip().rpartition(" ")[2]
            ticked = not words
            assert lag_of(where) == 0 or not ticked or wait_for(lambda where=where: lag_of(where) == 0)
            assert (lag_of(where) == 0) is ticked
            running.send_signal(signal.SIGTERM)
            assert running.wait(20) == 0
    assert json.loads(slaflow("tick", "--dry-run", "--format", "json").out)["steps"] == 0


def lag_of(where: str) -> int:
    with urlopen(f"{where}/readyz", timeout=20) as answer:
        return int(json.loads(answer.read())["tick_lag_seconds"])


def wait_for(holds: Callable[[], bool]) -> bool:
    """Whether it does within twenty seconds; a look every twentieth of one."""
    return any(holds() or time.sleep(0.05) for _ in range(400))


def test_without_a_database_it_says_how_to_make_one_and_ends(slaflow: Slaflow) -> None:
    told = slaflow("serve", "--port", "0")
    assert told.code == 3
    assert told.err.splitlines()[-1].startswith("slaflow: database ")
    assert "run 'slaflow init'" in told.err


def test_without_tables_it_says_why_nobody_is_let_in(
    process: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    (tmp_path / "slaflow.db").touch()
    with process("serve", "--port", "0", "--no-tick") as running, ended(running):
        assert running.stderr is not None
        said = [running.stderr.readline() for _ in range(3)]
        where = said[0].decode().strip().rpartition(" ")[2]
        urlopen(f"{where}/healthz", timeout=20).close()
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0
    assert b"nobody is let in for the first time: " in said[2]


def test_an_invitation_is_a_link_below_the_public_address(slaflow: Slaflow, tmp_path: Path) -> None:
    assert slaflow("db", "upgrade").code == 0
    assert slaflow("user", "add", "anna@example.com", "--party", "sales").code == 0
    bare = slaflow("user", "invite", "ANNA@example.com")
    assert re.search(r"has no public_url; .*\n/invite/[\w-]{43}\n$", bare.out)
    (tmp_path / "slaflow.toml").write_text('public_url = "https://sla.example.com/"\n')
    quiet = slaflow("user", "invite", "anna@example.com", "--quiet")
    assert re.fullmatch(r"https://sla.example.com/invite/[\w-]{43}\n", quiet.out)
    denied = slaflow("user", "invite", "anna@example.com", "--as", "anna@example.com")
    assert (denied.code, "an admin invites people, not anna@example.com" in denied.err) == (1, True)
    unknown = slaflow("user", "invite", "ana@example.com")
    assert (unknown.code, "anna@example.com" in unknown.err) == (1, True)


def test_the_demo_lets_in_whoever_comes_and_is_for_this_machine_alone(
    slaflow: Slaflow, process: Callable[..., subprocess.Popen[bytes]]
) -> None:
    said = slaflow("serve", "--demo", "--host", "0.0.0.0")
    assert (said.code, "0.0.0.0 is reached by others" in said.err) == (2, True)
    with process("serve", "--demo", "--port", "0") as running, ended(running):
        assert running.stderr is not None
        found = re.search(r"the demo is on (http://[\d.:]+),", running.stderr.readline().decode())
        assert found is not None
        where = found[1]
        with urlopen(f"{where}/sign-in", timeout=20) as answer:
            assert (answer.url, b"Be anna@example.com" in answer.read()) == (f"{where}/demo?next=/", True)
        browser = build_opener(HTTPCookieProcessor())
        form = Request(f"{where}/demo", b"email=anna@example.com", {"Origin": where})
        browser.open(form, timeout=20).close()
        with browser.open(f"{where}/me", timeout=20) as answer:
            assert b"anna@example.com, member of sales" in answer.read()
        with browser.open(f"{where}/queue?whose=party", timeout=20) as answer:
            assert b"Nothing is owed" not in answer.read(), "there is something to be done"
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "sla.example.com"])
def test_others_reach_it_by_https_alone(slaflow: Slaflow, tmp_path: Path, host: str) -> None:
    said = slaflow("serve", "--host", host)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"slaflow: {host} is reached by others")
    assert said.err.count("\n") == 1
    (tmp_path / "slaflow.toml").write_text('public_url = "http://sla.example.com"\n')
    said = slaflow("serve", "--host", host)
    assert (said.code, said.out) == (3, "")
    assert "public_url: http is for this machine alone" in said.err
    assert said.err.count("\n") == 1


def test_a_port_that_is_taken_is_one_line(slaflow: Slaflow) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = slaflow("serve", "--port", port)
    assert (said.code, said.err) == (
        3, f"slaflow: no pages on 127.0.0.1:{port}: address already in use; give another --port, or --host\n"
    )  # fmt: skip


def test_a_key_that_is_not_there_or_can_be_guessed_is_one_line_without_it(
    slaflow: Slaflow, tmp_path: Path
) -> None:
    (tmp_path / "slaflow.toml").write_text(TOML)
    unset = slaflow("serve")
    assert (unset.code, unset.err) == (3, "slaflow: [links] key: the variable LINK_KEY is not set\n")
    short = slaflow("serve", env={"LINK_KEY": "hunter2"})
    assert (short.code, "under 32 characters" in short.err, "hunter2" in short.err) == (3, True, False)


def test_without_its_extra_it_says_how_to_get_it(slaflow: Slaflow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "slaflow.web.app", raising=False)
    monkeypatch.setitem(sys.modules, "fastapi", None)
    for name in [name for name in sys.modules if name.startswith("slaflow.web.")]:
        monkeypatch.delitem(sys.modules, name)
    said = slaflow("serve")
    assert (said.code, said.err) == (
        3, "slaflow: slaflow serve needs the extra \"web\"; run: pip install 'slaflow[web]'\n"
    )  # fmt: skip
