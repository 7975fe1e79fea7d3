"""What other systems send, tried, listed and tried again, as commands tell it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.commands import Slaflow, everywhere
from support.hooking import arrived, deliver

from slaflow.engine.app import Engine
from slaflow.store.database import Database

MAP = """
lead: {email: properties.email, company: properties.company}
remote: objectId
"""
SAMPLE = """[
 {"eventId": 1, "subscriptionType": "contact.propertyChange", "portalId": 7, "objectId": 512,
  "occurredAt": 1583143200000, "propertyName": "email", "propertyValue": "kim@example.com"},
 {"eventId": 2, "subscriptionType": "contact.propertyChange", "portalId": 7, "objectId": 513,
  "occurredAt": 1583143200000, "propertyName": "company", "propertyValue": "Kim Co"}]"""


LONG_AGO = datetime(2020, 3, 2, 10, tzinfo=UTC)


@pytest.fixture
def app(database_url: str) -> Iterator[Engine]:
    """The engine of the office."""
    database = Database(database_url)
    yield Engine(database)
    database.dispose()


@pytest.fixture
def map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a map, a sample, and a slaflow.toml that names the map."""
    (tmp_path / "hook.yaml").write_text(MAP, encoding="utf-8")
    (tmp_path / "sample.json").write_text(SAMPLE, encoding="utf-8")
    (tmp_path / "slaflow.toml").write_text(
        '[hooks.crm]\nkind = "hubspot"\nsecret_env = "S"\nmap = "hook.yaml"\n', encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path / "hook.yaml"


def test_a_sample_says_what_would_be_done_and_changes_nothing(
    office: Slaflow, app: Engine, map: Path
) -> None:
    said = office("hook", "test", map, map.parent / "sample.json", "--format", "json")
    first, second = said.json
    assert (first["status"], first["is_new"], first["lead"]) == ("applied", True, None)
    assert first["fields"] == {"email": "kim@example.com"}
    assert (second["status"], second["record"]) == ("waiting", "513")
    assert "no lead is known" in second["reason"]
    assert "a new lead, kim@example.com" in office("hook", "test", map, map.parent / "sample.json").out
    assert not [entry for entry in app.log() if entry.lead]


def test_a_sample_says_what_would_be_emptied(office: Slaflow, app: Engine, map: Path) -> None:
    fields = {"email": "kim@example.com", "company": "Kim Co"}
    app.add(fields, "marketing", at=LONG_AGO - timedelta(hours=2))
    said = SAMPLE.replace('"Kim Co"', '""').replace('"objectId": 513', '"objectId": 512')
    (map.parent / "sample.json").write_text(said, encoding="utf-8")
    assert "company" not in office("hook", "test", map, map.parent / "sample.json").out
    map.write_text(MAP + "clear: company\n", encoding="utf-8")
    assert "    company is emptied\n" in office("hook", "test", map, map.parent / "sample.json").out


def test_what_is_no_delivery_of_that_kind_says_so(office: Slaflow, map: Path) -> None:
    said = office("hook", "test", map, map.parent / "sample.json", "--kind", "salesforce")
    assert (said.code, "sample.json" in said.err) == (1, True)
    (map.parent / "sample.json").write_text("[" + " " * 2**20 + "]", encoding="utf-8")
    said = office("hook", "test", map, map.parent / "sample.json")
    assert (said.code, "a delivery has at most 1 MB" in said.err) == (1, True)


@everywhere
def test_what_failed_is_listed_without_its_values_and_tried_again(
    office: Slaflow, app: Engine, map: Path
) -> None:
    deliver(app, arrived("a", LONG_AGO, remote=None, company="Kim Co"), now=app.now())
    deliver(app, arrived("b", LONG_AGO, remote="512", email="kim@example.com"), now=app.now())
    ran = office("link", "run", "--format", "json")
    assert ran.json["hooks"]["crm"] == {
        "applied": 1, "unchanged": 0, "echo": 0, "failed": 1, "put_off": 0, "problem": None,
    }  # fmt: skip
    listed = office("hook", "list", "--status", "failed")
    assert "email: no value" in listed.out
    assert "Kim" not in listed.out
    assert office("hook", "retry", "--hook", "crm", "--format", "json").json == {"retried": 1}
    assert [each["status"] for each in office("hook", "list", "--format", "json").json] == [
        "applied",
        "waiting",
    ]
    assert office("hook", "retry", "99").code == 1
    office("link", "run")
    assert office("hook", "drop").code == 2
    assert office("hook", "drop", "--hook", "crm").out == "1 thing left as failed, and done with\n"
    assert {each["status"] for each in office("hook", "list", "--format", "json").json} == {
        "applied",
        "unchanged",
    }
    assert office("hook", "drop", "1").code == 1
    for asked in ("list", "retry", "drop"):
        said = office("hook", asked, "--hook", "crn")
        assert (said.code, said.err) == (1, 'slaflow: unknown hook "crn"; did you mean "crm"?\n')


def test_a_map_with_a_fault_is_told_with_its_place_and_nothing_is_lost(
    office: Slaflow, app: Engine, map: Path
) -> None:
    map.write_text(MAP + "colour: red\n", encoding="utf-8")
    deliver(app, arrived("b", LONG_AGO, email="kim@example.com"), now=app.now())
    said = office("link", "run")
    assert (said.code, "hook.yaml:4:1" in said.err) == (1, True)
    map.write_text(MAP, encoding="utf-8")
    assert office("link", "run", "--format", "json").json["hooks"]["crm"]["applied"] == 1
