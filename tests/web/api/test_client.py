"""slaflow.client: another system's way to the API, over whatever sends; a lost answer is asked for again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from starlette.testclient import TestClient
from support.asking import GOVERNING, desked, system
from support.asking import ROOT as ADMIN
from support.office import BO, FRIDAY, HOUR, MIA, Present, handed_over, on_one_database
from support.source import ROOT
from support.worlds import Fill

from slaflow.client import Client, NoAnswer, Problem, Reply, TokenInTheOpen, wire
from slaflow.engine.access import tokens
from slaflow.engine.app import Engine
from slaflow.engine.jobs.worker import JobWorker
from slaflow.engine.log.keys import new_key
from slaflow.errors import SlaflowError
from slaflow.log.proof import Proof, check_proof, parse_proof
from slaflow.store.database import Database
from slaflow.web.logbook.kinds import KINDS


@pytest.fixture
def app(world_of: Callable[[Fill], Database], present: Present) -> Engine:
    return Engine(world_of(desked), now=present)


class Wire:
    """What sends requests to *client*; every answer whose number is in *lost* is lost on its way back."""

    def __init__(self, client: TestClient, *lost: int) -> None:
        self.client, self.lost, self.sent = client, lost, 0

    def __call__(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None,
        *, into: BinaryIO | None = None,
    ) -> Reply:  # fmt: skip
        self.sent += 1
        answer = self.client.request(method, path, headers=dict(headers), content=body)
        if self.sent in self.lost:
            raise ConnectionResetError("connection reset by peer")
        return Reply(answer.status_code, {**answer.headers}, answer.content)


def asking(app: Engine, client: TestClient, *lost: int, person: str | None = None) -> Client:
    secret = system(app, client, person=person).secret
    assert secret is not None
    return Client("http://localhost", secret, send=Wire(client, *lost), sleep=lambda _: None)


def test_it_does_what_the_api_does(app: Engine, client: TestClient, present: Present) -> None:
    asks = asking(app, client, person=MIA)
    lead = asks.add({"email": "new@example.com", "company": "Acme"})
    assert asks.find("NEW@example.com") is not None
    assert asks.find("nobody@example.com") is None
    assert asks.change(lead["id"], {"company": None})["fields"]["company"] is None
    assert asks.record(1, "call", {"outcome": "x"}, automated=False)["attempts"]["total"] == 1
    assert asks.fire(1, "accept", occurred_at=FRIDAY)["state"] == "accepted"
    assert asks.assign(1, BO)["owner"] == BO
    assert asks.answer(1, "value", {"expected_value": 12000})["checks"]["value"]["passed"]
    assert {entry["kind"] for entry in asks.entries(1, kind="assigned")} == {"assigned"}
    present.at += HOUR
    assert asks.lead(1, at=FRIDAY)["id"] == 1
    assert asks.explain(1, "keep_warm")["target"] == "keep_warm"
    assert {row["owner"] for row in asks.queue(owner=BO)} == {BO}
    (entry,) = asks.log(lead=1, trigger="accept", kind="transition", from_=FRIDAY)
    assert entry["to"] == "accepted"


def test_it_does_what_admins_do(app: Engine, present: Present, client: TestClient) -> None:
    app.activate(GOVERNING)
    handed_over(app, "late", FRIDAY - 5.5 * HOUR)
    app.tick()
    asks = asking(app, client, 1, person=ADMIN)
    for said in (asks.dispute, asks.lift):
        lead = said(2, "it reached us after hours", target="respond")
    assert {c["target"]: c["lifted"] for c in lead["clocks"]}["respond"]
    with pytest.raises(Problem, match="refused"):
        asks.rule(2, "uphold", "it did not", target="respond")
    assert asks.report("sla", by="owner")["by"] == "owner"
    text = asks.workflow("office-deal")["source"] + "# again\n"
    assert asks.check(text)["errors"] == []
    assert asks.diff({"name": "office-deal"}, {"text": text})["changes"][0]["wording"]
    assert asks.sign("office-deal", text)["digest"] == asks.activate("office-deal", text)["digest"]
    other = asks.sign("office-deal", text + "# and again\n")
    assert asks.withdraw("office-deal", text + "# and again\n", "too early")["digest"] == other["digest"]
    assert [each["migrated"] for each in asks.migrate("office-deal")] == [2, 0]
    assert len(list(asks.workflows())) == 3
    assert asks.record_person("new@example.com", party="sales", name="New")["name"] == "New"
    told = asks.record_person("new@example.com", weight=0, capacity=20, per_day=4)
    assert (told["name"], told["weight"], told["capacity"], told["per_day"]) == ("New", 0, 20, 4)
    told = asks.record_person("new@example.com", weight=None, capacity=None)
    assert (told["weight"], told["capacity"], told["per_day"]) == (1, None, 4)
    away = asks.send_away("new@example.com", present.at, present.at + HOUR, stand_in=BO)
    assert (away["leads"], away["stand_in"]) == (0, BO)
    back = asks.end_absence("new@example.com", present.at, present.at + HOUR)
    assert (back["from"], back["until"]) == (away["from"], away["until"])
    (told,) = asks.hand_over("new@example.com", BO, dry_run=True)
    assert (told["leads"], told["person"], told["after"]) == (0, BO, None)
    assert asks.remove_person("new@example.com")["removed"]
    assert "new@example.com" not in [each["email"] for each in asks.people()]
    assert asks.lift_stretch(FRIDAY - HOUR, FRIDAY, "no line", party="sales")["lifted"] == 0
    made = asks.make_token("erp", ["read", "log"], party="sales", expires_at=present.at + HOUR)
    assert made["token"].startswith(made["begins"])
    assert asks.revoke_token("erp")["revoked"]
    assert [each["name"] for each in asks.tokens()][1:] == ["erp"]
    assert next(asks.outbox(status="waiting"))["status"] == "waiting"
    assert asks.retry(1)["deliveries"] == asks.release()["deliveries"] == 0
    job = asks.job("verify", replay=True)["id"]
    assert asks.look(job)["status"] == "waiting"
    asks.cancel(job)
    assert asks.look(job)["status"] == "cancelled"
    assert asks.tick()["failed"] == []
    assert asks.erase(1, "asked to")["erased_at"] is not None
    assert app.replay().ok


@on_one_database
def test_pages_are_read_one_after_the_other(app: Engine, client: TestClient) -> None:
    for number in range(60):
        app.add({"email": f"lead-{number}@example.com"}, "marketing")
    assert [lead["id"] for lead in asking(app, client).leads()] == list(range(1, 62))


def test_a_write_whose_answer_was_lost_is_done_once(app: Engine, client: TestClient) -> None:
    asks = asking(app, client, 1, 2, 4)
    assert asks.add({"email": "new@example.com"})["id"] == 2
    assert asks.record(1, "call")["attempts"]["total"] == 1
    assert [entry.kind for entry in app.log()].count("created") == 2


@on_one_database
def test_what_is_refused_says_why(app: Engine, client: TestClient) -> None:
    asks = asking(app, client)
    known = asks.lead(1)
    with pytest.raises(Problem) as refused:
        asks.fire(1, "return", {"return_reason": "ugly"})
    assert (refused.value.status, refused.value.problem) == (409, "refused")
    assert refused.value.because == ("return_reason: what was given is not one of no_fit, not_ready",)
    with pytest.raises(Problem) as late:
        asks.fire(1, "accept", known=known)
    assert (late.value.status, late.value.problem) == (412, "changed_meanwhile")
    assert [each["kind"] for each in late.value.said["since"]] == ["refused"]
    with pytest.raises(Problem, match="that is lead 1 already"):
        asks.add({"email": "kim@example.com"})


def test_it_waits_as_long_as_it_is_asked_to_and_gives_up_in_the_end() -> None:
    waits: list[float] = []
    replies = [
        Reply(429, {"retry-after": "3"}, b"{}"), Reply(503, {"retry-after": "9999"}, b"{}"),
        Reply(503, {}, b"{}"), Reply(200, {}, json.dumps({"id": 1}).encode()),
    ]  # fmt: skip
    keys: set[str] = set()

    def send(method: str, path: str, headers: Mapping[str, str], body: bytes | None, **_: object) -> Reply:
        keys.add(headers["idempotency-key"])
        return replies.pop(0)

    asks = Client("http://localhost", "slf_x", send=send, sleep=waits.append)
    assert asks.add({"email": "a@example.com"}) == {"id": 1}
    assert waits == [3, 60, 2]
    assert len(keys) == 1

    def broken(*_: object, **__: object) -> Reply:
        raise TimeoutError("timed out")

    with pytest.raises(NoAnswer, match="GET /api/v1/leads/1: timed out"):
        Client("http://localhost", "slf_x", send=broken, sleep=waits.append, tries=2).lead(1)
    for body in (b"<html>", b"[]"):
        page = Client("http://localhost", "slf_x", send=lambda *_, said=body, **__: Reply(200, {}, said))
        with pytest.raises((NoAnswer, Problem)):
            page.lead(1)


@pytest.mark.parametrize(
    "url", ["http://sla.example.com", "ftp://localhost", "sla.example.com", "https://a@b.example"]
)
def test_a_token_goes_nowhere_in_the_open(url: str) -> None:
    with pytest.raises(TokenInTheOpen):
        Client(url, "slf_x")


def test_it_asks_a_server_over_a_connection(served: tuple[Engine, str]) -> None:
    engine, url = served
    _, secret = tokens.add(engine, "over-a-connection", ["read"], party="sales")
    assert Client(url, secret).lead(1)["key"] == "kim@example.com"
    with pytest.raises(Problem, match="token_invalid"):
        Client(f"{url}/", f"{secret[:-1]}x").lead(1)


def proof_of(said: Mapping[str, Any]) -> Proof:
    return parse_proof(json.dumps(said).encode())


def test_a_proof_that_is_fetched_holds_without_the_server(
    app: Engine, desk_of: Callable[[Engine], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLAFLOW_KEY", str(tmp_path / "slaflow.key"))
    key = new_key("slaflow", tmp_path / "slaflow.key")
    _, secret = tokens.add(app, "auditing", ["log"], party="sales")
    asks = Client(desk_of(app), secret)
    with pytest.raises(Problem, match="conflict: no head of the log that this site signed is over"):
        asks.prove(1)
    app.checkpoint(key)
    entry = next(app.log())
    bare, whole = proof_of(asks.prove(1)), proof_of(asks.prove(1, data=True))
    for proof in (bare, whole):
        assert check_proof(proof, [key.public]).checkpoint.size >= 1
        assert proof.entry_hash.hex() == entry.hash
    assert (bare.data, whole.data) == (None, entry.data_text)


class Breaking:
    """Sends over connections, of which the first *times* break off in the middle of a file."""

    def __init__(self, url: str, times: int) -> None:
        self.sends, self.left = wire.Connections(url, 30), times

    def __call__(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None,
        *, into: BinaryIO | None = None,
    ) -> Reply:  # fmt: skip
        if into is not None and self.left:
            self.left -= 1
            into.write(b"the beginning of an answer that is longer" * 1000)
            raise ConnectionResetError("connection reset by peer")
        return self.sends(method, path, headers, body, into=into)


def test_a_jobs_file_is_saved_whole_or_what_was_there_stays(
    app: Engine, desk_of: Callable[[Engine], str], tmp_path: Path
) -> None:
    _, secret = tokens.add(app, "auditing", ["log"], party="sales")
    url, file = desk_of(app), tmp_path / "fetched" / "log.jsonl"
    file.parent.mkdir()
    file.write_text("last week's")

    def breaking(times: int) -> Client:
        return Client(url, secret, tries=3, send=Breaking(url, times), sleep=lambda _: None)

    job = breaking(0).job("export", type="jsonl")["id"]
    for asks, why in ((breaking(0), "no_file"), (breaking(3), "reset by peer")):
        with pytest.raises(SlaflowError, match=why):
            asks.save(job, file)
        assert [(each, each.read_text()) for each in file.parent.iterdir()] == [(file, "last week's")]
    while JobWorker(app, KINDS).run_once():
        pass
    for times in (0, 2):
        assert breaking(times).save(job, file) == file.stat().st_size
        assert [json.loads(line) for line in file.read_bytes().splitlines()] == [
            each.as_json() for each in app.log()
        ]
        assert [*file.parent.iterdir()] == [file]


@on_one_database
def test_the_page_shows_what_works(
    app: Engine, client: TestClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
    example, admins = (each.partition("```")[0] for each in page.split("```python\n")[1:])
    secret = system(app, client).secret
    assert secret is not None
    monkeypatch.setenv("SLAFLOW_TOKEN", secret)
    monkeypatch.setattr(wire, "Connections", lambda url, seconds: Wire(client))
    exec(compile(example, "api.md", "exec"), {})
    monkeypatch.setenv("SLAFLOW_ADMIN_TOKEN", str(system(app, client, person=ADMIN).secret))
    exec(compile(admins, "api.md", "exec"), {})
    assert capsys.readouterr().out == (
        "1 accepted\nrefused: accept does not lead from accepted; possible from there: return, win\n"
        "stricter respond 4h -> 3h\n[]\n1 moved\nagreement_unsound states is missing\n"
    )
