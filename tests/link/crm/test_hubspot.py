"""Records of HubSpot are found, read and written; each error says what is to be done, and for how long."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from doubles.hubspot import TOKEN, HubSpotDouble
from doubles.hubspot_words import NOON
from support.faulty import answer, cut_off, garbage, hang_up

from slaflow.link.crm.hubspot import HubSpot, opened
from slaflow.link.crm.hubspot_answer import fault
from slaflow.link.crm.shapes import CrmClosed, Record, Write
from slaflow.net.client import Client
from slaflow.settings.hooks import HubSpotCrm

UPDATE = "/crm/v3/objects/contacts/batch/update"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def portal(hubspot: HubSpotDouble, client: Client, token: str = TOKEN, **more: str) -> HubSpot:
    settings = HubSpotCrm(kind="hubspot", map=Path("crm.link.yaml"), api=hubspot.api, **more)
    return opened(settings, token, client, hubspot.time.now, hubspot.time.sleep)


@pytest.fixture
def crm(hubspot: HubSpotDouble, client: Client) -> HubSpot:
    return portal(hubspot, client)


def updates(hubspot: HubSpotDouble) -> list[list[dict[str, str]]]:
    """What each call to update changed."""
    calls = (orjson.loads(seen.body) for seen in hubspot.seen if seen.path == UPDATE)
    return [[each["properties"] for each in call["inputs"]] for call in calls]


# Reading


def test_fields_say_their_kind_their_choices_and_whether_they_may_be_written(crm: HubSpot) -> None:
    assert crm.ahead() is None
    fields = crm.fields("contacts")
    assert abs(crm.ahead() or HOUR) <= timedelta(seconds=1)
    assert fields["lastmodifieddate"] == ("datetime", False, (), False)
    assert fields["hs_lead_status"].choices[:2] == ("NEW", "OPEN")
    assert (fields["email"].kind, fields["email"].is_writable) == ("string", True)


def test_people_are_known_by_their_address_over_all_pages(crm: HubSpot) -> None:
    assert crm.owners() == {"anna@example.com": "41488296", "åsa@example.com": "41488297"}


def test_who_has_a_value_alone_is_found_by_it(crm: HubSpot, hubspot: HubSpotDouble) -> None:
    anna = hubspot.add("contacts", email="anna@example.com", company="Acme")
    bo = hubspot.add("contacts", email="bo@example.com", company="acme")
    hubspot.archive("contacts", hubspot.add("contacts", email="carl@example.com"))
    asked = ["Anna@Example.com", "carl@example.com", "nobody@example.com", ""]
    assert crm.find("contacts", "email", asked) == {"Anna@Example.com": anna}
    assert crm.find("contacts", "company", ["Acme"]) == {"Acme": None}
    assert crm.find("contacts", "email", [f"x{n}@example.com" for n in range(150)] + ["bo@example.com"]) == {
        "bo@example.com": bo
    }


def test_no_search_is_longer_than_may_be(crm: HubSpot, hubspot: HubSpotDouble) -> None:
    wanted = [f"första.{n}@a-company-with-a-long-name.example.com" for n in range(90)]
    ids = {text: hubspot.add("contacts", email=text) for text in wanted}
    assert crm.find("contacts", "email", [*wanted, f"{'x' * 3_000}@example.com"]) == ids


def test_records_are_read_and_who_is_gone_is_left_out(crm: HubSpot, hubspot: HubSpotDouble) -> None:
    there, gone = hubspot.add("leads", NOON, hs_lead_name="Acme"), hubspot.add("leads")
    hubspot.archive("leads", gone)
    (record,) = crm.read("leads", [there, gone, there], ["hs_lead_name", "hs_lead_label"])
    assert record == Record(there, {"hs_lead_name": "Acme", "hs_lead_label": None}, NOON)


# Writing


def test_what_came_of_each_write_is_told_in_their_order(crm: HubSpot, hubspot: HubSpotDouble) -> None:
    there, gone = hubspot.add("contacts", email="a@example.com", phone="1"), hubspot.add("contacts")
    hubspot.archive("contacts", gone)
    found = crm.write("contacts", [
        Write(1, gone, {"phone": "2"}),
        Write(2, None, {"email": "new@example.com"}),
        Write(3, there, {"phone": None, "slaflow_state": "mql"}),
        Write(4, there, {"hs_lead_status": "SOLD"}),
        Write(5, None, {"email": "A@example.com"}),
    ])  # fmt: skip
    assert [each.lead for each in found] == [1, 2, 3, 4, 5]
    assert [each.outcome for each in found] == ["gone", "written", "written", "refused", "again"]
    assert hubspot.objects["contacts"][there].value("phone") is None
    assert found[3].reason == "hs_lead_status (INVALID_OPTION)"
    assert found[4].remote == there, "who is there already is written the next time"
    assert hubspot.objects["contacts"][str(found[1].remote)].value("email") == "new@example.com"


@pytest.mark.parametrize("heeds_traces", [True, False])
def test_one_bad_record_keeps_none_of_the_others_back(
    heeds_traces: bool, crm: HubSpot, hubspot: HubSpotDouble
) -> None:
    hubspot.heeds_traces = heeds_traces
    ids = [hubspot.add("contacts") for _ in range(100)]
    hubspot.archive("contacts", ids[7])
    writes = [Write(n, id, {"hs_lead_status": "SOLD" if n == 42 else "OPEN"}) for n, id in enumerate(ids)]
    found = crm.write("contacts", writes)
    assert {each.lead: each.outcome for each in found if each.outcome != "written"} == {
        7: "gone",
        42: "refused",
    }
    assert sum(each.value("hs_lead_status") == "OPEN" for each in hubspot.objects["contacts"].values()) == 98


@pytest.mark.parametrize("heeds_traces", [True, False])
def test_what_a_rule_of_the_portal_wants_besides_is_named(
    heeds_traces: bool, client: Client, hubspot: HubSpotDouble
) -> None:
    """From a later version of the API on, which is called at other places."""
    hubspot.heeds_traces = heeds_traces
    crm = portal(hubspot, client, version="2026-09")
    assert (crm.owners()["anna@example.com"], "email" in crm.fields("contacts")) == ("41488296", True)
    hubspot.required = {("hs_lead_status", "UNQUALIFIED"): "company"}
    ids = [hubspot.add("contacts"), hubspot.add("contacts", company="Acme")]
    writes = [Write(n, id, {"hs_lead_status": "UNQUALIFIED"}) for n, id in enumerate(ids)]
    found = [(each.outcome, each.reason) for each in crm.write("contacts", writes)]
    assert found == [("refused", "company (VALIDATION_ERROR)"), ("written", None)]
    assert {seen.path.split("?")[0] for seen in hubspot.seen} == {
        "/crm/owners/2026-09", "/crm/properties/2026-09/contacts",
        "/crm/objects/2026-09/contacts/batch/update",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        ([{"code": "PROPERTY_DOESNT_EXIST", "context": {"propertyName": ["phone"]}}],
         "phone (PROPERTY_DOESNT_EXIST)"),
        ([{"code": "INVALID_LONG", "context": {"propertyName": ["company"]}}], "company (INVALID_LONG)"),
        ([{"code": "REQUIRED", "context": {"properties": ["email", "kim@example.com"]}}], "email (REQUIRED)"),
        ([{"code": "kim@example.com"}, 5, {"code": "X", "context": {"propertyName": [["phone"]]}}],
         "VALIDATION_ERROR"),
    ],
)  # fmt: skip
def test_a_fault_is_also_read_from_the_list_of_errors(errors: list[object], told: str) -> None:
    said = {"category": "VALIDATION_ERROR", "message": "kim@example.com is no such thing", "errors": errors}
    assert str(fault(said, ["phone", "company"], ["email"])) == told


def test_a_record_stands_once_in_a_call_and_a_hundred_do_at_most(
    crm: HubSpot, hubspot: HubSpotDouble
) -> None:
    ids = [hubspot.add("contacts") for _ in range(101)]
    writes = [Write(n, id, {"phone": str(n)}) for n, id in enumerate([*ids, ids[0]])]
    assert {each.outcome for each in crm.write("contacts", writes)} == {"written"}
    assert [len(call) for call in updates(hubspot)] == [100, 2]
    assert hubspot.objects["contacts"][ids[0]].value("phone") == "101"


def test_a_record_of_which_nothing_is_said_is_looked_for(crm: HubSpot, hubspot: HubSpotDouble) -> None:
    there, merged = hubspot.add("contacts"), hubspot.add("contacts")
    hubspot.archive("contacts", merged)
    said = {"status": "COMPLETE", "results": [], "errors": [{"context": {"ids": [""]}}]}
    hubspot.answers(UPDATE, answer(207, orjson.dumps(said)))
    found = crm.write("contacts", [Write(1, there, {"phone": "1"}), Write(2, merged, {"phone": "2"})])
    assert [each.outcome for each in found] == ["again", "gone"]


# Steps back


def test_a_step_back_that_is_left_undone_in_silence_is_seen(crm: HubSpot, hubspot: HubSpotDouble) -> None:
    id = hubspot.add("contacts", lifecyclestage="customer")
    (found,) = crm.write("contacts", [Write(1, id, {"lifecyclestage": "lead", "phone": "1"})])
    assert (found.outcome, found.reason) == ("ignored", "it left lifecyclestage as it was")
    assert found.fields == {"lifecyclestage": "customer"}, "what is worded anew there is no step back"


def test_a_field_that_was_cleared_may_be_anything(crm: HubSpot, hubspot: HubSpotDouble) -> None:
    id = hubspot.add("contacts", lifecyclestage="customer")
    for stage in (None, "lead"):
        (found,) = crm.write("contacts", [Write(1, id, {"lifecyclestage": stage})])
        assert (found.outcome, found.fields) == ("written", {"lifecyclestage": stage})


def test_an_answer_that_leaves_out_a_choice_is_not_believed(crm: HubSpot, hubspot: HubSpotDouble) -> None:
    id = hubspot.add("contacts", hs_lead_status="OPEN")
    said = {"results": [{"id": id, "objectWriteTraceId": "0", "properties": {"phone": "1"}}]}
    hubspot.answers(UPDATE, answer(200, orjson.dumps(said)))
    (found,) = crm.write("contacts", [Write(1, id, {"hs_lead_status": "NEW", "phone": "1"})])
    assert (found.outcome, found.fields["hs_lead_status"]) == ("ignored", "OPEN")


# What closes it

Change = Callable[[HubSpotDouble], object]
CLOSING: dict[str, tuple[Change, str, timedelta | None]] = {
    "token": (lambda hubspot: hubspot.tokens.clear(), "it does not know the token", None),
    "scopes": (
        lambda hubspot: hubspot.missing_scopes.append("crm.objects.contacts.write"),
        "give the app its scopes crm.objects.contacts.write",
        None,
    ),
    "a day's calls": (lambda hubspot: setattr(hubspot, "daily", 0), "its calls of a day are used up", HOUR),
    "for ever too fast": (lambda hubspot: setattr(hubspot, "burst", 0), "it is called too often", MINUTE),
    "for long": (
        lambda hubspot: hubspot.answers(UPDATE, answer(429, b"{}", retry_after="600")),
        "it is called too often",
        10 * MINUTE,
    ),
    "an outage": (lambda hubspot: hubspot.answers(UPDATE, answer(502)), "it answered 502", MINUTE),
    "a lock": (lambda hubspot: hubspot.answers(UPDATE, answer(423)), "locked", timedelta(seconds=5)),
    "a move": (lambda hubspot: hubspot.answers(UPDATE, answer(477)), "being moved", HOUR),
    "no object": (lambda hubspot: hubspot.answers(UPDATE, answer(404)), "it has no such object", None),
    "hung up": (lambda hubspot: hubspot.answers(UPDATE, hang_up), "hung up", MINUTE),
    "no HTTP": (lambda hubspot: hubspot.answers(UPDATE, garbage), "not HTTP", MINUTE),
    "cut off": (lambda hubspot: hubspot.answers(UPDATE, cut_off), "its answer is cut off", MINUTE),
    "no JSON": (lambda hubspot: hubspot.answers(UPDATE, answer(200, b"<p>")), "not hubspot's", MINUTE),
    "elsewhere": (lambda hubspot: hubspot.answers(UPDATE, answer(302)), "refused what was asked (302)", None),
}


@pytest.mark.parametrize(("change", "words", "how_long"), CLOSING.values(), ids=CLOSING)
def test_what_is_not_of_one_record_closes_it(
    change: Change, words: str, how_long: timedelta | None, crm: HubSpot, hubspot: HubSpotDouble
) -> None:
    id = hubspot.add("contacts")
    change(hubspot)
    with pytest.raises(CrmClosed, match=re.escape(words)) as caught:
        crm.write("contacts", [Write(1, id, {"phone": "1"})])
    assert caught.value.for_ == how_long


@pytest.mark.parametrize(
    ("field", "code"), [("no_such", "PROPERTY_DOESNT_EXIST"), ("hs_object_id", "READ_ONLY_VALUE")]
)
def test_a_field_that_cannot_be_written_closes_it_and_is_named(
    field: str, code: str, crm: HubSpot, hubspot: HubSpotDouble
) -> None:
    first, second = hubspot.add("contacts"), hubspot.add("contacts")
    writes = [Write(1, first, {"phone": "1"}), Write(2, second, {field: "2"})]
    told = [each.outcome for each in crm.write("contacts", writes)]
    assert told == ["written", "again"], "what was done is told before it closes"
    with pytest.raises(CrmClosed, match=re.escape(f"{field} ({code})")) as caught:
        crm.owners()
    assert caught.value.for_ is None

    hubspot.heeds_traces = False
    with pytest.raises(CrmClosed, match=re.escape(f"{field} ({code})")):
        crm.write("contacts", writes)


def test_a_token_that_can_be_none_is_sent_to_nobody(hubspot: HubSpotDouble, client: Client) -> None:
    with pytest.raises(CrmClosed, match="its token is none"):
        portal(hubspot, client, "two lines\r\nX-Evil: 1").owners()
    assert hubspot.seen == []


# Pace


def test_half_of_the_burst_is_ours(crm: HubSpot, hubspot: HubSpotDouble) -> None:
    id = hubspot.add("contacts")
    for _ in range(120):
        crm.read("contacts", [id], ["phone"])
    for place in range(len(hubspot.calls) - 50):
        assert hubspot.calls[place + 50] - hubspot.calls[place] >= timedelta(seconds=10)
    assert hubspot.time.at - NOON < timedelta(seconds=25), "and no slower than that"


def test_what_it_says_that_it_allows_counts(crm: HubSpot, hubspot: HubSpotDouble) -> None:
    hubspot.burst, hubspot.interval = 10, timedelta(seconds=20)
    id = hubspot.add("contacts")
    for _ in range(11):
        crm.read("contacts", [id], ["phone"])
    assert hubspot.time.at - NOON >= timedelta(seconds=40)


def test_what_others_used_is_waited_for(crm: HubSpot, hubspot: HubSpotDouble) -> None:
    id = hubspot.add("contacts")
    hubspot.calls += [hubspot.time.at] * 100
    crm.read("contacts", [id], ["phone"])
    assert hubspot.time.slept == [10.0], "one 429, and then it is there"
    hubspot.calls += [hubspot.time.at] * 98
    crm.read("contacts", [id], ["phone"])
    crm.read("contacts", [id], ["phone"])
    assert hubspot.time.slept == [10.0, 10.0], "nothing left is no reason to be refused"


def test_searches_have_a_bound_of_their_own(crm: HubSpot, hubspot: HubSpotDouble) -> None:
    for _ in range(6):
        crm.find("contacts", "email", ["a@example.com"])
    assert len(hubspot.searches) == 6
    assert hubspot.time.at - NOON >= timedelta(seconds=2)


# Changes


def changed(crm: HubSpot, object: str = "contacts", *fields: str) -> list[Record]:
    found, after = [], None
    while True:
        page = crm.changed(object, NOON, fields, after)
        found += page.records
        after = page.after
        if after is None:
            return found


def test_what_was_changed_comes_by_instant_with_when_each_field_was(
    crm: HubSpot, hubspot: HubSpotDouble
) -> None:
    hour = timedelta(hours=1)
    old = hubspot.add("contacts", NOON - 9 * hour, phone="1", company="Acme")
    hubspot.add("contacts", NOON - hour, phone="9")
    new = hubspot.add("contacts", NOON + hour, phone="3")
    hubspot.change("contacts", old, NOON + 2 * hour, phone="2")
    first, second = changed(crm, "contacts", "phone", "company")
    assert first == Record(new, {"phone": "3"}, NOON + hour, {"phone": NOON + hour})
    assert (second.remote, second.fields) == (old, {"phone": "2", "company": "Acme"})
    assert second.changes == {"phone": NOON + 2 * hour, "company": NOON - 9 * hour}


def test_more_than_a_search_gives_and_many_of_one_instant_come_once_each(
    crm: HubSpot, hubspot: HubSpotDouble
) -> None:
    second = timedelta(seconds=1)
    ids = [hubspot.add("leads", NOON + (n // 250) * second, hs_lead_name=str(n)) for n in range(1000)]
    hubspot.archive("leads", ids[5])
    found = [each.remote for each in changed(crm, "leads", "hs_lead_name")]
    assert sorted(found) == sorted({*ids} - {ids[5]})


def test_nobody_is_left_out_for_others_that_are_changed_meanwhile(
    crm: HubSpot, hubspot: HubSpotDouble
) -> None:
    ids = [hubspot.add("contacts", NOON + timedelta(seconds=n), phone="1") for n in range(300)]
    found, after = [], None
    hubspot.time.at = NOON + HOUR
    for turn in range(9):
        page = crm.changed("contacts", NOON, ["phone"], after)
        found += [each.remote for each in page.records]
        after = page.after
        if after is None:
            break
        hubspot.change("contacts", ids[turn], phone="2")
    assert {*found} == {*ids}


# Silence


def test_neither_token_nor_value_comes_to_light(
    crm: HubSpot, hubspot: HubSpotDouble, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    id = hubspot.add("contacts", email="prospect@example.com")
    value = "+46 70 123"
    for writes in (
        [Write(1, id, {"hs_lead_status": value})],
        [Write(1, None, {"email": "prospect@example.com"})],
    ):
        (found,) = crm.write("contacts", writes)
        assert found.outcome in ("refused", "again")
        assert "prospect" not in str(found.reason)
        assert value not in str(found.reason)
    hubspot.heeds_traces = False
    with pytest.raises(CrmClosed) as caught:
        crm.write("contacts", [Write(1, id, {"phone": value, "no_such": value})])
    hubspot.answers(UPDATE, answer(500, f"no {value}, {TOKEN}".encode()))
    with pytest.raises(CrmClosed) as failed:
        crm.write("contacts", [Write(1, id, {"phone": value})])
    told = caplog.text + repr(caught.value) + repr(failed.value)
    for secret in (TOKEN, value, "prospect@example.com", "127.0.0.1"):
        assert secret not in told
