"""What a CRM was not heard of is read: once, by the instants of its changes, however much it is."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from doubles.hubspot import TOKEN, HubSpotDouble
from doubles.hubspot_words import NOON
from support.crm import Crm as InMemory
from support.faulty import answer
from support.office import Present, on_one_database

from slaflow.engine.app import Engine
from slaflow.errors import UnknownName
from slaflow.link.crm.hubspot import HubSpot, opened
from slaflow.link.crm.shapes import FieldOf
from slaflow.link.pull import HookUnclear, Pulled, PullEnded, hook_of, pull
from slaflow.net.client import Client
from slaflow.settings.hooks import HubSpotCrm
from slaflow.settings.reach import Reach
from slaflow.store.linking import inbox
from slaflow.store.linking.inbox import Arrived, Delivered

HOUR = timedelta(hours=1)
MAP = """\
lead:
  email: properties.email
  company: properties.company
events:
  - activity: call
    at: occurredAt
    when: row.properties.phone != ""
"""


@pytest.fixture
def crm(hubspot: HubSpotDouble) -> Iterator[HubSpot]:
    client = Client(("127.0.0.0/8",), timedelta(seconds=20))
    settings = HubSpotCrm(kind="hubspot", map=Path("crm.link.yaml"), api=hubspot.api)
    portal = opened(settings, TOKEN, client, hubspot.time.now, hubspot.time.sleep)
    yield portal
    portal.close()


@pytest.fixture
def reach(tmp_path: Path) -> Reach:
    file = tmp_path / "hubspot.hook.yaml"
    file.write_text(MAP, encoding="utf-8")
    return reach_of(file, hubspot={"kind": "hubspot", "secret_env": "S", "fetch": "crm"})


def reach_of(file: Path, **hooks: dict[str, object]) -> Reach:
    crms = {"crm": {"kind": "hubspot", "token_env": "T", "map": file}}
    return Reach.model_validate(
        {"crms": crms, "hooks": {n: {"map": file, **each} for n, each in hooks.items()}}
    )


def heard(app: Engine, hook: str = "hubspot") -> list[Delivered]:
    """What the hook was sent, and what was pulled for it, by instant."""
    with app.database.read() as conn:
        return sorted(inbox.listed(conn, hook=hook), key=lambda each: (each.occurred_at, each.key))


def test_changes_come_as_the_hook_would_have_told_them(
    app: Engine, present: Present, reach: Reach, crm: HubSpot, hubspot: HubSpotDouble
) -> None:
    present.at = NOON + 3 * HOUR
    id = hubspot.add("contacts", NOON - 9 * HOUR, email="a@example.com", phone="1", firstname="Åsa")
    hubspot.change("contacts", id, NOON + HOUR, company="Acme", firstname="Eva")
    hubspot.change("contacts", id, NOON + 2 * HOUR, phone="")
    found = pull(app, reach, "crm", crm, object="contacts", since=NOON)
    assert found == Pulled("crm", "hubspot", "contacts", NOON, 1, 2)
    acme, phone = heard(app)
    assert (acme.occurred_at, acme.remote, acme.apply_at - acme.received_at) == (
        NOON + HOUR,
        id,
        timedelta(seconds=5),
    )
    assert acme.row == {
        "objectId": id, "occurredAt": "1773061200000", "propertyName": "company", "propertyValue": "Acme",
        "properties.company": "Acme",
    }  # fmt: skip
    assert (phone.occurred_at, phone.row["properties.phone"]) == (NOON + 2 * HOUR, "")


def test_what_the_hook_brought_or_a_pull_before_is_not_taken_again(
    app: Engine, present: Present, reach: Reach, crm: HubSpot, hubspot: HubSpotDouble
) -> None:
    present.at = NOON + HOUR
    id = hubspot.add("contacts", NOON, email="a@example.com", company="Acme")
    hubspot.pending.clear()
    hubspot.change("contacts", id, NOON + HOUR, company="Globex")
    events: list[bytes] = []
    hubspot.deliver(lambda _, body: events.append(body) or 200, "https://sla.example.com/hooks/hubspot")
    ((told,),) = (orjson.loads(body) for body in events)
    row = {"propertyName": "company", "properties.company": told["propertyValue"]}
    with app.database.write() as conn:
        brought = Arrived("k", NOON + HOUR, str(told["objectId"]), row)
        inbox.take(conn, "hubspot", [brought], present.at, present.at)
    assert pull(app, reach, "crm", crm, object="contacts", since=NOON).taken == 1, "the address alone is news"
    assert pull(app, reach, "crm", crm, object="contacts", since=NOON).taken == 0
    assert len(heard(app)) == 2


@on_one_database
def test_it_starts_an_hour_before_the_hook_was_sent_something_last(
    app: Engine, present: Present, reach: Reach, crm: HubSpot
) -> None:
    present.at = NOON
    assert pull(app, reach, "crm", crm, object="contacts").since == NOON - timedelta(days=1)
    with app.database.write() as conn:
        inbox.take(conn, "hubspot", [Arrived("k", NOON, "1", {})], NOON - 3 * HOUR, NOON)
    assert pull(app, reach, "crm", crm, object="contacts").since == NOON - 4 * HOUR


@on_one_database
def test_twenty_five_thousand_records_come_once_each(
    app: Engine, present: Present, reach: Reach, crm: HubSpot, hubspot: HubSpotDouble
) -> None:
    present.at = NOON + 9 * HOUR
    second = timedelta(seconds=1)
    ids = [hubspot.add("leads", NOON + (n // 9) * second, hs_lead_name=str(n)) for n in range(25_000)]
    reach.hooks["hubspot"].map.write_text("lead: {company: properties.hs_lead_name}", encoding="utf-8")
    found = pull(app, reach, "crm", crm, object="leads", since=NOON)
    assert (found.records, found.taken) == (25_000, 25_000)
    assert {each.remote for each in heard(app)} == {*ids}
    assert not [seen for seen in hubspot.seen if orjson.loads(seen.body or b"{}").get("after")]


@on_one_database
def test_what_was_told_before_it_closed_is_kept_and_the_rest_comes_the_next_time(
    app: Engine, present: Present, reach: Reach, crm: HubSpot, hubspot: HubSpotDouble
) -> None:
    present.at = NOON + 9 * HOUR
    for n in range(150):
        hubspot.add("contacts", NOON + timedelta(seconds=n), company=str(n))
    hubspot.daily = 5
    with pytest.raises(PullEnded, match="link pull crm --since 2026-03-09T12:00:00Z") as caught:
        pull(app, reach, "crm", crm, object="contacts", since=NOON)
    assert caught.value.taken == 99
    hubspot.daily = 100
    assert pull(app, reach, "crm", crm, object="contacts", since=NOON).taken == 51


@on_one_database
def test_where_a_crm_does_not_say_of_fields_when_its_record_does(
    app: Engine, present: Present, tmp_path: Path
) -> None:
    present.at = NOON
    crm = InMemory(present)
    crm.add("00Q1", Email="a@example.com", Company="Acme")
    file = tmp_path / "salesforce.hook.yaml"
    file.write_text("lead: {email: Email, company: row.Company}", encoding="utf-8")
    crm.known = {name: FieldOf("string", True) for name in ("Email", "Company", "Phone")}
    settings = {"kind": "salesforce", "token_env": "T", "organization": "00D000000000001"}
    domain = {"url": "https://example.my.salesforce.com", "client_id": "x", "client_secret_env": "S"}
    reach = Reach.model_validate({
        "crms": {"crm": {"kind": "salesforce", **domain, "map": file}},
        "hooks": {"outbound": {**settings, "map": file}},
    })  # fmt: skip
    for expected in (1, 0):
        assert pull(app, reach, "crm", crm, object="Lead", since=NOON).taken == expected
    (only,) = heard(app, "outbound")
    assert (only.remote, only.occurred_at) == ("00Q1", NOON)
    assert only.row == {
        "Id": "00Q1", "SystemModstamp": "2026-03-09T12:00:00.000Z", "Email": "a@example.com",
        "Company": "Acme",
    }  # fmt: skip


def test_the_hook_that_is_meant_is_found_or_asked_for(tmp_path: Path) -> None:
    file, hubspot = tmp_path / "map.yaml", {"kind": "hubspot", "secret_env": "S"}
    other = {"kind": "generic", "secret_env": "S"}
    assert hook_of(reach_of(file, a=hubspot, b=other), "crm", None) == "a"
    two = reach_of(file, a=hubspot, b={**hubspot, "fetch": "crm"})
    assert hook_of(two, "crm", None) == "b"
    assert hook_of(two, "crm", "a") == "a"
    with pytest.raises(HookUnclear, match="it may be a, b; give --hook"):
        hook_of(reach_of(file, a=hubspot, b=hubspot), "crm", None)
    with pytest.raises(UnknownName, match="unknown receiver"):
        hook_of(two, "crn", None)


@on_one_database
def test_a_pull_is_silent(
    app: Engine, present: Present, reach: Reach, crm: HubSpot, hubspot: HubSpotDouble,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    logging.getLogger("sqlalchemy").setLevel(logging.WARNING)
    present.at = NOON + HOUR
    hubspot.add("contacts", NOON, email="prospect@example.com")
    pull(app, reach, "crm", crm, object="contacts", since=NOON)
    hubspot.answers("/crm/v3/objects/contacts/search", answer(500, f"{TOKEN} prospect@example.com".encode()))
    with pytest.raises(PullEnded) as caught:
        pull(app, reach, "crm", crm, object="contacts", since=NOON)
    for secret in (TOKEN, "prospect", "127.0.0.1"):
        assert secret not in caplog.text + repr(caught.value)
