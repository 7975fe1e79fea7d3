"""What other systems send over HTTP: taken by the hook that it is for, or answered in one clear line."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest
from httpx2 import Response
from starlette.testclient import TestClient
from support.clicked import KEYS
from support.delivering import (
    ENVIRONMENT,
    KINDS,
    OLD,
    PERSON,
    PUBLIC,
    REACH,
    SECRET,
    WHSEC,
    Delivery,
    change,
    hubspot,
    kept,
    outbound,
    salesforce,
    sent_by,
)
from support.office import Present, on_one_database
from support.serving import answering

from slaflow.engine.app import Engine
from slaflow.store.database import Database
from slaflow.web.app import made
from slaflow.web.site import Site

pytestmark = on_one_database


@pytest.fixture
def app(database: Database, present: Present) -> Engine:
    return Engine(database, now=present)


@pytest.fixture
def client(app: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Who asks the site by its public name, which has every secret."""
    for name, secret in ENVIRONMENT.items():
        monkeypatch.setenv(name, secret)
    site = made(Site(app, REACH, KEYS))
    with TestClient(site, base_url=PUBLIC, raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


@pytest.fixture
def post(client: TestClient) -> Callable[[Delivery], Response]:
    """Sends a delivery as it is."""

    def post(delivery: Delivery) -> Response:
        headers = [(name, text.encode("latin-1")) for name, text in delivery.headers]
        return client.post(delivery.path, content=delivery.body, headers=headers)

    return post


@pytest.mark.parametrize("kind", KINDS)
def test_a_delivery_is_taken(app: Engine, post: Callable[[Delivery], Response], kind: str) -> None:
    taken = post(sent_by(kind))
    assert taken.status_code == 200, taken.text
    assert taken.headers["cache-control"] == "no-store"
    assert "set-cookie" not in taken.headers
    assert len(kept(app)) == 1
    if kind == "salesforce":
        assert "<Ack>true</Ack>" in taken.text
        assert taken.headers["content-type"] == "text/xml; charset=utf-8"
    else:
        assert taken.json() == {}


def test_the_address_that_is_signed_is_the_public_one(
    app: Engine, post: Callable[[Delivery], Response]
) -> None:
    for path in ("/hooks/hubspot?a=1&b=%20c", "/hooks/hubspot?u=https%3A%2F%2Fx", "/hooks/hubspot"):
        decoded = path.replace("%3A", ":").replace("%2F", "/")
        assert post(hubspot([change()], path=path, signed=f"{PUBLIC}{decoded}")).status_code == 200, path
    other = hubspot([change()], signed="https://evil.example/hooks/hubspot")
    for host in ("evil.example", "sla.example.com"):
        named = other.having(host=host, x_forwarded_host="evil.example")
        assert post(named).status_code == (401 if host == "sla.example.com" else 421)


def is_one_line(answer: Response) -> bool:
    words = answer.text
    return words.endswith("\n") and words.count("\n") == 1 and "<" not in words and 10 < len(words) < 120


def test_whatever_is_sent_wrong_is_answered_in_one_clear_line(
    app: Engine, post: Callable[[Delivery], Response], monkeypatch: pytest.MonkeyPatch
) -> None:
    good = sent_by("hubspot")
    name = "x-hubspot-signature-v3"
    tries = {
        401: [good.without(name), good.having(**{name: "å"}), good.having(**{name: "="}),
              good._replace(headers=(*good.headers, good.headers[0])), good._replace(body=b""),
              salesforce(outbound(1), secret="x"), sent_by("segment", secret="x")],
        404: [good._replace(path="/hooks/nobody"), good._replace(path="/hooks/hubspot/x"),
              good._replace(path="/hooks/%00"), good._replace(path="/hooks/" + "a" * 5000)],
        413: [good._replace(body=b"x" * 2 * 2**20), good._replace(body=b"x" * 6 * 2**20),
              hubspot(b"[" * 10_000)],
        415: [good.having(content_encoding="gzip"), hubspot([change()]).having(content_type="text/plain")],
        400: [good._replace(body=b"\xff\xfe"), hubspot(b"{"),
              salesforce(b'<!DOCTYPE x [<!ENTITY a "a">]><x>&a;</x>')],
        422: [hubspot(b"7"), salesforce(b"<x/>")],
    }  # fmt: skip
    for status, deliveries in tries.items():
        for delivery in deliveries:
            answer = post(delivery)
            assert answer.status_code == status, (status, delivery.path[:40], delivery.body[:20], answer.text)
            assert is_one_line(answer), answer.text
    monkeypatch.delenv("HOOK")
    later = post(good)
    assert (later.status_code, later.headers["retry-after"]) == (503, "60")
    assert is_one_line(later)
    assert kept(app) == []


def test_what_is_no_delivery_is_answered_in_one_clear_line_too(
    client: TestClient, post: Callable[[Delivery], Response]
) -> None:
    slashed = sent_by("marketo")._replace(path="/hooks/marketo/")
    assert post(slashed).status_code == 200, "a sender would not follow to another address"
    for answer in (
        client.get("/hooks/marketo"), client.put("/hooks/marketo"), client.post("/hooks/"),
        post(sent_by("marketo").having(host="evil.example")),
    ):  # fmt: skip
        assert answer.status_code in (404, 405, 421)
        assert is_one_line(answer), answer.text


def test_a_hook_is_no_page_and_asks_for_no_form(
    app: Engine, post: Callable[[Delivery], Response], monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = sent_by("marketo").having(origin="https://evil.example", sec_fetch_site="cross-site")
    assert post(elsewhere).status_code == 200
    swedish = sent_by("marketo").without("x-slaflow-token").having(accept_language="sv")
    assert post(swedish).text.startswith("this is not signed")

    def fault(*_: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("slaflow.store.linking.inbox.take", fault)
    broken = post(sent_by("marketo", 2))
    assert broken.status_code == 500
    assert SECRET not in broken.text


def test_the_server_tells_no_secret_and_nothing_of_what_was_sent(
    post: Callable[[Delivery], Response], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for kind in KINDS:
            assert post(sent_by(kind)).status_code == 200
            assert post(sent_by(kind, secret=OLD + "x")).status_code == 401
        assert post(salesforce(b"<x>" + PERSON.encode())).status_code == 400
    # The browser of these tests tells where it asks, and SQLAlchemy says rows to whoever asks it for them.
    ours = [each for each in caplog.records if not each.name.startswith(("httpx", "sqlalchemy"))]
    words = "\n".join(f"{each.name} {each.getMessage()}" for each in ours)
    assert "slaflow.link hook salesforce: 401" in words
    for hidden in (SECRET, OLD, WHSEC, PERSON, "zyxkim"):
        assert hidden not in words, hidden


def test_a_real_server_says_413_and_goes_on(app: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from httpx2 import Client

    for name, secret in ENVIRONMENT.items():
        monkeypatch.setenv(name, secret)
    with answering(Site(app, REACH, KEYS)) as where, Client(base_url=where) as client:
        for _ in range(2):
            assert client.post("/hooks/hubspot", content=b"x" * 2 * 2**20).status_code == 413
        good = hubspot([change()])
        assert client.post(good.path, content=good.body, headers=dict(good.headers)).status_code == 200
        assert client.get("/hooks/hubspot").status_code == 405
    assert len(kept(app)) == 1
