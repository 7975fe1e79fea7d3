"""When nothing more is asked of Salesforce and for how long; nobody is told a secret or a value over it."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import timedelta

import pytest
from doubles.salesforce import CLIENT_SECRET, SalesforceDouble
from support.an_organization import STATE, Clock, a_lead, connected, fault, outcomes
from support.faulty import Answer, answer, garbage, hang_up

from slaflow.link.crm.salesforce import Salesforce
from slaflow.link.crm.shapes import CrmClosed, Write

# Sessions and limits


def test_a_session_that_ended_is_begun_anew_once(org: SalesforceDouble, crm: Salesforce) -> None:
    remote = a_lead(org)
    crm.find("Lead", "Email", ["a@example.com"])
    org.expire()
    assert outcomes(crm, Write(1, remote, {STATE: "mql"})) == [("written", None)]
    assert org.signed_in == 2
    org.errors = [fault(401, "INVALID_SESSION_ID"), fault(401, "INVALID_SESSION_ID")]
    with pytest.raises(CrmClosed, match="no session") as closed:
        crm.find("Lead", "Email", ["a@example.com"])
    assert closed.value.for_ is None


@pytest.mark.parametrize(
    ("error", "words", "is_lasting"),
    [
        ("invalid_grant", "is url My Domain", True),
        ("inactive_user", "not active", True),
        ("rate_limit_exceeded", "400 to the sign-in", False),
        ("<script>", "refused the sign-in", True),
    ],
)
def test_who_is_not_let_in_is_told_why(
    org: SalesforceDouble, crm: Salesforce, error: str, words: str, is_lasting: bool
) -> None:
    org.sign_in_error = (error, "for somebody@example.com")
    with pytest.raises(CrmClosed, match=words) as closed:
        crm.owners()
    assert (closed.value.for_ is None) is is_lasting
    assert "somebody" not in closed.value.reason
    assert "<" not in closed.value.reason


def test_a_secret_that_is_wrong_is_told_of_and_not_told(org: SalesforceDouble, clock: Clock) -> None:
    crm = connected(org, clock, secret="hunter2")
    with pytest.raises(CrmClosed, match=r"client's secret \(invalid_client\)") as closed:
        crm.owners()
    crm.close()
    assert "hunter2" not in closed.value.reason


def test_a_limit_that_is_reached_closes(org: SalesforceDouble, crm: Salesforce) -> None:
    org.allowed = 0
    with pytest.raises(CrmClosed, match="limit of calls") as closed:
        crm.owners()
    assert closed.value.for_ == timedelta(hours=1)


def test_calls_that_run_at_once_close_for_a_minute(org: SalesforceDouble, crm: Salesforce) -> None:
    org.errors = [fault(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests Limit exceeded.")]
    with pytest.raises(CrmClosed, match="at once") as closed:
        crm.owners()
    assert closed.value.for_ == timedelta(minutes=1)


def test_the_last_tenth_of_a_days_calls_is_left_to_others(
    org: SalesforceDouble, crm: Salesforce, clock: Clock
) -> None:
    remote, org.allowed, org.used = a_lead(org), 1000, 897
    crm.fields("Lead")
    assert outcomes(crm, Write(1, remote, {STATE: "mql"})) == [("written", None)]
    assert crm.owners()
    clock.now += timedelta(minutes=20)
    for _ in range(2):
        with pytest.raises(CrmClosed, match="nine in ten") as closed:
            crm.owners()
        assert closed.value.for_ == timedelta(minutes=40)
    assert org.used == 900
    clock.now += timedelta(minutes=40)
    org.used = 0
    assert crm.owners()
    assert crm.owners()


@pytest.mark.parametrize(
    ("said", "words", "seconds"),
    [
        (answer(503, b"<html>", retry_after="7"), "503", 7),
        (answer(500, b"a" * 100), "500", 60),
        (answer(200, b"<html>"), "not salesforce's", 60),
        (answer(200, b"[" * 100_000), "not salesforce's", 60),
        (answer(200, b'{"records": [{}]}'), "not salesforce's", 60),
        (answer(302, b"", location="https://example.com"), "302", None),
        (fault(403, "API_DISABLED_FOR_ORG"), "API_DISABLED_FOR_ORG", None),
        (fault(404, "NOT_FOUND"), "no such object", None),
        (hang_up, "hung up", 60),
        (garbage, "hung up", 60),
    ],
)
def test_what_goes_wrong_there_closes_for_as_long_as_it_may_last(
    org: SalesforceDouble, crm: Salesforce, said: Answer, words: str, seconds: int | None
) -> None:
    org.errors = [said]
    with pytest.raises(CrmClosed, match=words) as closed:
        crm.read("Lead", [a_lead(org)], ["Email"])
    assert closed.value.for_ == (None if seconds is None else timedelta(seconds=seconds))


# Silence


def test_neither_log_nor_reason_tells_a_token_a_secret_or_a_value(
    org: SalesforceDouble, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    hidden = ["zyxkim@example.com", "Quuxborough", CLIENT_SECRET, "00D5f000000Dble!AQ", "127.0.0.1"]
    said, crm = list[str](), connected(org, clock)
    remote = a_lead(org, hidden[0])
    echo = json.dumps([{"errorCode": hidden[1], "message": " ".join(hidden), "fields": hidden}]).encode()
    faults = [answer(status, echo) for status in (200, 400, 401, 401, 403, 404, 500, 503)]
    for wrong in (*faults, hang_up, garbage):
        org.errors = [wrong]
        for ask in (
            lambda: len(crm.find("Lead", "Email", [hidden[0]])),
            lambda: len(crm.find("Lead", "Nowhere__c", [hidden[0]])),
            lambda: outcomes(crm, Write(1, remote, {"Rating": hidden[1], "Phone": hidden[0]})),
        ):
            try:
                said.append(repr(ask()))
            except CrmClosed as closed:
                said.append("".join(traceback.format_exception(closed)))
    crm.close()
    told = caplog.text + "".join(said)
    assert "Rating (INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST)" in told
    assert "Nowhere__c (INVALID_FIELD)" in told
    assert [each for each in hidden if each in told] == []


# What the organization itself sends


def test_the_organization_repeats_what_nobody_acknowledged_and_says_who_changed_it(
    org: SalesforceDouble, crm: Salesforce
) -> None:
    remote, sent = a_lead(org, "a&b@example.com"), list[bytes]()
    answers = iter((b"<out:Ack>false</out:Ack>", b"<out:Ack>true</out:Ack>"))

    def post(body: bytes) -> bytes:
        sent.append(body)
        return next(answers)

    org.edit("Lead", remote, Status="Working")
    crm.write("Lead", [Write(1, remote, {STATE: "mql"})])
    assert (org.deliver(post), org.deliver(post), org.deliver(post)) == (0, 2, 0)
    first, second = sent
    assert first == second
    # The latest of the record, in the notification of the change before it too.
    assert first.count(f"<sf:LastModifiedById>{org.app_user}".encode()) == 2
    assert b"<sf:Email>a&amp;b@example.com</sf:Email>" in first
    headers = [each["payload"]["ChangeEventHeader"] for each in org.events]
    assert [each["changeOrigin"] for each in headers] == ["", "com/salesforce/api/rest/61.0;client=slaflow"]
    assert [each["commitUser"] for each in headers] == [org.anna, org.app_user]
