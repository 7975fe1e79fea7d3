"""Who is let in: by a token that is good, for what it is for, with the rights of whose it is; nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from support.api_requests import REQUESTS, every_route
from support.asking import AUDITOR, MANAGING, ROOT, System, all_rows, governed, system
from support.office import ANNA, BO, MIA, NORA, Present, on_one_database
from support.worlds import Fill

from slaflow.engine import permits
from slaflow.engine.access import tokens
from slaflow.engine.access.tokens import TokenUnusable
from slaflow.engine.app import Engine
from slaflow.engine.log.keys import new_key
from slaflow.store.database import Database


@pytest.fixture
def app(
    world_of: Callable[[Fill], Database], present: Present, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """With promises per month, and a head of the log that is signed."""
    monkeypatch.setenv("SLAFLOW_KEY", str(tmp_path / "slaflow.key"))
    engine = Engine(world_of(governed), now=present)
    engine.checkpoint(new_key("slaflow", tmp_path / "slaflow.key"))
    return engine


Every = dict[tuple[str, str], tuple[str, Any]]


def of_scope(scope: str) -> Every:
    """The requests that a token for *scope* alone is enough for."""
    return {each: said for each, said in REQUESTS.items() if scope in every_route()[each].scopes}


def test_the_requests_here_are_to_every_address_there_is() -> None:
    assert set(REQUESTS) == set(every_route())


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
        for (method, _), (path, said) in REQUESTS.items():
            answer = asks(method, path, said)
            assert (answer.status_code, answer.json()["code"]) == (401, code), (name, method, path)
            assert answer.headers["www-authenticate"].startswith("Bearer"), name
    assert all_rows(app) == before


@on_one_database
@pytest.mark.parametrize("scope", MANAGING)
def test_a_token_is_good_for_its_scopes_and_nothing_else(app: Engine, client: TestClient, scope: str) -> None:
    asks = system(app, client, scope, person=ROOT)
    granted, before = of_scope(scope), all_rows(app)
    for (method, route), said in REQUESTS.items():
        if (method, route) not in granted:
            answer = asks(method, *said)
            assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing"), (method, route)
            assert "insufficient_scope" in answer.headers["www-authenticate"]
    assert all_rows(app) == before
    if scope == "manage":
        app.dispute(2, "respond", "it reached us after hours", ROOT)
    for (method, route), said in granted.items():
        answer = asks(method, *said)
        expected = (404,) if route.endswith("/file") else (200, 201, 202, 204)
        assert answer.status_code in expected, (method, route, answer.text)


@on_one_database
@pytest.mark.parametrize(
    ("who", "role"),
    [(ANNA, "member"), (MIA, "manager"), (ROOT, "admin"), (AUDITOR, "auditor"),
     (NORA, "member"), (NORA, "manager"), (NORA, "admin"), (NORA, "auditor")],
)  # fmt: skip
def test_what_is_not_a_roles_to_do_is_done_by_no_token_of_theirs(
    app: Engine, client: TestClient, who: str, role: str
) -> None:
    app.add_person(who, role=role)
    asks, person = system(app, client, person=who), next(each for each in app.people() if each.email == who)
    asker, before = permits.Asker(who, person.party, role), all_rows(app)
    theirs = {each for each, needs in every_route().items() if permits.may_ever(asker, needs.operation)}
    for (method, route), said in REQUESTS.items():
        if (method, route) not in theirs:
            answer = asks(method, *said)
            assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted"), (method, route)
    assert all_rows(app) == before
    for (method, route), said in REQUESTS.items():
        if (method, route) in theirs:
            answer = asks(method, *said)
            assert answer.status_code < 500, (method, route, answer.text)
            assert answer.status_code not in (401, 406, 415, 422), (method, route, answer.text)
    assert app.verify().ok
    assert app.replay().ok


@on_one_database
def test_an_auditor_reads_and_writes_nothing(app: Engine, client: TestClient) -> None:
    asks, before = system(app, client, person=AUDITOR), all_rows(app)
    reads = {"/workflows/check", "/workflows/diff"}
    for (method, route), said in REQUESTS.items():
        answer = asks(method, *said)
        if not route.startswith("/jobs"):
            expected = 200 if method == "GET" or route in reads else 403
            assert answer.status_code == expected, (method, route, answer.text)
    assert {**all_rows(app), "job": []} == before, "a job, which only reads, is theirs to ask for"


@on_one_database
def test_no_party_has_a_token_to_manage_with_whoever_made_one(app: Engine, client: TestClient) -> None:
    with pytest.raises(TokenUnusable, match="only a person's token is to manage with"):
        tokens.add(app, "boss", ["manage"], party="sales")
    root = system(app, client, person=ROOT)
    made = root("POST", "/tokens", {"name": "boss", "scopes": ["manage"], "party": "sales"})
    assert (made.status_code, made.json()["code"]) == (422, "invalid_value")


@on_one_database
def test_a_role_that_is_lost_is_lost_from_the_next_request_on(app: Engine, client: TestClient) -> None:
    asks = system(app, client, person=ROOT)
    assert asks("GET", "/tokens").status_code == 200
    app.add_person(ROOT, role="manager")
    assert asks("GET", "/tokens").status_code == 403
    assert asks("GET", "/outbox").status_code == 200
    app.remove_person(ROOT)
    assert asks("GET", "/outbox").json()["code"] == "token_invalid"


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
def test_a_partys_token_for_the_log_has_it_verified_and_exported(app: Engine, client: TestClient) -> None:
    asks, other = system(app, client, "log"), system(app, client, "log", party="marketing")
    for kind, said in {"verify": {}, "export": {"type": "csv"}}.items():
        job = asks("POST", "/jobs", {"kind": kind, "parameters": said})
        assert job.status_code == 202, job.text
        assert job.json()["asked_by"] == "token:system-0"
        assert other("GET", f"/jobs/{job.json()['id']}").status_code == 404
    assert [each["kind"] for each in asks("GET", "/jobs").json()["items"]] == ["export", "verify"]
    assert asks("DELETE", "/jobs/1", key="a key").json()["code"] == "bad_header"
    assert asks("DELETE", "/jobs/1").status_code == 204
    for person, expected in ((ANNA, 403), (MIA, 202)):
        answer = system(app, client, "log", person=person)("POST", "/jobs", {"kind": "verify"})
        assert answer.status_code == expected, (person, answer.text)


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
