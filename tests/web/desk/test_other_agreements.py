"""An agreement of other names, in another language: every page works, and no name of ours shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import pytest
from starlette.testclient import TestClient
from support.avtal import BENGT, STINA, SVENSKA, TORE, ULLA, settled_in
from support.clicked import KEYS, REACH
from support.office import DAY, FOUNDED, FRIDAY, HOUR, MONDAY, Present
from support.pages_sent import enter, press, words
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.store.database import Database
from slaflow.web.app import made
from slaflow.web.site import Site

ROOT = Path(__file__).parents[3]
OURS = r"\b(mql|sales|marketing|accepted|nurturing|accept|return|promote|qualify)\b"


@pytest.fixture
def app(world_of: Callable[[Fill], Database], present: Present) -> Engine:
    return Engine(world_of(settled_in), now=present)


@pytest.fixture
def client(app: Engine) -> Iterator[TestClient]:
    with TestClient(made(Site(app, REACH, KEYS)), base_url="https://sla.example.com") as asked:
        yield asked


def test_every_page_speaks_the_agreements_words_and_none_of_ours(
    app: Engine, client: TestClient, present: Present
) -> None:
    present.at = MONDAY
    enter(app, client, ULLA)
    for path, part in (
        ("/queue?whose=party", "Svara inom fyra timmar"), ("/queue?whose=unowned", "Log Samtal…"),
        ("/leads/1", "Har de råd?"), ("/leads/1", "Kundnummer"), ("/leads/1/slapp", "Skäl"),
        ("/leads/1/check/rad", "Kronor"), ("/leads/1/log/samtal", "Vad sades"),
        ("/agreement", "Svara inom fyra timmar"),
        ("/leads/1/set/ring", "Ring upp"), ("/leads/new", "Kundnummer"), ("/leads?q=K", "K-1"),
    ):  # fmt: skip
        said = words(client.get(path))
        assert part in said, (path, said)
        assert not re.search(OURS, said), path
    assert "Ort" not in words(client.get("/leads/new")), "which the other party alone sets"


def test_a_refusal_leads_on_to_what_would_mend_it(app: Engine, client: TestClient, present: Present) -> None:
    present.at = MONDAY
    enter(app, client, ULLA)
    page = client.get("/leads/1")
    assert 'href="./../leads/1/check/rad"' in page.text
    assert 'href="./../leads/1#log"' in page.text
    assert press(client, "/leads/1/check/rad", "/leads/1/check/rad", kronor="10").status_code == 303
    assert press(client, "/leads/1/log/samtal", "/leads/1/log/samtal", ord="De vill köpa").status_code == 303
    done = press(client, "/leads/1/salj", "/leads/1/salj")
    assert done.status_code == 303
    assert app.latest(1)["state"] == "klar"
    said = words(client.get("/leads/1?done=1"))
    assert "Klar" in said
    assert "Samtal by Ulla Åkesson Vad sades De vill köpa" in said
    assert "Kept Mon 9 Mar 09:00: Svara inom fyra timmar" in said


def test_leads_of_two_agreements_stand_in_one_queue(
    app: Engine, client: TestClient, present: Present
) -> None:
    app.activate(SVENSKA.replace("workflow: avtal", "workflow: annat").replace("4h", "2h"), at=FRIDAY)
    app.add({"nummer": "A-1"}, "torget", at=FRIDAY, workflow="annat")
    app.record(2, "fraga", "lead", at=FRIDAY)
    present.at = MONDAY
    enter(app, client, ULLA)
    said = words(client.get("/queue?whose=party"))
    assert said.index("A-1") < said.index("K-1")
    alone = client.get("/leads/new")
    assert (alone.status_code, "no single agreement in force" in words(alone)) == (409, True)


def test_what_is_said_of_promises_is_said_in_the_agreements_words(
    app: Engine, client: TestClient, present: Present
) -> None:
    present.at = MONDAY + 8 * HOUR
    enter(app, client, ULLA)
    page = client.get("/leads/1")
    assert "Along time" in words(page)
    assert (
        press(client, "/leads/1/dispute/svara", "/leads/1/dispute/svara", reason="stängt").status_code == 303
    )
    assert press(client, "/leads/1/slapp", "/leads/1/slapp", skal="sent").status_code == 303
    enter(app, client, TORE)
    path = "/leads/1/dispute/return/skal"
    assert "Skäl sent" in words(client.get(path))
    assert press(client, path, path, reason="de ville köpa").status_code == 303
    enter(app, client, STINA)
    seen = [client.get("/leads/1"), client.get("/leads/1/owner"), client.get("/leads/1/lift/svara")]
    enter(app, client, BENGT)
    seen += [client.get("/leads/1/erase"), client.get("/leads/1/uphold/return/skal")]
    for each in seen:
        assert each.status_code == 200
        assert not re.search(OURS, words(each)), words(each)


def classic(database: Database) -> None:
    """The classic agreement, with a lead that asked for a demo, was called in time, and was given back."""
    lives_by(database, ROOT / "workflows" / "hubspot-classic.yaml")
    app = Engine(database, now=lambda: FRIDAY)
    app.add({"email": "kim@example.com"}, "marketing", at=FRIDAY)
    app.record(1, "demo_request", "lead", at=FRIDAY)
    app.record(1, "talk", "sales", at=FRIDAY + HOUR)
    app.fire(1, "reject", "sales", {"reject_reason": "no_need"}, at=FRIDAY + 2 * HOUR)


def olist(database: Database) -> None:
    """The marketplace's agreement, with a lead that sales did not take up in time."""
    lives_by(database, ROOT / "docs" / "olist" / "workflow.yaml")
    app = Engine(database, now=lambda: FRIDAY)
    app.add({"mql_id": "m1"}, "marketing", at=FRIDAY)
    app.fire(1, "promote", "marketing", at=FRIDAY)


def lives_by(database: Database, agreement: Path) -> None:
    app = Engine(database, now=lambda: FRIDAY)
    app.activate(agreement.read_text(), at=FOUNDED)
    for party in ("marketing", "sales"):
        app.add_person(f"{party}.rep@example.com", party, at=FOUNDED)
        app.add_person(f"{party}.head@example.com", party, role="manager", at=FOUNDED)


@pytest.mark.parametrize("fill", [classic, olist], ids=["classic", "olist"])
def test_every_page_of_a_published_agreement_works(
    world_of: Callable[[Fill], Database], present: Present, fill: Fill
) -> None:
    """Whatever leads on from a lead's page, for both sides and their managers."""
    app = Engine(world_of(fill), now=present)
    present.at = MONDAY + 30 * DAY
    with TestClient(made(Site(app, REACH, KEYS)), base_url="https://sla.example.com") as client:
        for who in (each.email for each in app.people()):
            enter(app, client, who)
            page = client.get("/leads/1")
            assert "Along time" in words(page)
            assert "Handoffs" in words(page)
            onward = {
                urljoin("/leads/1", each) for each in re.findall(r'href="([^"]*leads/1[/?][^"]*)"', page.text)
            }
            assert onward
            for path in onward:
                assert client.get(unescape(path)).status_code == 200, (who, path)
    assert app.replay().ok


def test_a_trigger_may_be_called_as_a_page_of_ours_is(
    app: Engine, client: TestClient, present: Present
) -> None:
    app.activate(SVENSKA.replace("slapp", "owner").replace("workflow: avtal", "workflow: eget"), at=FRIDAY)
    lead = app.add({"nummer": "A-1"}, "torget", at=FRIDAY, workflow="eget")["id"]
    app.record(lead, "fraga", "lead", at=FRIDAY)
    present.at = MONDAY
    enter(app, client, ULLA)
    path = f"/leads/{lead}/fire/owner"
    assert f'href="./..{path}?' in client.get(f"/leads/{lead}").text
    assert press(client, path, path, skal="sent").status_code == 303
    assert app.latest(lead)["state"] == "varm"
    assert "a manager of that party or an admin" in words(client.get(f"/leads/{lead}/owner"))
