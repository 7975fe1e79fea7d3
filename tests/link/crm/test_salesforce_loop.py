"""A lead shown in Salesforce, and Salesforce heard: what either side changes goes round once and ends."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from doubles.salesforce import ORGANIZATION, SalesforceDouble
from doubles.salesforce_sending import message
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
    org.watched += ("Company", "FirstName", "Slaflow_State__c")
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


@pytest.mark.parametrize("events", [False, True], ids=["messages", "events"])
@pytest.mark.parametrize("after", [timedelta(seconds=-30), timedelta(minutes=10)], ids=["before", "after"])
def test_what_somebody_there_makes_of_a_field_of_ours_is_put_back(
    app: Engine, tmp_path: Path, org: SalesforceDouble, present: Present, events: bool, after: timedelta
) -> None:
    """Whether by its clock it was after our write or, as clocks differ, just before."""
    org.watched += ("Company", "Slaflow_State__c")
    remote = org.has("Lead", LastName="Kim", Company="Acme", Email="kim@example.com")
    reach = linked(app, tmp_path, org.app_user)
    handed_over(app, company="Acme AB")
    assert shown(app, reach, org) == 1
    org.now = present.at + after
    org.edit("Lead", remote, Slaflow_State__c="won")
    entries = entries_of(app)
    heard(app, reach, org, present, events=events)
    assert shown(app, reach, org) == 1
    assert org.records["Lead"][remote]["Slaflow_State__c"] == "mql"
    heard(app, reach, org, present, events=events)
    assert (shown(app, reach, org), entries_of(app)) == (0, entries)


def test_a_message_that_comes_late_of_what_was_there_before_puts_nothing_back(
    app: Engine, tmp_path: Path, org: SalesforceDouble, present: Present
) -> None:
    org.watched += ("Company", "Slaflow_State__c")
    remote = org.has("Lead", LastName="Kim", Company="Acme", Email="kim@example.com", Slaflow_State__c="old")
    reach = linked(app, tmp_path, org.app_user)
    handed_over(app, company="Acme AB")
    org.now = present.at - HOUR
    org.edit("Lead", remote, FirstName="Kim")
    late = message(ORGANIZATION, [(each, org._told(each)) for each in org.notifications])
    org.notifications.clear()
    assert shown(app, reach, org) == 1
    request = Request("POST", URL, "token", (("content-type", "text/xml"),), late)
    receive(app, reach, "salesforce", request, {"TOKEN": "token"})
    heard(app, reach, org, present, events=False)
    assert shown(app, reach, org) == 0
