"""The office's leads as they are shown in Salesforce, over its API, while its own rules would have them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from doubles.salesforce import SalesforceDouble
from support.an_organization import Clock, connected
from support.mirroring import mirrored, row_of
from support.office import ANNA, BO, CIA, HOUR, NORA, Present, handed_over

from slaflow.engine.app import Engine
from slaflow.link.mirror import run_once
from slaflow.settings.reach import Reach

MAP = """\
object: Lead
find: {by: Email, field: email}
out:
  Slaflow_State__c: state
  Slaflow_Due__c: due.respond
  OwnerId: {owner: true}
both: {Company: {field: company, wins: remote}}
"""


@pytest.fixture
def people(org: SalesforceDouble) -> dict[str, str]:
    others = {each: org.has("User", Username=each, Email=each.upper()) for each in (BO, CIA, NORA)}
    return {ANNA: org.anna, **others}


def round_of(app: Engine, reach: Reach, org: SalesforceDouble) -> None:
    crm = connected(org, Clock())
    report = run_once(app, reach, crms={"crm": crm})
    crm.close()
    assert (report.problems, report.tallies["crm"].closed) == ({}, None)


def test_a_lead_is_shown_with_its_owner_whatever_rules_and_sessions_do(
    app: Engine, tmp_path: Path, org: SalesforceDouble, people: dict[str, str], present: Present
) -> None:
    reach = mirrored(app, tmp_path, "crm", text=MAP)
    remote = org.has("Lead", LastName="Kim", Company="Acme", Email="KIM@example.com")
    org.rules, org.locked = org.app_user, {remote: 1}
    lead = handed_over(app, company="Acme AB")
    round_of(app, reach, org)
    assert row_of(app, lead).reason == "UNABLE_TO_LOCK_ROW"
    present.at += HOUR
    org.expire()
    round_of(app, reach, org)
    row, owner = org.records["Lead"][remote], str(app.show(lead)["owner"])
    assert (row["Slaflow_State__c"], row["Slaflow_Due__c"]) == ("mql", "2026-03-09T09:30:00Z")
    assert (row["OwnerId"], row_of(app, lead).remote) == (people[owner], remote)
    origins = {each["payload"]["ChangeEventHeader"]["changeOrigin"] for each in org.events}
    assert origins == {"com/salesforce/api/rest/61.0;client=slaflow"}
    # What stands there is not written again.
    written = len(org.events)
    app.change(lead, {"country": "SE"}, "sales", at=present.at)
    present.at += HOUR
    round_of(app, reach, org)
    assert len(org.events) == written


def test_a_lead_that_was_converted_is_left_alone(
    app: Engine, tmp_path: Path, org: SalesforceDouble, people: dict[str, str]
) -> None:
    reach = mirrored(app, tmp_path, "crm", text=MAP + "create: true\n")
    org.has("Lead", LastName="Kim", Company="Acme", Email="kim@example.com", IsConverted=True)
    lead = handed_over(app, company="Acme AB")
    round_of(app, reach, org)
    assert (row_of(app, lead).status, row_of(app, lead).reason) == ("gone", "CANNOT_UPDATE_CONVERTED_LEAD")
    assert len(org.records["Lead"]) == 1


def test_a_lead_that_was_made_without_an_answer_is_not_made_twice(
    app: Engine, tmp_path: Path, org: SalesforceDouble, people: dict[str, str], present: Present
) -> None:
    making = MAP.replace("out:", "create: true\nout:\n  LastName: {field: email}")
    reach, org.lost = mirrored(app, tmp_path, "crm", text=making), 1
    lead = handed_over(app, company="Acme AB")
    with closing(connected(org, Clock())) as crm:
        assert run_once(app, reach, crms={"crm": crm}).tallies["crm"].closed
    present.at += HOUR
    round_of(app, reach, org)
    assert [row_of(app, lead).remote] == [*org.records["Lead"]]


def test_of_several_leads_none_is_written_and_no_other_is_made(
    app: Engine, tmp_path: Path, org: SalesforceDouble, people: dict[str, str]
) -> None:
    reach = mirrored(app, tmp_path, "crm", text=MAP + "create: true\n")
    for _ in range(2):
        org.has("Lead", LastName="Kim", Company="Acme", Email="kim@example.com")
    lead = handed_over(app, company="Acme AB")
    round_of(app, reach, org)
    assert row_of(app, lead).reason == "several records there have what it is found by"
    assert len(org.records["Lead"]) == 2
    assert not org.events
