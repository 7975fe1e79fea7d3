"""``slaflow serve``: what it needs to begin, a line for each fault, and a quiet end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest
from support.commands import Slaflow

TOML = '[links]\nkey_env = "LINK_KEY"\n'


def test_it_answers_until_it_is_asked_to_end(
    slaflow: Slaflow, process: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    (tmp_path / "slaflow.toml").write_text(TOML)
    assert slaflow("db", "upgrade").code == 0
    environment = {**os.environ, "LINK_KEY": "k" * 40}
    with process("serve", "--port", "0", env=environment) as running:
        assert running.stderr is not None
        said = running.stderr.readline().decode().strip()
        where = said.rpartition(" ")[2]
        assert said == f"slaflow: pages on {where}"
        with urlopen(f"{where}/readyz", timeout=20) as answer:
            assert answer.read().startswith(b'{"ok":true')
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0
        assert running.stderr.read() == b""


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
