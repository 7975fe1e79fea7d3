"""The log's pages: everything is found there, by everybody who may, and a slip is one clear line."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient
from support import tampering
from support.clicked import new_lead
from support.office import ANNA, FRIDAY, MIA, Present
from support.pages_sent import enter, form_to, words

from slaflow.engine.app import Engine
from slaflow.engine.jobs.worker import JobWorker
from slaflow.log.keys import PrivateKey
from slaflow.web.forms import FORM
from slaflow.web.logbook.kinds import KINDS

AUDITOR, ROOT = "audrey@example.com", "root@example.com"
HOSTILE = "<script>alert(1)</script> \u202e" + "w" * 60


@pytest.fixture
def desk(app: Engine, client: TestClient) -> TestClient:
    app.add_person(AUDITOR, "marketing", role="auditor", name="Audrey")
    app.add_person(ROOT, "sales", role="admin")
    enter(app, client, AUDITOR)
    return client


def all_work_done(app: Engine) -> None:
    while JobWorker(app, KINDS).run_once():
        pass


def test_an_auditor_begins_at_the_log_and_everybody_else_at_the_queue(app: Engine, desk: TestClient) -> None:
    assert desk.get("/").url.path == "/log"
    enter(app, desk, ANNA)
    assert desk.get("/").url.path == "/queue"


def test_every_entry_is_there_newest_first_page_by_page(app: Engine, desk: TestClient) -> None:
    for number in range(12):
        new_lead(app, f"lead{number}")
    every = [each.id for each in app.log()]
    seen: list[int] = []
    address = "/log"
    while address:
        text = desk.get(address).text
        seen += [int(found) for found in re.findall(r'href="[./]*log/([0-9]+)" data-link', text)]
        further = re.search(r'rel="next" href="[./]*(log[^"]*)"', text)
        address = f"/{unescape(further[1])}" if further else ""
    assert len(seen) > 50
    assert seen == sorted((each for each in every if each), reverse=True)


def test_several_kinds_and_every_filter_at_once(app: Engine, desk: TestClient) -> None:
    app.fire(1, "accept", ANNA, at=FRIDAY)
    said = words(desk.get("/log", params={"kind": ["clock_met", "created"], "lead": "kim@example.com"}))
    assert "was kept" in said
    assert "Added" in said
    assert "Take it on" not in said.split("take away")[-1]
    one = words(
        desk.get(
            "/log",
            params={
                "trigger": "accept", "actor": ANNA.upper(), "party": "sales", "lead": "#1",
                "from": "2020-01-01", "to": (FRIDAY + timedelta(hours=1)).isoformat(),
            },
        )
    )  # fmt: skip
    assert "Take it on" in one
    assert "Anna Berg" in one


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("kind=brached", "did you mean"),
        ("party=sale", "did you mean"),
        ("lead=kim", "no lead has that number or identity"),
        ("lead=%2399", "no lead has that number"),
        ("actor=ana@example.com", "nobody of that name"),
        ("from=2026-03-09T14:30", "with its zone"),
        ("from=soon", "with its zone"),
        ("from=2026-03-09&to=2026-03-01", "lies after"),
        ("from=0001-01-01", ""),
        ("actor=a%00b", "one line of text"),
        (f"actor={'x' * 600}", "one line of text"),
        ("before=12", "of another question"),
        ("before=12-0123456789abcdef", "of another question"),
        ("before=99999999999999999.12-0123456789abcdef", "of another question"),
    ],
)
def test_a_slip_is_said_and_names_nobody(desk: TestClient, query: str, says: str) -> None:
    answer = desk.get(f"/log?{query}")
    assert answer.status_code == 422, answer.status_code
    assert says.lower() in words(answer).lower()
    assert "anna@example.com" not in answer.text
    assert "kim@example.com" not in answer.text


def test_a_cursor_goes_on_with_its_own_question_alone(app: Engine, desk: TestClient) -> None:
    for number in range(20):
        new_lead(app, f"lead{number}")
    found = re.search(r'before=([^"]+)', desk.get("/log?actor=system").text)
    assert found is not None
    cursor = found[1]
    assert desk.get(f"/log?actor=system&before={cursor}").status_code == 200
    assert desk.get(f"/log?actor=marketing&before={cursor}").status_code == 422
    assert desk.get(f"/log?actor=system&before={cursor[:-1]}").status_code == 422


def test_an_entry_shows_its_bytes_and_what_stands_around_it(app: Engine, desk: TestClient) -> None:
    app.fire(1, "accept", ANNA, at=FRIDAY)
    met = next(each for each in app.log() if each.kind == "clock_met")
    answer = desk.get(f"/log/{met.id}")
    said = words(answer)
    for part in (
        "Its hash is that of its bytes",
        "Its data is what was hashed",
        "It follows the entry before",
    ):
        assert part in said
    assert "What caused it Take it on" in said
    assert "No head of this log was signed yet" in said
    data = desk.get(f"/log/{met.id}/bytes")
    assert hashlib.sha256(data.content).hexdigest() == met.hash
    assert met.hash in answer.text
    caused = words(desk.get(f"/log/{next(each.id for each in app.log() if each.trigger == 'accept')}"))
    assert "What came of it" in caused


def test_an_entry_that_is_not_there_is_none(desk: TestClient) -> None:
    for path in ("/log/999999", "/log/999999/bytes", "/log/0", "/log/x", f"/log/{10**30}"):
        assert desk.get(path).status_code == 404, path


def test_what_was_erased_is_said_and_shown_nowhere(app: Engine, desk: TestClient) -> None:
    app.erase(1, "asked for", "system")
    created = next(each for each in app.log() if each.kind == "created")
    said = words(desk.get(f"/log/{created.id}"))
    assert "was erased" in said
    assert "Its data was erased; the hash of it stays" in said
    assert "kim@" not in desk.get("/log").text + said


def test_a_changed_entry_is_named_and_its_page_still_opens(app: Engine, desk: TestClient) -> None:
    with app.database.migrating() as connection:
        tampering.let_go(connection)
        tampering.run(connection, "UPDATE entry SET kind = 'warned', target = 'no such' WHERE id = 3")
    assert "It was changed: its bytes have another hash" in words(desk.get("/log/3"))
    assert desk.get("/log").status_code == 200
    asked = desk.post("/log/verify", data=form_to(desk.get("/log"), "/log/verify"))
    all_work_done(app)
    said = words(desk.get(asked.url.path))
    assert "The log was changed: 1 stream is not as it was written" in said
    assert "its hash is another" in said


def test_a_verification_an_export_and_a_proof_are_asked_for_and_fetched(
    app: Engine, desk: TestClient, present: Present
) -> None:
    verified = desk.post("/log/verify", data={**form_to(desk.get("/log"), "/log/verify"), "replay": "yes"})
    assert "Waits for its turn" in words(verified)
    app.checkpoint(PrivateKey("example.com/leads", b"k" * 32))
    page = desk.get("/log/2")
    assert "whose head example.com/leads signed" in words(page)
    proved = desk.post("/log/2/proof", data=form_to(page, "/log/2/proof"))
    narrowed = desk.get("/log?kind=created&kind=breached&lead=kim@example.com")
    kinds = [("kind", "breached"), ("kind", "created")]
    body = urlencode([*form_to(narrowed, "/log/export").items(), *kinds, ("type", "csv")])
    exported = desk.post("/log/export", content=body, headers={"content-type": FORM})
    all_work_done(app)
    assert "are as they were written" in words(desk.get(verified.url.path))
    assert "whose head was signed" in words(desk.get(proved.url.path))
    assert '"slaflow.proof/1"' in desk.get(f"{proved.url.path}/file").text
    said = words(desk.get(exported.url.path))
    assert "1 entry is in the file" in said
    file = desk.get(f"{exported.url.path}/file")
    assert file.text.count("\n") == 2
    assert "attachment" in file.headers["content-disposition"]
    app.erase(1, "asked for", "system")
    assert desk.get(f"{exported.url.path}/file").status_code == 410
    assert "A lead was erased" in words(desk.get(exported.url.path))


def test_anothers_job_is_none_unless_an_admin_looks(app: Engine, desk: TestClient) -> None:
    made = desk.post("/log/verify", data=form_to(desk.get("/log"), "/log/verify")).url.path
    enter(app, desk, MIA)
    assert desk.get(made).status_code == 404
    assert desk.get(f"{made}/file").status_code == 404
    assert "No job is yours" in words(desk.get("/jobs?everybodys=1"))
    form = form_to(desk.get("/log"), "/log/verify")
    assert desk.post(f"{made}/cancel", data=form).status_code == 404
    enter(app, desk, ROOT)
    assert AUDITOR in words(desk.get("/jobs?everybodys=1"))
    page = desk.get(made)
    cancelled = desk.post(f"{made}/cancel", data=form_to(page, f"{made}/cancel"))
    assert "Called off" in words(cancelled)
    again = desk.post(f"{made}/cancel", data=form_to(page, f"{made}/cancel"))
    assert again.status_code == 409
    assert desk.get(f"{made}/file").status_code == 409


def test_a_member_reads_and_has_nothing_made(app: Engine, desk: TestClient) -> None:
    form = form_to(desk.get("/log"), "/log/verify")
    enter(app, desk, ANNA)
    page = desk.get("/log")
    assert page.status_code == 200
    assert "log/verify" not in page.text
    assert "log/export" not in page.text
    for path in ("/log/verify", "/log/export", "/log/1/proof"):
        assert desk.post(path, data=form).status_code == 403


def test_too_many_jobs_and_a_wrong_one_are_refused_in_a_line(desk: TestClient) -> None:
    page = desk.get("/log")
    export = form_to(page, "/log/export")
    assert desk.post("/log/export", data={**export, "type": "pdf"}).status_code == 422
    assert desk.post("/log/export", data={**export, "type": "csv", "party": "x"}).status_code == 422
    assert desk.post("/log/1/proof", data=export).status_code == 422
    for _ in range(5):
        assert desk.post("/log/verify", data=form_to(page, "/log/verify")).status_code == 200
    assert desk.post("/log/verify", data=form_to(page, "/log/verify")).status_code == 429


def test_hostile_words_are_words(app: Engine, desk: TestClient) -> None:
    lead = new_lead(app, "hostile")
    app.change(lead, {"company": HOSTILE}, ANNA, at=FRIDAY)
    changed = next(each for each in app.log() if each.kind == "changed")
    for path in ("/log", f"/log/{changed.id}"):
        text = desk.get(path).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text
    assert desk.get("/log", params={"actor": HOSTILE.replace("\u202e", "")}).status_code == 422
