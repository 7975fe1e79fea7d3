"""Signing in with providers that others wrote, each a process of its own."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit
from urllib.request import urlopen

import pytest
from httpx2 import Client as Browser
from starlette.testclient import TestClient
from support.clicked import KEYS, PUBLIC, REACH
from support.office import ANNA, on_one_database
from support.source import ROOT

from slaflow.engine.app import Engine
from slaflow.engine.context import wall_clock
from slaflow.net.client import Client
from slaflow.settings.reach import Oidc
from slaflow.web.access.provider import ElsewhereSignedIn
from slaflow.web.app import made
from slaflow.web.site import Site

INSTALLED = ROOT / ".cache" / "oidc-provider"


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
def certified() -> Iterator[str]:
    """The certified provider, which enforces PKCE, names itself in its answer, and can change its keys."""
    node = shutil.which("node")
    if node is None or not (INSTALLED / "node_modules" / "oidc-provider").is_dir():
        pytest.skip("no node here, or no oidc-provider for it; .ci/run installs both")
    port = free_port()
    where = f"http://127.0.0.1:{port}"
    script = ROOT / "tests" / "doubles" / "oidc" / "provider.mjs"
    with running([node, str(script), str(INSTALLED), str(port), f"{PUBLIC}/sign-in/back"], where):
        yield where


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


@dataclass
class Shifted:
    """The clock on the wall, so much later."""

    later: timedelta = timedelta()

    def __call__(self) -> datetime:
        return wall_clock() + self.later


def signed_in_there(sent: str, email: str) -> dict[str, str]:
    """Goes where *sent* leads, signs in as *email*, agrees; what the browser brings back."""
    with Browser() as browser:
        where, answer = sent, browser.get(sent)
        for _ in range(10):
            if 300 <= answer.status_code < 400:
                where = urljoin(where, answer.headers["location"])
                if where.startswith(PUBLIC):
                    return {name: each[0] for name, each in parse_qs(urlsplit(where).query).items()}
                answer = browser.get(where)
            else:
                form = re.search(r'action="([^"]+)"', answer.text)
                prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
                assert form is not None, answer.text
                assert prompt is not None, answer.text
                where = urljoin(where, form[1])
                answer = browser.post(where, data={"prompt": prompt[1], "login": email, "password": "x"})
    raise AssertionError(f"it does not lead back from {where}")


def came_back(desk: TestClient, said: dict[str, str]) -> int:
    return desk.get(f"/sign-in/back?{urlencode(said)}").status_code


@on_one_database
def test_the_certified_provider_the_whole_way_and_with_other_keys(app: Engine, certified: str) -> None:
    client, now = Client(("127.0.0.0/8",), timedelta(seconds=20)), Shifted()
    told = Oidc(issuer=certified, client_id="slaflow")
    site = Site(app, REACH, KEYS, elsewhere=ElsewhereSignedIn(told, "s" * 40, client, now))
    application = made(site)

    def begun() -> tuple[TestClient, str]:
        desk = TestClient(application, base_url=PUBLIC, follow_redirects=False)
        return desk, desk.get("/sign-in/oidc?next=/leads").headers["location"]

    stolen = signed_in_there(begun()[1], ANNA)
    assert stolen["iss"] == certified
    for issuer in ("https://login.example.com", certified):
        # Another site's answer; and, which PKCE tells, the code of another browser's journey.
        desk, sent = begun()
        state = parse_qs(urlsplit(sent).query)["state"][0]
        assert came_back(desk, {**stolen, "state": state, "iss": issuer}) == 403

    for rotated, later, status in ((False, 0, 303), (True, 0, 303), (True, 1, 403), (False, 61, 303)):
        if rotated:
            urlopen(f"{certified}/rotate", timeout=20).close()
        now.later = timedelta(seconds=later)
        desk, sent = begun()
        answer = desk.get(f"/sign-in/back?{urlencode(signed_in_there(sent, ANNA))}")
        assert answer.status_code == status, answer.text
        assert (desk.get("/me").status_code == 200) == (status == 303)
    client.close()
