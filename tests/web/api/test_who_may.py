"""Who is let in: by a token that is good, for what it is for, with the rights of whose it is; nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient
from support.asking import AUDITOR, ROOT, System, all_rows, system
from support.office import ANNA, BO, MIA, Present, on_one_database

from slaflow.engine.access import tokens
from slaflow.engine.app import Engine
from slaflow.web.api import reads, writes
from slaflow.web.api.bearing import needed

ROUTES: dict[tuple[str, str], tuple[str, Any]] = {
    ("GET", "/queue"): ("/queue", None),
    ("GET", "/leads"): ("/leads", None),
    ("GET", "/leads/{lead}"): ("/leads/1", None),
    ("GET", "/leads/{lead}/explain"): ("/leads/1/explain", None),
    ("GET", "/leads/{lead}/entries"): ("/leads/1/entries", None),
    ("GET", "/log"): ("/log", None),
    ("GET", "/log/{entry}"): ("/log/1", None),
    ("POST", "/leads"): ("/leads", {"fields": {"email": "new@example.com"}}),
    ("PATCH", "/leads/{lead}"): ("/leads/1", {"fields": {"company": "Acme"}}),
    ("POST", "/leads/{lead}/fire/{trigger}"): ("/leads/1/fire/accept", {}),
    ("POST", "/leads/{lead}/activities"): ("/leads/1/activities", {"kind": "visit"}),
    ("PUT", "/leads/{lead}/checks/{name}"): ("/leads/1/checks/value", {"answer": {"expected_value": 1}}),
    ("PUT", "/leads/{lead}/owner"): ("/leads/1/owner", {"owner": BO}),
}
"""Every address, and a request to it that a manager of sales is granted."""


def every_route() -> dict[tuple[str, str], tuple[str, ...]]:
    """Method and path of each, with the scopes of which any will do."""
    found = {}
    for route in (*reads.router.routes, *writes.router.routes):
        assert isinstance(route, APIRoute)
        asked = needed(route.endpoint)
        assert asked is not None, route.path
        found |= {(verb, route.path): asked[1] for verb in route.methods or ()}
    return found


def test_the_requests_here_are_to_every_address_there_is() -> None:
    assert set(ROUTES) == set(every_route())


def test_nobody_without_a_good_token_is_let_in_anywhere(
    app: Engine, client: TestClient, present: Present
) -> None:
    revoked = system(app, client)
    tokens.revoke(app, "system-0")
    _, secret = tokens.add(app, "short", ["read", "write", "log"], party="sales",
                           expires_at=present.at + timedelta(seconds=1))  # fmt: skip
    expired = System(client, secret)
    gone = system(app, client, person=ANNA)
    app.remove_person(ANNA)
    present.at += timedelta(seconds=1)
    before = all_rows(app)
    mistyped = System(client, f"{secret[:-1]}{'0' if secret[-1] != '0' else '1'}")
    known = {
        "none": (System(client, None), "token_missing"), "revoked": (revoked, "token_invalid"),
        "expired": (expired, "token_invalid"), "gone": (gone, "token_invalid"),
        "mistyped": (mistyped, "token_invalid"),
    }  # fmt: skip
    for name, (asks, code) in known.items():
        for (method, _), (path, said) in ROUTES.items():
            answer = asks(method, path, said)
            assert (answer.status_code, answer.json()["code"]) == (401, code), (name, method, path)
            assert answer.headers["www-authenticate"].startswith("Bearer"), name
    assert all_rows(app) == before


@pytest.mark.parametrize("scope", ["read", "ingest", "write", "log"])
def test_a_token_is_good_for_its_scopes_and_nothing_else(app: Engine, client: TestClient, scope: str) -> None:
    asks = system(app, client, scope, person=MIA)
    for (method, route), scopes in every_route().items():
        if scope in scopes:
            continue
        before = all_rows(app)
        answer = asks(method, *ROUTES[method, route])
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing"), (method, route)
        assert "insufficient_scope" in answer.headers["www-authenticate"]
        assert all_rows(app) == before, (method, route)
    for (method, route), scopes in every_route().items():
        if scope in scopes:
            answer = asks(method, *ROUTES[method, route])
            assert answer.status_code in (200, 201), (method, route, answer.text)


@on_one_database
def test_an_auditor_reads_and_writes_nothing(app: Engine, client: TestClient) -> None:
    asks = system(app, client, person=AUDITOR)
    before = all_rows(app)
    for (method, _), (path, said) in ROUTES.items():
        answer = asks(method, path, said)
        assert answer.status_code == (200 if method == "GET" else 403), (method, path, answer.text)
    assert all_rows(app) == before


@on_one_database
def test_a_partys_token_may_what_its_members_may_and_no_more(crm: System) -> None:
    identity = crm("PATCH", "/leads/1", {"fields": {"email": "else@example.com"}})
    assert (identity.status_code, identity.json()["code"]) == (403, "not_permitted")
    assert identity.json()["because"] == [
        "a manager or admin changes what a lead is known by, not token:system-0 (member of sales)"
    ]
    assert crm("PUT", "/leads/1/owner", {"owner": BO}).status_code == 403
    assert crm("POST", "/leads/1/fire/accept", {}).status_code == 200


@on_one_database
def test_a_persons_token_has_their_rights_as_they_stand(app: Engine, client: TestClient) -> None:
    asks = system(app, client, person=ROOT)
    assert asks("PATCH", "/leads/1", {"fields": {"email": "else@example.com"}}).status_code == 200
    app.add_person(ROOT, role="member")
    assert asks("PATCH", "/leads/1", {"fields": {"email": "kim@example.com"}}).status_code == 403
    app.add_person(ROOT, "marketing")
    refused = asks("POST", "/leads/1/fire/accept", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "refused")


@on_one_database
def test_marketing_cannot_accept_for_sales(app: Engine, client: TestClient) -> None:
    refused = system(app, client, party="marketing")("POST", "/leads/1/fire/accept", {})
    assert refused.json()["because"] == ["accept is for sales, not for marketing"]


@on_one_database
def test_who_only_ingests_records_what_prospects_did(app: Engine, client: TestClient) -> None:
    asks = system(app, client, "ingest")
    assert asks("POST", "/leads/1/activities", {"kind": "visit"}).status_code == 200
    last = [entry for entry in app.log() if entry.kind == "activity"][-1]
    assert (last.actor, last.party, last.data["right"]) == ("token:system-0", "lead", "sales")
    call = asks("POST", "/leads/1/activities", {"kind": "call"})
    assert (call.status_code, call.json()["code"]) == (403, "scope_missing")


@on_one_database
def test_a_cookie_lets_nobody_in_and_no_other_site_is_answered(app: Engine, client: TestClient) -> None:
    from slaflow.engine.access import sessions
    from slaflow.engine.transaction import written

    person = next(each for each in app.people() if each.email == MIA)
    secret = written(app, lambda conn: sessions.begin(conn, person, app.now()))
    cookie = {"cookie": f"__Host-slaflow={secret}"}
    assert client.get("/api/v1/leads", headers=cookie).status_code == 401
    asks = system(app, client, "read")
    preflight = asks("OPTIONS", "/leads", origin="https://evil.example")
    assert preflight.status_code == 405
    answer = asks("GET", "/leads", origin="https://evil.example")
    assert not any(name.startswith("access-control") for name in answer.headers)
    assert answer.headers["cache-control"] == "no-store"


@on_one_database
def test_no_answer_names_who_or_which_lead_was_nearly_meant(crm: System) -> None:
    nearly = ("ann@example.com", "kin@example.com", "mia@example.con")
    for name in nearly:
        answers = [
            crm("GET", f"/queue?owner={name}"), crm("GET", f"/leads?owner={name}"),
            crm("GET", f"/log?actor={name}"), crm("PUT", "/leads/1/owner", {"owner": name}),
            crm("GET", f"/leads?key={name}"),
        ]  # fmt: skip
        for answer in answers:
            for known in (ANNA, MIA, "kim@example.com"):
                assert known not in answer.text, (name, answer.text)
    slip = crm("POST", "/leads/1/fire/acept", {}).json()
    assert slip["detail"] == 'unknown trigger "acept"; did you mean "accept"?'
