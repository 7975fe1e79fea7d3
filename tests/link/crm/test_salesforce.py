"""Salesforce as the link reads and writes it, against one that answers as the vendor documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

import pytest
from doubles import salesforce as vendor
from doubles.salesforce import SalesforceDouble
from support.an_organization import LOOPBACK, STATE, Clock, a_lead, fault, outcomes
from support.builders import utc
from support.faulty import answer

from slaflow.link.crm import salesforce, salesforce_session
from slaflow.link.crm.salesforce import Salesforce
from slaflow.link.crm.shapes import CrmClosed, Write
from slaflow.net.client import Client


def closed_by(crm: Salesforce, fields: Mapping[str, str | None], remote: str) -> CrmClosed:
    with pytest.raises(CrmClosed) as closed:
        crm.write("Lead", [Write(1, remote, fields)])
    return closed.value


# Writing


def test_salesforces_own_rules_give_leads_away_unless_they_are_held_back(
    org: SalesforceDouble, crm: Salesforce
) -> None:
    remote, org.rules = a_lead(org), org.app_user
    crm.write("Lead", [Write(1, remote, {STATE: "mql"}), Write(2, None, {"LastName": "Li", "Company": "Ä"})])
    assert [row["OwnerId"] for row in org.records["Lead"].values()] == [org.anna, org.app_user]
    assert org.records["Lead"][remote][STATE] == "mql"
    # Whoever leaves the header out loses the owner, which is what the rule is for.
    org.records["Lead"][remote]["OwnerId"] = org.anna
    client = Client(LOOPBACK, timedelta(seconds=20))
    headers = {"authorization": f"Bearer {org.sessions[-1]}"}
    record = {"attributes": {"type": "Lead"}, "id": remote, STATE: "sql"}
    content = json.dumps({"allOrNone": False, "records": [record]}).encode()
    client.patch(org.url(f"/services/data/{vendor.VERSION}/composite/sobjects"), headers, content)
    client.close()
    assert org.records["Lead"][remote]["OwnerId"] == org.app_user


def test_every_call_says_who_asks_and_that_no_rules_run(org: SalesforceDouble, crm: Salesforce) -> None:
    crm.write("Lead", [Write(1, a_lead(org), {STATE: "mql"})])
    crm.find("Lead", "Email", ["a@example.com"])
    told = {(s.headers["sforce-auto-assign"], s.headers["sforce-call-options"]) for s in org.seen[1:]}
    assert told == {("FALSE", "client=slaflow")}
    (event,) = org.events
    origin = event["payload"]["ChangeEventHeader"]["changeOrigin"]
    assert origin == "com/salesforce/api/rest/61.0;client=slaflow"


def test_each_record_has_its_outcome_in_order(org: SalesforceDouble, crm: Salesforce) -> None:
    fine, locked, deleted = a_lead(org), a_lead(org), a_lead(org, IsDeleted=True)
    converted, long, chosen, alone = (a_lead(org, IsConverted=n == 0) for n in range(4))
    org.locked[locked], org.unshared = 1, {alone}
    writes = [
        Write(1, deleted, {STATE: "mql"}),
        Write(2, fine[:15], {STATE: "mql", "NumberOfEmployees": "12", "DoNotCall": "true", "Phone": None}),
        Write(3, locked, {STATE: "mql"}),
        Write(4, converted, {STATE: "mql"}),
        Write(5, long, {STATE: "x" * 41}),
        Write(6, chosen, {"Rating": "Tepid"}),
        Write(7, alone, {STATE: "mql"}),
        Write(8, "1234", {STATE: "mql"}),
        Write(9, fine, {STATE: "sql"}),
        Write(10, a_lead(org), {"NumberOfEmployees": "a dozen"}),
        Write(11, a_lead(org), {"Follow_Up__c": "soon"}),
        Write(12, None, {"LastName": "Li", STATE: "mql"}),
    ]
    told = crm.write("Lead", writes)
    assert [each.lead for each in told] == list(range(1, 13))
    assert [each.outcome for each in told] == [
        *("gone", "written", "again", "gone", "refused", "refused", "refused", "refused", "again"),
        *("refused", "refused", "refused"),
    ]
    reasons = {each.lead: each.reason for each in told}
    assert reasons[4] == "CANNOT_UPDATE_CONVERTED_LEAD"
    assert reasons[5] == f"{STATE} (STRING_TOO_LONG)"
    assert reasons[6] == "Rating (INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST)"
    assert reasons[10] == "NumberOfEmployees takes no such value: it is of the kind int"
    assert reasons[12] == "Company (REQUIRED_FIELD_MISSING)"
    row = org.records["Lead"][fine]
    assert (told[1].remote, told[1].fields) == (fine, writes[1].fields)
    assert (row[STATE], row["NumberOfEmployees"], row["DoNotCall"]) == ("mql", 12, True)
    assert outcomes(crm, writes[2]) == [("written", None)]


def test_what_is_never_empty_there_stays_and_keeps_nothing_else_back(
    org: SalesforceDouble, crm: Salesforce
) -> None:
    remote = a_lead(org)
    (told,) = crm.write("Lead", [Write(1, remote, {STATE: "mql", "OwnerId": None, "LastName": None})])
    assert (told.outcome, told.fields) == ("written", {STATE: "mql"})
    assert told.reason == "LastName, OwnerId can't be empty there, and stays"
    row = org.records["Lead"][remote]
    assert (row[STATE], row["OwnerId"], row["LastName"]) == ("mql", org.anna, "Lee")
    assert outcomes(crm, Write(1, remote, {"OwnerId": None})) == [
        ("ignored", "OwnerId can't be empty there, and stays")
    ]
    assert len(org.events) == 1


def test_what_is_new_is_made_and_found_again(org: SalesforceDouble, crm: Salesforce) -> None:
    made = {"LastName": "O'Hara", "Company": "Acme", "Email": "o'hara@example.com"}
    (told,) = crm.write("Lead", [Write(1, None, made)])
    assert told.outcome == "written"
    assert crm.find("Lead", "Email", ["O'Hara@example.com"]) == {"O'Hara@example.com": told.remote}


def test_a_request_that_one_record_spoils_is_sent_without_it(org: SalesforceDouble, crm: Salesforce) -> None:
    first, second = a_lead(org), a_lead(org)
    crm.fields("Lead")
    org.errors = [fault(400, "JSON_PARSER_ERROR"), fault(400, "JSON_PARSER_ERROR")]
    told = outcomes(crm, Write(1, first, {STATE: "mql"}), Write(2, second, {STATE: "mql"}))
    assert told == [("refused", "JSON_PARSER_ERROR"), ("written", None)]


def test_a_lead_that_was_emptied_from_the_bin_is_gone(org: SalesforceDouble, crm: Salesforce) -> None:
    remote, there = a_lead(org), a_lead(org)
    del org.records["Lead"][remote]
    told = outcomes(crm, Write(1, remote, {STATE: "mql"}), Write(2, there, {STATE: "mql"}))
    assert told == [("gone", "its record is no more"), ("written", None)]


def test_a_field_that_is_not_ours_closes_and_is_named(org: SalesforceDouble, crm: Salesforce) -> None:
    remote = a_lead(org)
    org.forbidden = {STATE}
    closed = closed_by(crm, {STATE: "mql"}, remote)
    assert closed.for_ is None
    assert f"{STATE} (INVALID_FIELD_FOR_INSERT_UPDATE)" in closed.reason
    assert "Nowhere__c (INVALID_FIELD)" in closed_by(crm, {"Nowhere__c": "mql"}, remote).reason
    org.unreachable_owners = {org.app_user}
    reason = closed_by(crm, {"OwnerId": org.app_user}, remote).reason
    assert "OwnerId (INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY)" in reason
    # Where others are written it is an owner's alone.
    writes = Write(1, remote, {"OwnerId": org.app_user}), Write(2, a_lead(org), {"OwnerId": org.anna})
    assert outcomes(crm, *writes) == [
        ("refused", reason[reason.index("OwnerId") :].split(";")[0]),
        ("written", None),
    ]
    org.unshared = {remote}
    assert "INSUFFICIENT_ACCESS_OR_READONLY" in closed_by(crm, {"Phone": "1"}, remote).reason
    org.forbidden = set()
    org.unshared = set()
    assert outcomes(crm, Write(1, remote, {STATE: "mql"})) == [("written", None)]


def test_what_was_written_is_told_before_a_field_closes(org: SalesforceDouble, crm: Salesforce) -> None:
    org.forbidden = {"Phone"}
    writes = [Write(1, a_lead(org), {STATE: "mql"}), Write(2, a_lead(org), {"Phone": "1"})]
    (_, first), (again, reason) = outcomes(crm, *writes)
    assert (first, again) == (None, "again")
    assert reason is not None
    assert "Phone (INVALID_FIELD_FOR_INSERT_UPDATE)" in reason
    with pytest.raises(CrmClosed, match="Phone"):
        crm.find("Lead", "Email", ["a@example.com"])
    assert crm.find("Lead", "Email", ["a@example.com"]) == {}


# Reading


def test_fields_tell_their_kind_and_their_choices(
    org: SalesforceDouble, crm: Salesforce, clock: Clock
) -> None:
    org.now = clock.now - timedelta(seconds=7)
    fields = crm.fields("Lead")
    assert crm.ahead() == timedelta(seconds=-6.5), "it tells whole seconds, and half of one is to be expected"
    assert fields["Rating"] == ("picklist", True, ("Hot", "Warm", "Cold"), False)
    assert fields["SystemModstamp"] == ("datetime", False, (), False)
    assert {name for name, each in fields.items() if each.is_needed} == {"LastName", "Company"}
    with pytest.raises(CrmClosed, match="no such object"):
        crm.fields("Nothing__c")
    with pytest.raises(CrmClosed, match="can be no name"):
        crm.fields("../Lead")


INJECTED = ("' OR IsDeleted = false OR Email = '", "\\' OR Id != null OR Email = \\'", "a') OR (Id != null",
            "o'hara@example.com", "\\", "\n", "%", "_@example.com")  # fmt: skip


def test_nothing_that_a_prospect_wrote_asks_for_anything(org: SalesforceDouble, crm: Salesforce) -> None:
    theirs = a_lead(org, "somebody@example.com")
    assert crm.find("Lead", "Email", INJECTED) == {}
    mine = {value: a_lead(org, value) for value in INJECTED if value.strip()}
    assert crm.find("Lead", "Email", INJECTED) == mine
    assert crm.read("Lead", [*INJECTED, theirs], ["Email"])[0].remote == theirs
    for name in ("Email FROM User", "Email, Name", "Owner.Name'"):
        with pytest.raises(CrmClosed, match="can be no name"):
            crm.find("Lead", name, ["a"])
        with pytest.raises(CrmClosed, match="can be no name"):
            crm.read("Lead", [theirs], [name])


def test_a_value_finds_who_alone_has_it(org: SalesforceDouble, crm: Salesforce) -> None:
    twice = [a_lead(org, "twice@example.com") for _ in range(2)]
    old = a_lead(org, "back@example.com", IsConverted=True)
    again = a_lead(org, "back@example.com")
    left = a_lead(org, "left@example.com", IsConverted=True)
    a_lead(org, "gone@example.com", IsDeleted=True)
    wanted = ["twice@example.com", "BACK@example.com", " left@example.com", "gone@example.com", ""]
    assert crm.find("Lead", "Email", wanted) == {
        "twice@example.com": None,
        "BACK@example.com": again,
        " left@example.com": left,
    }
    assert crm.find("Lead", "Id", [old[:15], twice[0], "none"]) == {old[:15]: old, twice[0]: twice[0]}


def test_records_are_read_over_pages(org: SalesforceDouble, crm: Salesforce) -> None:
    org.page = 2
    remotes = [a_lead(org, f"{n}@example.com", AnnualRevenue=n * 1.5, DoNotCall=n == 1) for n in range(5)]
    read = crm.read("Lead", [remotes[0][:15], *remotes[1:]], ["email", "AnnualRevenue", "DoNotCall", "Phone"])
    assert [each.remote for each in read] == [remotes[0][:15], *remotes[1:]]
    assert read[1].fields == {
        "email": "1@example.com", "AnnualRevenue": "1.5", "DoNotCall": "true", "Phone": None,
    }  # fmt: skip
    assert read[2].fields["AnnualRevenue"] == "3"
    assert read[0].changed_at == utc("2026-03-09 12:00")
    (dated,) = crm.read("Lead", [remotes[0]], ["CreatedDate"])
    assert dated.fields["CreatedDate"] == "2026-03-09T12:00:00.000Z"
    more = {"done": False, "records": [], "nextRecordsUrl": "@evil.example/services/data/v61.0/query/01g"}
    org.errors = [answer(200, json.dumps(more).encode())]
    with pytest.raises(CrmClosed, match="not salesforce's"):
        crm.owners()


@pytest.mark.parametrize("most", [2, 3, 100])
def test_what_changed_comes_once_in_order_though_many_changed_at_one_instant(
    org: SalesforceDouble, crm: Salesforce, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(salesforce, "A_PAGE", most)
    org.page = 2
    a_lead(org, "before@example.com")
    org.now += timedelta(minutes=1)
    since = org.now
    expected = [a_lead(org, f"{n}@example.com") for n in range(4)]
    org.now += timedelta(milliseconds=1000)
    expected += [a_lead(org, f"{n}@example.com") for n in range(4, 7)]
    seen, after = list[str](), None
    while True:
        page = crm.changed("Lead", since, ["Email"], after)
        seen += [each.remote for each in page.records]
        if (after := page.after) is None:
            break
    assert seen == expected


def test_less_is_asked_for_where_an_answer_gets_too_long(
    org: SalesforceDouble, crm: Salesforce, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(salesforce_session, "MOST_READ", 1000)
    since, expected = org.now, [a_lead(org, f"{n}@example.com") for n in range(20)]
    page = crm.changed("Lead", since, ["Email"])
    assert page.after is not None
    assert [each.remote for each in page.records] == expected[: len(page.records)]


def test_people_are_known_by_an_address_that_is_theirs_alone(org: SalesforceDouble, crm: Salesforce) -> None:
    for number in range(2):
        org.has("User", Username=f"{number}@acme.example", Email="desk@example.com")
    org.has("User", Username="gone@acme.example", Email="gone@example.com", IsActive=False)
    org.has("User", Username="guest@acme.example", Email="guest@example.com", UserType="Guest")
    assert crm.owners() == {"anna@example.com": org.anna, "slaflow@example.com": org.app_user}
