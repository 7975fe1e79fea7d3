"""What a delivery says: one thing an event, known again when it is said again, and when it happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.delivering import (
    KINDS,
    OLD,
    PERSON,
    REACH,
    SENDERS,
    change,
    generic,
    hubspot,
    marketo,
    mautic,
    outbound,
    salesforce,
    segment,
    sent_by,
)
from support.office import FRIDAY, utc

from slaflow.link.shapes import BodyRefused, Item
from slaflow.link.sources.opening import source_of

LATER = FRIDAY + timedelta(hours=1)


def items(delivery: Any, now: datetime = FRIDAY) -> list[Item]:
    kind = delivery.path.split("/")[2].partition("?")[0]
    return source_of(REACH.hooks[kind]).items(delivery.request(), now)


def keys(delivery: Any) -> list[str]:
    return [each.key for each in items(delivery)]


def test_hubspot_names_records_and_what_became_of_them() -> None:
    created = change(2, subscriptionType="contact.creation", changeFlag="NEW")
    del created["propertyName"], created["propertyValue"]
    one, other = items(hubspot([change(1), created]))
    assert (one.remote, one.at) == ("1001", FRIDAY + timedelta(milliseconds=1))
    assert one.row["properties.email"] == one.row["propertyValue"] == PERSON
    assert one.row["subscriptionType"] == "contact.propertyChange"
    assert other.remote == "1002"
    assert not any(name.startswith("properties.") for name in other.row)
    assert items(hubspot([change(objectId=None)]))[0].remote is None, "it keeps none of the others out"
    hidden = items(hubspot([change(propertyValue="REDACTED")]))[0]
    assert "properties.email" not in hidden.row, "that is not what the property is"


def test_hubspot_says_the_same_again_by_another_attempt_and_number() -> None:
    """Source: "eventId is not guaranteed to be unique"; an older form names the kind otherwise."""
    again = change(eventId=5, attemptNumber=3, subscriptionId=99)
    again["eventType"] = again.pop("subscriptionType")
    assert keys(hubspot([change()])) == keys(hubspot([again]))
    others = [
        change(portalId=34), change(objectId=7), change(propertyName="phone"), change(propertyValue=""),
        change(occurredAt=1), change(subscriptionType="contact.creation"), change(objectTypeId="0-1"),
    ]  # fmt: skip
    assert len({*keys(hubspot([change(), *others]))}) == 8
    assert PERSON not in keys(hubspot([change()]))[0]


def test_hubspot_says_who_belongs_to_whom_and_who_became_one() -> None:
    told: dict[str, Any] = {"portalId": 33, "occurredAt": 1772803800000}
    bound = {**told, "subscriptionType": "contact.associationChange", "fromObjectId": 1, "toObjectId": 2,
             "associationType": "CONTACT_TO_COMPANY", "associationRemoved": False}  # fmt: skip
    merged = {**told, "subscriptionType": "contact.merge", "primaryObjectId": 5, "mergedObjectIds": [6, 7]}
    found = items(hubspot([bound, {**bound, "associationRemoved": True}, merged]))
    assert [each.remote for each in found] == ["1", "1", "5"]
    assert len({each.key for each in found}) == 3
    assert found[0].row["associationRemoved"] == "false"


def test_an_outbound_message_tells_of_records_and_never_of_its_session() -> None:
    one, other = items(salesforce(outbound(1, 2, more="<sf:Points__c>5</sf:Points__c>")))
    assert (one.key, one.remote) == ("04l000000000001", "00Q000000000001AAA")
    assert one.at == utc("2026-03-06T13:29:01")
    assert one.row == {
        "notification": "04l000000000001", "action": "04k1", "object": "Lead", "Id": "00Q000000000001AAA",
        "Email": PERSON, "Phone": "", "LastModifiedDate": "2026-03-06T13:29:01.000Z", "Points__c": "5",
    }  # fmt: skip
    assert other.key == "04l000000000002"
    assert OLD not in repr((one, other))
    undated = outbound(1).replace(b"LastModifiedDate", b"Nickname")
    assert items(salesforce(undated))[0].at == FRIDAY
    answer = source_of(REACH.hooks["salesforce"]).acknowledged()
    assert b"<Ack>true</Ack>" in answer.body
    assert answer.media.startswith("text/xml")


HEADER = {
    "entityName": "Lead", "recordIds": ["00Q1", "00Q2"], "changeType": "UPDATE", "commitUser": "0052",
    "changeOrigin": "com/salesforce/api/rest/49.0;client=x", "transactionKey": "0002343d-9d90",
    "sequenceNumber": 1, "commitTimestamp": 1772803740123,
    "changedFields": ["Status", "Name.LastName", "Fax"],
}  # fmt: skip


def test_a_change_event_tells_of_each_of_its_records_what_was_changed() -> None:
    event = {"ChangeEventHeader": HEADER, "Status": "Working", "Phone": None, "Fax": None,
             "Name": {"LastName": "Lee"}}  # fmt: skip
    one, other = items(salesforce(event))
    assert (one.remote, other.remote) == ("00Q1", "00Q2")
    assert one.at == datetime(2026, 3, 6, 13, 29, 0, 123000, UTC)
    assert one.key != other.key
    told = {name: text for name, text in one.row.items() if not name.startswith("ChangeEventHeader.")}
    assert told == {"Status": "Working", "Fax": "", "Name.LastName": "Lee", "Id": "00Q1", "object": "Lead"}
    assert one.row["ChangeEventHeader.commitUser"] == "0052"
    enveloped = {"schema": "x", "payload": event, "event": {"replayId": 6}}
    assert items(salesforce([enveloped])) == [one, other]
    later = {**event, "ChangeEventHeader": {**HEADER, "sequenceNumber": 2}}
    assert not {*keys(salesforce(later))} & {one.key, other.key}
    created = {**event, "ChangeEventHeader": {**HEADER, "changeType": "CREATE", "changedFields": []}}
    assert items(salesforce(created))[0].row["Phone"] == ""


def test_marketo_is_taken_as_the_template_has_it() -> None:
    told = {"id": "m-1", "at": "2026-03-06T14:29:00+01:00", "lead": {"id": "7", "email": PERSON}}
    (one,) = items(marketo(told))
    assert one == Item("m-1", utc("2026-03-06T13:29"), "7",
                       {"id": "m-1", "at": told["at"], "lead.id": "7", "lead.email": PERSON})  # fmt: skip
    (bare,) = items(marketo({"email": PERSON}), LATER)
    assert (bare.at, bare.remote) == (LATER, None)
    assert bare.key == keys(marketo(b'{ "email" : "' + PERSON.encode() + b'" }'))[0], "however it is written"
    assert bare.key != keys(marketo({"email": PERSON, "n": 1}))[0]


def test_mautic_lists_what_happened_by_kind() -> None:
    saved = {"contact": {"id": 12, "points": 5, "fields": {"core": {"email": {"value": PERSON}}}, "tags": []},
             "timestamp": "2026-03-06T13:29:02+00:00"}  # fmt: skip
    seen = {"hit": {"id": 7, "lead": {"id": 54}}, "timestamp": "2026-03-06T13:29:01+00:00"}
    told = {"mautic.lead_post_save_update": [saved, {**saved, "n": 2}], "mautic.page_on_hit": [seen],
            "timestamp": "2026-03-06T13:30:00+00:00"}  # fmt: skip
    one, other, hit = items(mautic(told))
    assert (one.remote, one.at, hit.remote) == ("12", utc("2026-03-06T13:29:02"), "54")
    assert one.row["event"] == "mautic.lead_post_save_update"
    assert one.row["contact.fields.core.email.value"] == PERSON
    assert one.key != other.key, "both were within the second, and the last of them counts"
    alone = mautic({"mautic.page_on_hit": [seen], "timestamp": "2026-03-07T00:00:00+00:00"})
    assert keys(alone) == [hit.key], "sent again in other company"


def test_segment_tells_of_one_call_or_of_many() -> None:
    one = {"messageId": "ajs-1", "type": "track", "event": "Signed Up", "userId": "u1",
           "timestamp": "2026-03-06T13:29:00.249Z", "properties": {"email": PERSON}}  # fmt: skip
    nobody = {"messageId": "ajs 2", "type": "page", "anonymousId": "a2", "receivedAt": "2026-03-06T13:28:00Z"}
    found = items(segment([one, nobody]))
    assert found == items(segment({"batch": [one, nobody]})) == items(segment(one)) + items(segment(nobody))
    assert (found[0].key, found[0].remote) == ("ajs-1", "u1")
    assert found[0].at == datetime(2026, 3, 6, 13, 29, 0, 249000, UTC)
    assert found[0].row["properties.email"] == PERSON
    assert (found[1].remote, found[1].at) == ("a2", utc("2026-03-06T13:28"))
    assert " " not in found[1].key


def test_a_call_of_segment_that_is_no_good_keeps_no_others_out() -> None:
    good = {"messageId": "m-1", "userId": "u", "timestamp": "2026-03-06T13:30:00Z", "type": "track"}
    broken = {**good, "messageId": "m-2", "event": "a\u0000b"}
    assert items(segment([broken, good])) == items(segment([good]))
    with pytest.raises(BodyRefused):
        items(segment([broken]))
    (odd,) = items(
        segment({**good, "timestamp": "9999-12-31T23:59:59Z", "receivedAt": "2026-03-06T13:30:01Z"})
    )
    assert odd.at.second == 1


def test_whatever_else_signs_is_known_again_by_its_id() -> None:
    (one,) = items(generic({"lead": {"email": PERSON}, "tags": ["a", "b"], "n": 10.50, "none": None}))
    assert (one.key, one.at, one.remote) == ("msg_1", FRIDAY, None)
    assert one.row == {"lead.email": PERSON, "tags": '["a", "b"]', "n": "10.5", "none": ""}
    assert keys(generic({"other": 1})) == ["msg_1"]
    assert len({*keys(generic([{"n": 1}, {"n": 1}])), "msg_1"}) == 3
    assert keys(generic({}, id="x" * 400)) == keys(generic({"n": 1}, id="x" * 400))
    assert len(keys(generic({}, id="x" * 400))[0]) == 64


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_sent_again_is_the_same(kind: str) -> None:
    assert items(sent_by(kind), FRIDAY) == items(sent_by(kind), LATER)


REFUSED: dict[bytes, int] = {
    b"": 400, b"{": 400, b'{"a": 1} x': 400, b"nonsense": 400, b'{"a": NaN}': 400, b'{"a": 1, "a": 2}': 400,
    b'{"a": {"b": 1, "b": 1}}': 400, b"[" * 10_000: 413, b'{"a":' * 10_000: 413,
    b"[" * 40 + b"]" * 40: 413, b"[" + b"1," * 20_000 + b"1]": 413, b"7": 422, b'"text"': 422, b"[1]": 422,
    b'{"a.b": 1, "a": {"b": 2}}': 422, b'{"a": "\\u0000"}': 422, b'{"\\ud800": 1}': 422,
    b'{"a": ["\\ud83d"]}': 422,
}  # fmt: skip


@pytest.mark.parametrize("kind", [each for each in KINDS if each != "salesforce"])
@pytest.mark.parametrize("body", REFUSED, ids=lambda body: body[:20])
def test_json_of_several_meanings_or_of_none_is_refused(kind: str, body: bytes) -> None:
    if kind == "mautic" and REFUSED[body] == 422:
        body = b'{"mautic.x": ' + body + b"}" if body not in (b"7", b'"text"') else body
    with pytest.raises(BodyRefused) as caught:
        items(SENDERS[kind](body))
    assert caught.value.status == REFUSED.get(body, 422)
    assert "\n" not in caught.value.words


def test_as_deep_and_as_many_as_may_be() -> None:
    assert len(items(generic(b'{"a":' * 31 + b"[]" + b"}" * 31))) == 1
    assert len(items(generic(b'{"a": [' + b"1," * 9990 + b"1]}"))) == 1
    huge = items(generic(b'{"n": ' + b"9" * 5000 + b"}"))[0]
    assert huge.row["n"] == "9" * 5000, "a number is the text that it is"


BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>&b;</soapenv:Body>
</soapenv:Envelope>"""
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
XML: dict[bytes, int] = {
    b"": 400, b"<": 400, b"<a>": 400, BOMB: 400, OUTSIDE: 400, b"<!DOCTYPE x><x/>": 400, b"<x>&b;</x>": 400,
    b"<a>" * 90_000 + b"</a>" * 90_000: 413, b"<a>" + b"<b/>" * 20_000 + b"</a>": 413, b"<x/>": 422,
    outbound(1).replace(b"Notification>", b"Other>").replace(b"notifications", b"other"): 422,
    outbound(1).replace(b"sObject", b"other"): 422, outbound(1).replace(b"sf:Id", b"sf:Idd"): 422,
    outbound(1, more="<sf:Email>b</sf:Email>"): 422, outbound(1).replace(b"2026-03", b"2026-33"): 422,
    outbound(1).replace(b"2026-03-06T13:29:01.000Z", b"2026-03-06T13:29:01"): 422,
}  # fmt: skip


@pytest.mark.parametrize("body", XML, ids=lambda body: body[:20])
def test_xml_with_anything_about_it_is_refused(body: bytes) -> None:
    with pytest.raises(BodyRefused) as caught:
        items(salesforce(body))
    assert caught.value.status == XML[body]


@pytest.mark.parametrize(
    ("delivery", "change"),
    [(hubspot, {"occurredAt": "x"}), (hubspot, {"occurredAt": 10**14}), 
     (hubspot, {"subscriptionType": ""}), (hubspot, {"occurredAt": None})],
)  # fmt: skip
def test_an_event_without_what_makes_it_one_is_refused(delivery: Any, change: dict[str, Any]) -> None:
    told = {"subscriptionType": "x", "objectId": 1, "occurredAt": 1772803800000, **change}
    with pytest.raises(BodyRefused) as caught:
        items(delivery([told]))
    assert caught.value.status == 422


def test_a_change_event_without_its_header_is_refused() -> None:
    for header in (
        None, [], {}, {**HEADER, "recordIds": "00Q1"}, {**HEADER, "recordIds": [None]},
        {**HEADER, "transactionKey": None}, {**HEADER, "commitTimestamp": None},
    ):  # fmt: skip
        with pytest.raises(BodyRefused):
            items(salesforce({"ChangeEventHeader": header, "Status": "x"}))


@pytest.mark.parametrize("kind", KINDS)
def test_what_does_not_say_that_it_is_json_in_utf_8_is_refused(kind: str) -> None:
    delivery = sent_by(kind)
    for media in ("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                  "application/json; charset=utf-16", "text/html", "json", "é"):  # fmt: skip
        with pytest.raises(BodyRefused) as caught:
            items(delivery.having(content_type=media))
        assert caught.value.status == 415, media
    if kind != "salesforce":
        assert items(delivery.having(content_type='Application/CloudEvents+JSON; Charset="UTF-8"'))
