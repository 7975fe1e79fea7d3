"""What is written by the API: once, where the lead still is as it was known, as the log tells it."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient
from support.asking import System, all_rows, system
from support.office import ANNA, MIA, Present, on_one_database

from slaflow.engine.app import Engine


def test_what_is_done_stands_in_the_log_under_the_tokens_name(
    app: Engine, client: TestClient, crm: System
) -> None:
    added = crm("POST", "/leads", {"fields": {"email": "new@example.com", "on_hold": True}})
    assert (added.status_code, added.headers["location"]) == (201, "/api/v1/leads/2")
    assert crm("PATCH", "/leads/1", {"fields": {"company": "Acme", "country": None}}).status_code == 200
    assert crm("POST", "/leads/1/activities", {"kind": "call", "fields": {"outcome": "x"}}).status_code == 200
    assert crm("POST", "/leads/1/fire/accept", {}).json()["state"] == "accepted"
    answered = crm("PUT", "/leads/1/checks/value", {"answer": {"expected_value": 12000.5}})
    assert answered.json()["checks"] == {"value": {"passed": True, "answer": {"expected_value": "12000.5"}}}
    won = crm("POST", "/leads/1/fire/win", {"inputs": {"amount": "12000.5"}})
    assert (won.json()["state"], won.headers["etag"]) == ("won", f'"1-{won.json()["seq"]}"')
    told = [entry for entry in app.log() if entry.actor == "token:system-0"]
    assert [each.kind for each in told if each.entry_class == "input"] == [
        "created", "changed", "activity", "transition", "checked", "transition",
    ]  # fmt: skip
    assert {(each.party, each.data["via"]) for each in told if each.entry_class == "input"} == {
        ("sales", "api")
    }
    by_mia = system(app, client, person=MIA)
    assert by_mia("PUT", "/leads/2/owner", {"owner": ANNA}).json()["code"] == "refused"
    assert app.verify().findings == ()
    assert app.replay().ok


def test_a_refusal_tells_every_clause_and_is_logged_as_by_the_command(app: Engine, crm: System) -> None:
    refused = crm("POST", "/leads/1/fire/return", {"inputs": {"return_reason": "ugly"}})
    assert refused.status_code == 409
    assert refused.json() == {
        "type": "/problems/refused", "title": "The agreement does not allow it", "status": 409,
        "code": "refused", "detail": "return refused", "lead": 1,
        "because": ["return_reason: what was given is not one of no_fit, not_ready"],
    }  # fmt: skip
    assert [entry.kind for entry in app.log()][-1] == "refused"


def test_what_changed_meanwhile_is_told_and_nothing_is_done(app: Engine, crm: System) -> None:
    known = crm("GET", "/leads/1").headers["etag"]
    app.record(1, "visit", "lead")
    before = all_rows(app)
    late = crm("POST", "/leads/1/fire/accept", {}, if_match=known)
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    assert [(each["kind"], each["actor"]) for each in late.json()["since"]] == [("activity", "lead")]
    assert all_rows(app) == before
    now = crm("GET", "/leads/1").headers["etag"]
    assert crm("POST", "/leads/1/fire/accept", {}, if_match=now).status_code == 200


@on_one_database
def test_an_etag_must_be_the_leads_own(app: Engine, crm: System) -> None:
    def status(tag: str) -> int:
        return crm("PATCH", "/leads/1", {"fields": {"company": "x"}}, if_match=tag).status_code

    assert [status(tag) for tag in ('"2-1"', '"1-0"')] == [412, 412]
    assert {status(tag) for tag in ("1-1", 'W/"1-5"', '"x"', '"1-5", "1-6"', "")} == {400}
    assert status("*") == 200
    assert crm("POST", "/leads", {"fields": {"email": "n@example.com"}}, if_match="*").status_code == 400


def test_the_same_key_does_it_once(app: Engine, client: TestClient, crm: System) -> None:
    new = {"fields": {"email": "new@example.com"}}
    first = crm("POST", "/leads", new, key="k1")
    touched = crm("POST", "/leads/2/activities", {"kind": "nurture"}, key="k2")
    assert touched.json()["code"] == "refused"
    again = crm("POST", "/leads", new, key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert again.json()["seq"] > first.json()["seq"], "it is told as it stands now"
    retold = crm("POST", "/leads/2/activities", {"kind": "nurture"}, key="k2")
    assert (retold.status_code, retold.json()) == (409, touched.json())
    assert retold.headers["idempotent-replayed"] == "true"
    other = crm("POST", "/leads", {"fields": {"email": "other@example.com"}}, key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert crm("POST", "/leads/1/fire/accept", {}, key="k1").status_code == 422
    assert system(app, client)("POST", "/leads", new, key="k1").json()["code"] == "lead_exists"
    assert [entry.kind for entry in app.log()].count("created") == 2


@on_one_database
def test_a_key_is_forgotten_after_a_day_and_with_an_erased_lead(
    app: Engine, crm: System, present: Present
) -> None:
    visit = {"kind": "visit"}
    crm("POST", "/leads/1/activities", visit, key="k")
    present.at += timedelta(hours=23)
    assert "idempotent-replayed" in crm("POST", "/leads/1/activities", visit, key="k").headers
    present.at += timedelta(hours=2)
    assert "idempotent-replayed" not in crm("POST", "/leads/1/activities", visit, key="k").headers
    app.erase(1, "asked to", "system")
    assert crm("POST", "/leads/1/activities", visit, key="k").json()["code"] == "lead_erased"
    assert all_rows(app)["once"] == []


@on_one_database
def test_a_key_of_what_was_wrong_is_not_used_up(crm: System) -> None:
    assert crm("POST", "/leads/1/fire/acept", {}, key="k").status_code == 404
    assert crm("POST", "/leads/1/fire/accept", {}, key="k").status_code == 200
    assert crm("POST", "/leads/1/fire/accept", {}, key="two words").status_code == 400
    assert crm("POST", "/leads/1/fire/accept", {}, key="x" * 256).status_code == 400


def test_of_many_at_once_with_one_key_one_does_it(app: Engine, crm: System) -> None:
    answers: list[Any] = []

    def ask() -> None:
        answers.append(crm("POST", "/leads", {"fields": {"email": "new@example.com"}}, key="k"))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert {answer.status_code for answer in answers} == {201}, [answer.text for answer in answers]
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert [entry.kind for entry in app.log()].count("created") == 2


def test_of_many_who_fire_the_same_one_does_it(app: Engine, crm: System) -> None:
    known = crm("GET", "/leads/1").headers["etag"]
    answers: list[int] = []

    def ask() -> None:
        answers.append(crm("POST", "/leads/1/fire/accept", {}, if_match=known).status_code)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(answers) == [200] + [412] * 7
    assert [entry.trigger for entry in app.log()].count("accept") == 1


DEEP = b'{"fields": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"
BAD: list[tuple[bytes, int]] = [
    (b"", 400),
    (b"{", 400),
    (b"\xff\xfe", 400),
    (b'{"fields": {"email": "a@example.com"}, "fields": {}}', 400),
    (b'{"fields": {"email": NaN}}', 400),
    (b'{"fields": {"email": 1e999999}}', 400),
    (b'{"fields": {"email": ' + b"9" * 5000 + b"}}", 400),
    (b'{"fields": {"email": "a\\u0000b@example.com"}}', 400),
    (b'{"fields": {"email": "\\ud800@example.com"}}', 400),
    (DEEP, 400),
    (b" " * (256 * 1024 + 1), 413),
    (b"[]", 422),
    (b"{}", 422),
    (b'{"fields": {}, "colour": 1}', 422),
    (b'{"fields": {"email": ["a@example.com"]}}', 422),
    (b'{"fields": {"email": {"a": 1}}}', 422),
    (b'{"fields": {"email": "no address"}}', 422),
    (b'{"fields": {"email": 7}}', 422),
    (b'{"fields": {"mail": "a@example.com"}}', 422),
    (b'{"fields": {"email": "a@example.com", "callback_on": "9999-99-99"}}', 422),
    (b'{"fields": {"email": "a@example.com"}, "workflow": "nobody"}', 422),
    (b'{"fields": {"company": "Acme"}}', 422),
    (b'{"fields": {"email": "KIM@example.com"}}', 409),
]


@on_one_database
def test_a_body_that_is_wrong_is_a_problem_and_leaves_everything_as_it_was(app: Engine, crm: System) -> None:
    before = all_rows(app)
    for body, status in BAD:
        answer = crm("POST", "/leads", body)
        assert answer.status_code == status, (body[:60], answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
    assert crm("POST", "/leads", b"{}", content_type="text/plain").status_code == 415
    assert crm("POST", "/leads", b"{}", content_type="application/x-www-form-urlencoded").status_code == 415
    assert all_rows(app) == before


@on_one_database
@pytest.mark.parametrize(
    ("method", "path", "said", "status"),
    [
        ("POST", "/leads/1/fire/accept", {"inputs": {"x": [1]}}, 422),
        ("POST", "/leads/1/fire/%00", {}, 404),
        ("POST", "/leads/1/fire/a%2Fb", {}, 404),
        ("POST", "/leads/1/fire/accept", {"occurred_at": "2027-01-01T00:00:00Z"}, 422),
        ("POST", "/leads/1/fire/accept", {"occurred_at": "2026-03-06T13:30:00"}, 422),
        ("POST", "/leads/1/fire/accept", {"occurred_at": 5}, 422),
        ("POST", "/leads/9/fire/accept", {}, 404),
        ("POST", "/leads/1/activities", {"kind": "dance"}, 422),
        ("POST", "/leads/1/activities", {"kind": "call", "automated": "yes"}, 422),
        ("PUT", "/leads/1/checks/worth", {"answer": {}}, 404),
        ("PATCH", "/leads/1", {"fields": {}}, 422),
        ("PATCH", "/leads/9", {"fields": {"company": "x"}}, 404),
        ("PATCH", "/leads/1", {"fields": {"email": None}}, 422),
        ("PUT", "/leads/1/owner", {"owner": ""}, 422),
        ("PUT", "/leads/1/owner", {"owner": "nobody@example.com"}, 422),
        ("PUT", "/leads/1/owner", {}, 422),
    ],
)
def test_what_is_told_wrong_is_a_problem_and_never_a_fault(
    crm: System, method: str, path: str, said: Any, status: int
) -> None:
    answer = crm(method, path, said)
    assert answer.status_code == status, answer.text
    assert "slaflow " not in answer.json()["detail"]
