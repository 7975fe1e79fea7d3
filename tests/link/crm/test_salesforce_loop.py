"""A lead shown in Salesforce, and Salesforce heard: what either side changes goes round once and ends."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from doubles.salesforce import ORGANIZATION, SalesforceDouble
from support.an_organization import Clock, connected
from support.mirroring import mirrored
from support.office import BO, CIA, HOUR, NORA, Present, handed_over

from slaflow.engine.app import Engine
from slaflow.link import mirror
from slaflow.link.receive import receive
from slaflow.link.run import run_once
from slaflow.link.shapes import Request
from slaflow.settings.reach import Reach
from slaflow.store.linking import inbox

LINK = """\
object: Lead
find: {by: Email, field: email}
out: {Slaflow_State__c: state, OwnerId: {owner: true}}
both: {Company: {field: company, wins: remote}}
"""
HOOK = "lead: {company: Company, country: row.FirstName}\nremote: Id\n"
URL = "https://sla.example.com/hooks/salesforce/token"


def linked(app: Engine, folder: Path, user: str) -> Reach:
    file = folder / "salesforce.hook.yaml"
    file.write_text(HOOK, encoding="utf-8")
    crm = {"kind": "salesforce", "url": "https://acme.example.com", "client_id": "c"}
    mirrored(app, folder, "crm", text=LINK)
    crm |= {"client_secret_env": "SECRET", "map": str(folder / "crm.link.yaml")}
    hook = {"kind": "salesforce", "token_env": "TOKEN", "organization": ORGANIZATION, "user": user}
    return Reach.model_validate({"crms": {"crm": crm}, "hooks": {"salesforce": {**hook, "map": str(file)}}})


def shown(app: Engine, reach: Reach, org: SalesforceDouble) -> int:
    """A round of writing; how much was written."""
    crm = connected(org, Clock())
    report = mirror.run_once(app, reach, crms={"crm": crm})
    crm.close()
    assert report.problems == {}
    return report.tallies["crm"].written if "crm" in report.tallies else 0


def heard(app: Engine, reach: Reach, org: SalesforceDouble, present: Present, *, events: bool) -> None:
    """What the organization has to tell since, by messages or by a relay of its events, applied."""

    def post(body: bytes, media: str = "text/xml") -> bytes:
        request = Request("POST", URL, "token", (("content-type", media),), body)
        return receive(app, reach, "salesforce", request, {"TOKEN": "token"}).body

    if events:
        post(json.dumps(org.events).encode(), "application/json")
        org.notifications.clear()
    else:
        org.deliver(post)
    org.events.clear()
    present.at += HOUR
    run_once(app, reach, "salesforce", now=present.at)


def entries_of(app: Engine) -> int:
    return sum(1 for _ in app.log())


@pytest.mark.parametrize("events", [False, True], ids=["messages", "events"])
def test_what_either_side_changes_goes_round_once(
    app: Engine, tmp_path: Path, org: SalesforceDouble, present: Present, events: bool
) -> None:
    for each in (BO, CIA, NORA):
        org.has("User", Username=each, Email=each)
    org.watched = ("Id", "Company", "FirstName", "LastModifiedById", "LastModifiedDate")
    remote = org.has("Lead", LastName="Kim", Company="Acme", Email="kim@example.com")
    org.rules, org.now = org.app_user, present.at
    reach = linked(app, tmp_path, org.app_user)
    lead = handed_over(app, company="Acme")
    assert shown(app, reach, org) == 1
    entries = entries_of(app)
    heard(app, reach, org, present, events=events)
    assert entries_of(app) == entries
    assert shown(app, reach, org) == 0
    org.now = present.at
    org.edit("Lead", remote, Company="Acme AB")
    heard(app, reach, org, present, events=events)
    assert app.show(lead)["fields"]["company"] == "Acme AB"
    assert entries_of(app) == entries + 1
    assert shown(app, reach, org) == 0
    assert org.records["Lead"][remote]["OwnerId"] != org.app_user
    with app.database.read() as conn:
        told = Counter(each.status for each in inbox.listed(conn, hook="salesforce"))
    assert (told["echo"], told["waiting"], told["failed"]) == (1, 0, 0)
