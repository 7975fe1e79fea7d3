"""What the API tells is what the command tells; pages of it go on with the query they came from."""

from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.testclient import TestClient
from support.asking import System, system
from support.clicked import KEYS, REACH
from support.office import ANNA, HOUR, MONDAY, Present, handed_over, on_one_database

from slaflow.engine.app import Engine
from slaflow.engine.leads.commands import numbered
from slaflow.web.api.app import made
from slaflow.web.api.limits import Limits
from slaflow.web.api.problems import TITLES
from slaflow.web.site import Site


def test_a_lead_is_told_as_the_command_tells_it(app: Engine, crm: System, present: Present) -> None:
    present.at += HOUR
    answer = crm("GET", "/leads/1")
    shown, seq = numbered(app, 1, None)
    assert answer.json() == {**shown, "seq": seq}
    assert answer.headers["etag"] == f'"1-{seq}"'
    back = crm("GET", f"/leads/1?at={(present.at - HOUR).isoformat().replace('+', '%2B')}")
    assert back.json()["state"] == "mql"
    assert "etag" not in back.headers
    assert crm("GET", "/leads/1/explain?name=respond").json() == app.explain(1, "respond")
    assert crm("GET", "/leads?key=KIM@example.com").json()["items"] == [answer.json()]
    assert crm("GET", "/leads?key=nobody@example.com").json() == {"items": [], "next": None}
    assert crm("GET", "/leads?waits_for=nordics").json()["items"] == []
    assert "did you mean" in crm("GET", "/leads?waits_for=nordic").text
    assert crm("GET", f"/queue?owner={ANNA}").json()["items"] == app.queue(owner=ANNA)


@pytest.mark.parametrize("path", ["/leads", "/queue", "/log", "/leads/1/entries"])
def test_pages_make_up_the_whole(app: Engine, crm: System, path: str) -> None:
    for number in range(3):
        handed_over(app, f"lead-{number}")
    whole = crm("GET", f"{path}?limit=200").json()["items"]
    found, where = [], f"{path}?limit=2"
    while where:
        answer = crm("GET", where)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        link = answer.headers.get("link", "")
        where = link.partition(">")[0].removeprefix("</api/v1")
        assert bool(answer.json()["next"]) == bool(where)
    assert found == whole
    assert len(whole) > 3


@on_one_database
def test_leads_are_told_as_saved_while_more_than_a_page_settles_waits_for_a_tick(
    app: Engine, crm: System, present: Present
) -> None:
    """Those that are told stand as they are now."""
    for number in range(60):
        handed_over(app, f"lead-{number}")
    assert crm("GET", "/leads?state=mql&limit=200").json()["waiting"] == 0
    present.at = MONDAY + timedelta(days=8)
    behind = crm("GET", "/leads?state=mql&limit=200").json()
    assert (behind["waiting"], len(behind["items"])) == (61, 61)
    assert {each["state"] for each in behind["items"]} == {"nurturing"}
    assert crm("GET", "/leads?state=nurturing&limit=200").json()["items"] == []
    assert len(list(app.leads(state="nurturing"))) == 61, "the command settles them all"
    app.tick()
    caught_up = crm("GET", "/leads?state=nurturing&limit=200").json()
    assert (caught_up["waiting"], len(caught_up["items"])) == (0, 61)


def test_the_log_is_filtered_and_told_entry_by_entry(app: Engine, crm: System) -> None:
    told = [entry.as_json() for entry in app.log() if entry.kind == "clock_started"]
    assert crm("GET", "/log?kind=clock_started").json()["items"] == told
    assert crm("GET", "/leads/1/entries?kind=clock_started").json()["items"] == told
    assert crm("GET", f"/log/{told[0]['id']}").json() == told[0]
    assert crm("GET", "/log/9999").json()["code"] == "unknown_name"
    later = crm("GET", "/log?from=2026-03-01T00:00:00Z&party=lead").json()["items"]
    assert [each["kind"] for each in later] == ["activity"]


@on_one_database
def test_a_cursor_is_good_for_its_own_query_and_token(app: Engine, client: TestClient, crm: System) -> None:
    for number in range(3):
        handed_over(app, f"lead-{number}")
    cursor = crm("GET", "/leads?limit=1").json()["next"]
    other = system(app, client, "read")
    assert crm("GET", f"/leads?limit=2&cursor={cursor}").status_code == 200
    wrong = [
        crm("GET", f"/leads?cursor={cursor[:-1]}"), crm("GET", f"/leads?state=mql&cursor={cursor}"),
        crm("GET", f"/log?cursor={cursor}"), other("GET", f"/leads?limit=1&cursor={cursor}"),
        crm("GET", "/leads?cursor=%C3%A9"), crm("GET", "/leads?cursor="),
    ]  # fmt: skip
    assert {answer.status_code for answer in wrong} == {422}


@on_one_database
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/leads/1?at=2026-03-06T13:30:00", 422),
        ("/leads/1?at=2027-03-06T13:30:00Z", 422),
        ("/leads/1?at=1772803800", 422),
        ("/leads/1?at=2026-03-05T13:30:00Z", 404),
        ("/leads/1?at=99999-01-01T00:00:00Z", 422),
        ("/leads/1?when=now", 422),
        ("/leads/2", 404),
        ("/leads/0", 404),
        ("/leads/1.5", 404),
        ("/leads/99999999999999999999999", 404),
        ("/leads/2/entries", 404),
        ("/leads/1/explain?name=respnd", 422),
        ("/leads?limit=0", 422),
        ("/leads?limit=201", 422),
        ("/leads?state=mqll", 422),
        ("/leads?key=a&state=mql", 422),
        ("/leads?key=%00", 422),
        ("/log?kind=nothing", 422),
        ("/log?from=2026-03-06T13:30:00Z&to=2026-03-05T13:30:00Z", 422),
        ("/queue?team=nobody", 422),
        ("/leads/%0A", 404),
        ("/leads/..%2F..%2Fetc%2Fpasswd", 404),
        ("", 404),
        ("/", 404),
    ],
)
def test_what_is_asked_wrong_is_a_problem_and_never_a_fault(crm: System, path: str, status: int) -> None:
    answer = crm("GET", path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"/problems/{problem['code']}"
    assert problem["status"] == status
    assert "slaflow " not in problem["detail"]


@on_one_database
def test_a_problems_type_is_a_page(client: TestClient) -> None:
    for code in TITLES:
        assert client.get(f"/problems/{code}").status_code == 200
    assert client.get("/problems/none").status_code == 404


@on_one_database
def test_only_json_is_answered_and_only_known_verbs(crm: System) -> None:
    assert crm("GET", "/leads", accept="text/html").status_code == 406
    assert crm("GET", "/leads", accept="text/html, application/json;q=0.5").status_code == 200
    wrong = crm("DELETE", "/leads/1")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, PATCH")
    assert crm("BREW", "/leads").status_code == 405


@on_one_database
def test_who_asks_too_much_is_told_when_to_come_again(app: Engine, client: TestClient) -> None:
    asks = system(app, client, "read", "write")
    limits = Limits(lambda: 0.0)
    with TestClient(made(Site(app, REACH, KEYS), limits)) as api:
        shown = {"authorization": f"Bearer {asks.secret}"}
        first = api.get("/queue", headers=shown)
        assert (first.status_code, first.headers["ratelimit"]) == (200, '"reads";r=199;t=1')
        assert first.headers["ratelimit-policy"] == '"reads";q=200;w=4'
        assert api.get("/nowhere", headers=shown).status_code == 404
        assert "ratelimit" not in api.get("/queue").headers, "nobody's room"
        for _ in range(199):
            limits.take("system-0", "reads")
        slow = api.get("/queue", headers=shown)
        assert (slow.status_code, slow.json()["code"]) == (429, "too_many")
        assert (slow.headers["retry-after"], slow.headers["ratelimit"]) == ("1", '"reads";r=0;t=1')
        done = api.post("/leads/1/fire/accept", json={}, headers=shown)
        assert (done.status_code, done.headers["ratelimit"]) == (200, '"writes";r=79;t=1')
        refused = api.post("/leads/1/fire/accept", json={}, headers=shown)
        assert (refused.status_code, refused.headers["ratelimit"]) == (409, '"writes";r=78;t=1')


def test_room_comes_back_with_time() -> None:
    now = [0.0]
    limits = Limits(lambda: now[0])
    assert [limits.take("a", "writes").wait for _ in range(81)] == [0] * 80 + [1]
    assert limits.take("a", "reads").wait == 0
    assert limits.take("b", "writes").left == 79
    now[0] += timedelta(milliseconds=50).total_seconds()
    assert [limits.take("a", "writes").wait for _ in range(2)] == [0, 1]
