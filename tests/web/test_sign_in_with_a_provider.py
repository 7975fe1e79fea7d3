"""Signing in with providers that others wrote, each a process of its own."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from httpx2 import Client as Browser
from starlette.testclient import TestClient
from support.clicked import KEYS, PUBLIC, REACH
from support.office import ANNA, on_one_database

from slaflow.engine.app import Engine
from slaflow.engine.context import wall_clock
from slaflow.net.client import Client
from slaflow.settings.reach import Oidc
from slaflow.web.access.provider import ElsewhereSignedIn
from slaflow.web.app import made
from slaflow.web.site import Site


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def running(command: list[str], where: str) -> Iterator[None]:
    """The process, once it answers at *where*."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(1200):
                try:
                    urlopen(f"{where}/.well-known/openid-configuration", timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.05)
            yield
        finally:
            process.kill()


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    port = free_port()
    where = f"http://127.0.0.1:{port}"
    user = json.dumps({"sub": "s-1", "email": ANNA, "email_verified": True})
    words = ["--port", str(port), "--require-nonce", "true", "--user-claims", user]
    with running([sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", *words], where):
        yield where


@on_one_database
def test_the_whole_way_with_a_provider_in_a_process_of_its_own(app: Engine, mock: str) -> None:
    client = Client(("127.0.0.0/8",), timedelta(seconds=20))
    told = Oidc(issuer=mock, client_id="slaflow")
    elsewhere = ElsewhereSignedIn(told, "s" * 40, client, wall_clock)
    site = Site(app, REACH, KEYS, elsewhere=elsewhere)
    with TestClient(made(site), base_url=PUBLIC, follow_redirects=False) as desk, Browser() as browser:
        sent = desk.get("/sign-in/oidc?next=/leads").headers["location"]
        there = browser.post(sent, data={"sub": "s-1"})
        assert there.status_code == 302, there.text
        back = urlsplit(there.headers["location"])
        assert f"{back.scheme}://{back.netloc}{back.path}" == f"{PUBLIC}/sign-in/back"
        answer = desk.get(f"/sign-in/back?{back.query}")
        assert (answer.status_code, answer.headers.get("location")) == (303, "./../leads"), answer.text
        assert re.search(ANNA, desk.get("/me").text)
        again = desk.get(f"/sign-in/back?{back.query}")
        assert again.status_code == 400, "what was sent along is gone"
    client.close()
