"""An agreement of other names, in another language: every page works, and no name of ours shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient
from support.clicked import KEYS, REACH
from support.office import FOUNDED, FRIDAY, MONDAY, Present
from support.pages_sent import enter, press, words
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.store.database import Database
from slaflow.web.app import made
from slaflow.web.site import Site

SVENSKA = """\
workflow: avtal
timezone: Europe/Stockholm
parties: {torget: {title: Torget, desk: t@example.com}, butiken: {title: Butiken, desk: b@example.com}}
calendars:
  kontor: {hours: {mon-fri: [09:00-12:00, 13:00-17:00]}}
lead:
  identity: [nummer]
  fields:
    nummer: {type: string, title: Kundnummer}
    ort: {type: string, title: Ort, one_of: [Umeå, Visby], by: [torget]}
    ring: {type: datetime, title: Ring upp}
activities:
  fraga: {by: lead, points: 60, title: Ställde en fråga}
  samtal: {by: butiken, attempt: telefon, contact: true, title: Samtal,
    fields: {ord: {type: text, title: Vad sades}}}
checks:
  rad: {title: Har råd, question: Har de råd?, fields: {kronor: {type: int, title: Kronor}},
    pass: "answer.kronor > 9"}
states:
  varm: {held_by: torget, initial: true, title: Hålls varm}
  het: {held_by: butiken, title: Het}
  klar: {final: true, title: Klar}
transitions:
  - {trigger: lyft, title: Lyft, from: varm, to: het, by: system, auto: true, when: "lead.score >= 50"}
  - {trigger: salj, title: Sälj, from: het, to: klar, by: butiken, when: [check.rad, contacted]}
  - {trigger: slapp, title: Släpp, from: het, to: varm, by: butiken, reset: [engagement],
     requires: {skal: {type: string, one_of: [dyrt, sent], title: Skäl}}}
targets:
  svara: {title: Svara inom fyra timmar, owed_by: butiken, start: {enter: het}, meet: {contact: true},
    within: 4h, calendar: kontor}
"""
ULLA, TORE = "ulla@example.com", "tore@example.com"
OURS = r"\b(mql|sales|marketing|accepted|nurturing|accept|return|promote|qualify)\b"


def settled_in(database: Database) -> None:
    app = Engine(database, now=lambda: FRIDAY)
    app.activate(SVENSKA, at=FOUNDED)
    app.add_person(ULLA, "butiken", name="Ulla Åkesson", at=FOUNDED)
    app.add_person(TORE, "torget", at=FOUNDED)
    app.add({"nummer": "K-1", "ort": "Visby"}, "torget", at=FRIDAY)
    app.record(1, "fraga", "lead", at=FRIDAY)


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
