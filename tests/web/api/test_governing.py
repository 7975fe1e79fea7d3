"""What managers, admins and auditors do by the API: once for a key, in their name; told wrong, no fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient
from support.asking import GOVERNING, ROOT, System, all_rows, governed, system
from support.office import BO, Present, on_one_database
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.store.database import Database

ON_RESPOND = {"target": "respond", "reason": "it reached us after hours"}
AGAIN = f"{GOVERNING}# again\n"
AWAY = {"from": "2026-03-09T08:00:00Z", "until": "2026-03-10T08:00:00Z"}
WRITES: list[tuple[str, str, Any]] = [
    ("POST", "/leads/2/disputes", ON_RESPOND),
    ("POST", "/leads/2/rulings", {**ON_RESPOND, "ruling": "lift"}),
    ("POST", "/reviews/office-deal/2026-02/signatures", {}),
    ("POST", "/workflows/office-deal/signatures", {"text": AGAIN}),
    ("POST", "/workflows/office-deal/activate", {"text": AGAIN}),
    ("PUT", "/people/new@example.com", {"party": "sales"}),
    ("POST", f"/people/{BO}/absences", AWAY),
    ("POST", f"/people/{BO}/absences/back", AWAY),
    ("DELETE", f"/people/{BO}", None),
    ("POST", "/tokens", {"name": "crm", "scopes": ["read"], "party": "sales"}),
    ("DELETE", "/tokens/crm", None),
    ("POST", "/jobs", {"kind": "verify"}),
    ("POST", "/leads/1/erase", {"reason": "asked to"}),
]


@pytest.fixture
def app(world_of: Callable[[Fill], Database], present: Present) -> Engine:
    return Engine(world_of(governed), now=present)


@pytest.fixture
def root(app: Engine, client: TestClient) -> System:
    return system(app, client, person=ROOT)


def test_the_same_key_does_it_once_and_another_request_is_refused(app: Engine, root: System) -> None:
    for place, (method, path, said) in enumerate(WRITES):
        first = root(method, path, said, key=f"k{place}")
        assert first.status_code in (200, 201, 202), (path, first.text)
        rows = {**all_rows(app), "once": []}
        again = root(method, path, said, key=f"k{place}")
        assert (again.status_code, again.headers["idempotent-replayed"]) == (first.status_code, "true"), path
        assert {**all_rows(app), "once": []} == rows, path
        assert again.headers.get("location") == first.headers.get("location"), path
        if path == "/tokens":
            assert (again.json()["token"], bool(first.json()["token"])) == (None, True)
        other = root("PUT", "/people/third@example.com", {"party": "sales"}, key=f"k{place}")
        assert other.json()["code"] == "key_reused", path
    told = [entry for entry in app.log() if entry.actor == ROOT and entry.entry_class == "input"]
    assert {"disputed", "signed", "activated", "person", "access", "erased"} <= {e.kind for e in told}
    assert {entry.data["via"] for entry in told if entry.data is not None} == {"api"}
    assert app.verify().ok
    assert app.replay().ok


@on_one_database
@pytest.mark.parametrize(
    ("method", "path", "said", "status"),
    [
        ("POST", "/leads/2/disputes", {"reason": "x"}, 422),
        ("POST", "/leads/2/disputes", {**ON_RESPOND, "about": "y"}, 422),
        ("POST", "/leads/2/lifts", {**ON_RESPOND, "target": "respnd"}, 422),
        ("POST", "/leads/9/lifts", ON_RESPOND, 404),
        ("POST", "/leads/2/rulings", {**ON_RESPOND, "ruling": "maybe"}, 422),
        ("POST", "/leads/2/erase", {"reason": "late@example.com asked"}, 422),
        (
            "POST",
            "/lifts",
            {"from": "2026-03-06T00:00:00Z", "to": "2026-03-05T00:00:00Z", "reason": "x"},
            422,
        ),
        ("POST", "/lifts", {"from": "2026-03-06T00:00:00", "to": "2026-03-07T00:00:00Z", "reason": "x"}, 422),
        (
            "POST",
            "/lifts",
            {"from": "2026-03-06T00:00:00Z", "to": "2027-03-07T00:00:00Z", "reason": "x"},
            422,
        ),
        ("GET", "/log/1/proof", None, 409),
        ("GET", "/log/1/proof?data=perhaps", None, 422),
        ("GET", "/reports/slaa", None, 404),
        ("GET", "/reports/sla?by=shoe", None, 422),
        ("GET", "/reports/sla?from=2026-03-06T13:30:00", None, 422),
        ("GET", "/reports/aging?from=2026-03-06T13:30:00Z", None, 422),
        ("GET", "/reports/commitments?by=owner", None, 422),
        ("GET", "/reviews/office-deal/2026-99", None, 422),
        ("GET", "/reviews/nobody/2026-02", None, 422),
        ("POST", "/reviews/office-deal/2026-03/signatures", {}, 409),
        ("GET", "/workflows/nobody", None, 422),
        ("GET", "/workflows/office-deal@zz", None, 422),
        ("POST", "/workflows/check", {"text": "a: &a [*a, *a]"}, 422),
        ("POST", "/workflows/check", {"text": "[" * 10_000}, 422),
        ("POST", "/workflows/check", {"text": "x" * 100_001}, 422),
        ("POST", "/workflows/other/activate", {"text": GOVERNING}, 422),
        ("POST", "/workflows/office-deal/activate", {"text": "workflow: office-deal"}, 422),
        ("POST", "/workflows/office-deal/migrate", {"grace": "soon"}, 422),
        ("PUT", "/people/new@example.com", {"party": "sles"}, 422),
        ("PUT", f"/people/{BO}", {"weight": 101}, 422),
        ("PUT", f"/people/{BO}", {"capacity": 0}, 422),
        ("PUT", f"/people/{BO}", {"per_day": "4"}, 422),
        ("PUT", "/people/new%00@example.com", {"party": "sales"}, 422),
        ("DELETE", "/people/nobody@example.com", None, 422),
        ("POST", f"/people/{BO}/hand-over", {"to": BO}, 422),
        ("POST", f"/people/{BO}/hand-over", {"to": "nordic"}, 422),
        ("POST", "/people/nobody@example.com/hand-over", {"to": BO}, 422),
        ("POST", f"/people/{BO}/absences", {**AWAY, "until": AWAY["from"]}, 422),
        ("POST", f"/people/{BO}/absences/back", AWAY, 409),
        ("POST", f"/people/{BO}/absences/back", {"from": AWAY["from"]}, 422),
        ("POST", "/people/nobody@example.com/absences/back", AWAY, 422),
        ("POST", "/tokens", {"name": "x", "scopes": [], "party": "sales"}, 422),
        ("DELETE", "/tokens/nobody", None, 422),
        ("POST", "/outbox/retry", {"messages": [999]}, 409),
        ("POST", "/outbox/release", {"channel": "pigeon"}, 422),
        ("POST", "/jobs", {"kind": "dance"}, 422),
        ("GET", "/jobs/99", None, 404),
        ("BREW", "/jobs", None, 405),
    ],
)
def test_what_is_told_wrong_is_a_problem_and_never_a_fault(
    root: System, method: str, path: str, said: Any, status: int
) -> None:
    answer = root(method, path, said)
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    assert "slaflow " not in answer.json()["detail"]


@on_one_database
def test_what_stays_the_same_is_not_told_twice_and_the_log_comes_in_lines(root: System) -> None:
    for path in ("/log/1", "/workflows/office-deal", "/workflows/office-deal/document"):
        first = root("GET", path)
        same = root("GET", path, if_none_match=f'"other", {first.headers["etag"]}')
        assert (same.status_code, same.content) == (304, b""), path
    assert root("GET", "/log/2", if_none_match=root("GET", "/log/1").headers["etag"]).status_code == 200
    lines = root("GET", "/log?limit=3", accept="application/x-ndjson")
    assert lines.headers["content-type"] == "application/x-ndjson"
    assert [b'{"id":' in line for line in lines.content.splitlines()] == [True] * 3
    assert 'rel="next"' in lines.headers["link"]
    assert root("GET", "/leads", accept="application/x-ndjson").status_code == 406
