"""Pages behind a proxy that others wrote, which ends TLS: cookies, from where it was asked, our own name."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme
from httpx2 import Client, Response
from starlette.requests import Request
from support.clicked import founded
from support.delivering import ENVIRONMENT, REACH, change, hubspot, kept
from support.office import ANNA, Present, on_one_database
from support.worlds import Fill
from web.conftest import answering

from slaflow.engine.access import invitations, passwords
from slaflow.engine.app import Engine
from slaflow.settings.reach import Reach, Web
from slaflow.store.database import Database
from slaflow.web import origin
from slaflow.web.site import Site

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx here; 'apt-get install nginx-light' has it")
WORDS = "seven green kettles hum"
CONFIGURATION = """\
daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port} ssl; server_name localhost;
    ssl_certificate {folder}/chain.pem; ssl_certificate_key {folder}/key.pem;
    location / {{
      proxy_pass {behind};
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }}
  }}
}}
"""


@pytest.fixture
def proxied(
    world_of: Callable[[Fill], Database], present: Present, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Engine, Client, list[str | None]]]:
    """The pages' engine, a browser that trusts the proxy, and from where we think that we were asked."""
    monkeypatch.setattr(passwords, "PASSES", 1)
    monkeypatch.setattr(passwords, "MEMORY_KIB", 64)
    came: list[str | None] = []
    asked = origin.address_of

    def noted(site: Site, request: Request) -> str | None:
        came.append(asked(site, request))
        return came[-1]

    monkeypatch.setattr(origin, "address_of", noted)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    where = f"https://localhost:{port}"
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    for part in certificate.cert_chain_pems:
        part.write_to_path(tmp_path / "chain.pem", append=True)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    app = Engine(world_of(founded), now=present)
    reach = Reach(public_url=where, web=Web(proxies=("127.0.0.0/8",)), hooks=REACH.hooks)
    with answering(Site(app, reach, None)) as behind, Client(base_url=where, verify=trust) as browser:
        told = CONFIGURATION.format(folder=tmp_path, port=port, behind=behind)
        (tmp_path / "nginx.conf").write_text(told, encoding="utf-8")
        assert NGINX is not None
        command = [
            NGINX,
            "-p",
            str(tmp_path),
            "-c",
            str(tmp_path / "nginx.conf"),
            "-e",
            str(tmp_path / "error.log"),
        ]
        with subprocess.Popen(command) as proxy:
            try:
                for _ in range(600):
                    with socket.socket() as probe:
                        if probe.connect_ex(("127.0.0.1", port)) == 0:
                            break
                    time.sleep(0.05)
                yield app, browser, came
            finally:
                proxy.terminate()


@on_one_database
def test_people_sign_in_behind_a_proxy(proxied: tuple[Engine, Client, list[str | None]]) -> None:
    app, browser, came = proxied
    here = {"Origin": str(browser.base_url).rstrip("/")}
    link = f"/invite/{invitations.invite(app, ANNA).secret}"
    answer = browser.post(link, data={"password": WORDS, "again": WORDS}, headers=here)
    flags = answer.headers["set-cookie"]
    assert answer.status_code == 303, answer.text
    assert flags.startswith("__Host-slaflow=")
    assert flags.endswith("; HttpOnly; Max-Age=1209600; Path=/; SameSite=lax; Secure")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert ANNA in browser.get("/me").text
    browser.cookies.clear()
    forwarded = {**here, "X-Forwarded-For": "203.0.113.9, 198.51.100.7"}
    assert sign_in(browser, forwarded).status_code == 303
    assert came == ["198.51.100.7"], "what the nearest says whom nobody trusts"
    assert "anna@example.com" in browser.get("/me").text
    assert sign_in(browser, {"Origin": "https://evil.example"}).status_code == 403
    assert browser.get("/healthz", headers={"Host": "evil.example"}).status_code == 200
    assert browser.get("/sign-in", headers={"Host": "evil.example"}).status_code == 421


def sign_in(browser: Client, headers: dict[str, str]) -> Response:
    return browser.post("/sign-in", data={"email": ANNA, "password": WORDS}, headers=headers)


@on_one_database
def test_what_is_signed_is_the_address_before_the_proxy(
    proxied: tuple[Engine, Client, list[str | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, other, _ = proxied
    where = str(other.base_url).rstrip("/")
    for name, secret in ENVIRONMENT.items():
        monkeypatch.setenv(name, secret)
    for path, signed in (
        ("/hooks/hubspot", "/hooks/hubspot"),
        ("/hooks/hubspot?a=%3Ab&c=%20d&e=%2F", "/hooks/hubspot?a=:b&c=%20d&e=/"),
    ):
        sent = hubspot([change()], path=path, signed=where + signed)
        assert other.post(path, content=sent.body, headers=dict(sent.headers)).status_code == 200, path
    large = other.post("/hooks/hubspot", content=b"x" * 2 * 2**20)
    assert large.status_code == 413
    assert len(kept(app)) == 1
