"""A person of whom something was told on every page and over the API is erased: nothing is left anywhere."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient
from support.asking import ROOT, governed, system
from support.known_person import files_of, found_in
from support.office import ANNA, MIA, NORA, Present
from support.pages_sent import enter, form_to, press
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.engine.figures.counting import Counter
from slaflow.engine.jobs.worker import JobWorker
from slaflow.engine.leads.erase import scrub
from slaflow.report.record.reports import COUNTS
from slaflow.store.database import Database
from slaflow.store.tables.all import metadata
from slaflow.web.logbook.kinds import KINDS

PLANTED = ("zyxkim", "Quuxborough", "Grimbleshire", "31415926", "her mother")
"""Of the person: the identity, two fields, an answer, and what was said on the phone."""


@pytest.fixture
def app(world_of: Callable[[Fill], Database], present: Present) -> Engine:
    return Engine(world_of(governed), now=present)


@pytest.fixture
def every_line(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("slaflow").setLevel(logging.DEBUG)
        yield caplog


def done(client: TestClient, lead: int, page: str, **typed: str) -> None:
    answer = press(client, f"/leads/{lead}/{page}", f"/leads/{lead}/{page}", **typed)
    assert answer.status_code == 303, (page, answer.text)


def known_on_every_page(app: Engine, client: TestClient) -> int:
    """A lead of whom the planted words were told; gives its number."""
    enter(app, client, NORA)
    added = press(client, "/leads/new", "/leads/new", email="zyxkim@example.com", company="Quuxborough Ltd")
    assert added.status_code == 303, added.text
    lead = int(added.headers["location"].partition("done=")[2])
    app.record(lead, "demo", "lead")
    enter(app, client, MIA)
    form = form_to(client.get(f"/leads/{lead}/owner"), f"/leads/{lead}/owner")
    client.post(f"/leads/{lead}/owner", data={**form, "in.to": ANNA})
    enter(app, client, ANNA)
    done(client, lead, "log/call", outcome="left word with her mother")
    done(client, lead, "set/company", company="Grimbleshire & Co")
    done(client, lead, "accept")
    done(client, lead, "check/value", expected_value="31415926")
    wrong = press(client, f"/leads/{lead}/win", f"/leads/{lead}/win", amount="her mother pays")
    assert wrong.status_code in (409, 422), "who wins types an amount"
    return lead


def asked_over_the_api(app: Engine, client: TestClient, lead: int) -> None:
    """With keys, so that what came of it is remembered; one of them refused."""
    crm = system(app, client)
    told = {"kind": "call", "fields": {"outcome": "her mother again"}}
    assert crm("POST", f"/leads/{lead}/activities", told, key="zyxkim-1").status_code == 200
    refused = crm("POST", f"/leads/{lead}/fire/win", {"inputs": {"amount": "Quuxborough"}}, key="zyxkim-2")
    assert refused.status_code in (409, 422)
    again = crm("POST", "/leads", {"fields": {"email": "zyxkim@example.com"}}, key="zyxkim-3")
    assert again.status_code == 409
    root = system(app, client, person=ROOT)
    for name in ("actor", "target", "trigger", "lead"):
        asked = {"kind": "export", "parameters": {"type": "csv", name: "zyxkim@example.com"}}
        assert root("POST", "/jobs", asked).status_code in (202, 422), name


def looked_at_everywhere(app: Engine, client: TestClient, lead: int) -> None:
    """Found, on every list, counted by what stood in her fields, exported."""
    enter(app, client, ROOT)
    for path in (
        "/leads?q=zyxkim", "/leads?q=quuxb", "/leads?q=grimble", f"/leads/{lead}", "/queue?whose=party",
        "/log?lead=zyxkim@example.com", "/record/sla?by=company", "/record/waste?by=company",
        "/record/returns?by=company", "/record", "/leads/new", f"/leads/{lead}/win",
    ):  # fmt: skip
        assert client.get(path).status_code == 200, path
    assert "zyxkim" in client.get("/leads?q=grimble").text
    list(Counter(app, COUNTS).round())
    for kind in ("csv", "jsonl"):
        form = form_to(client.get("/log?lead=zyxkim@example.com"), "/log/export")
        asked = {**form, "type": kind, "lead": "zyxkim@example.com"}
        assert client.post("/log/export", data=asked, follow_redirects=False).status_code == 303
    while JobWorker(app, KINDS).run_once():
        pass
    assert any(b"zyxkim" in client.get(f"/jobs/{number}/file").content for number in range(1, 7))


def in_tables(app: Engine) -> set[str]:
    """Those of the planted words that stand in any row of any table."""
    with app.database.read() as conn:
        rows = [
            repr(row).lower()
            for each in metadata.sorted_tables
            if each.info.get("only", app.database.dialect) == app.database.dialect
            for row in conn.execute(select(each))
        ]
    return {word for word in PLANTED if any(word.lower() in row for row in rows)}


def test_nothing_of_an_erased_person_is_left_in_any_table_file_or_line(
    app: Engine, client: TestClient, every_line: pytest.LogCaptureFixture
) -> None:
    lead = known_on_every_page(app, client)
    asked_over_the_api(app, client, lead)
    looked_at_everywhere(app, client, lead)
    if app.database.dialect == "postgresql":
        with app.database.write() as conn:
            conn.exec_driver_sql("ANALYZE")
    assert in_tables(app) == set(PLANTED)
    erased = press(
        client, f"/leads/{lead}/erase", f"/leads/{lead}/erase", reason="asked for it", number=str(lead)
    )
    assert erased.status_code == 303
    assert in_tables(app) == set()
    for path in ("/leads?q=grimble", f"/leads/{lead}", "/log", f"/log?lead=%23{lead}", "/jobs", "/jobs/1",
                 "/jobs/1/file", "/record/waste?by=company", "/queue?whose=party"):  # fmt: skip
        shown = client.get(path).text.lower()
        assert [word for word in PLANTED if word.lower() in shown.replace('value="grimble"', "")] == [], path
    if files_of(app.database.url):
        assert scrub(app) == 1
        assert found_in(files_of(app.database.url), PLANTED) == set()
    said = [
        each.getMessage().lower()
        for each in every_line.records
        if each.name.startswith(("slaflow", "uvicorn"))
    ]
    assert [word for word in PLANTED if any(word.lower() in line for line in said)] == []
    assert app.verify().ok
    assert app.replay().ok
