"""What Salesforce itself sends: outbound messages until they are acknowledged, and change events.

Written from what the vendor documents, and tried against no other: developer.salesforce.com, SOAP API
Developer Guide, "Understanding Notifications" (at most 100 a message, repeated with the same id, the latest
data whatever the change was) and "Outbound Messaging"; Change Data Capture Developer Guide, "Change Event
Header Fields" (changeOrigin names the client of Sforce-Call-Options; empty for what people do by hand).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.request import Request, urlopen
from xml.sax.saxutils import escape

Post = Callable[[bytes], bytes]
"""Sends a message and gives the answer's body; raises ``OSError`` where none came."""
AT_ONCE = 100


@dataclass
class Notification:
    """That a record changed: told with the latest data until it is acknowledged."""

    id: str
    object: str
    record: str
    tries: int = 0
    is_acknowledged: bool = False


def post_to(url: str) -> Post:
    """Posts to *url* as Salesforce does."""

    def post(body: bytes) -> bytes:
        headers = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": '""'}
        with urlopen(Request(url, body, headers), timeout=30) as answer:
            return bytes(answer.read())

    return post


def message(organization: str, told: Sequence[tuple[Notification, Mapping[str, Any]]]) -> bytes:
    """The SOAP message of some notifications of one object."""
    notifications = "".join(
        f"<Notification><Id>{each.id}</Id>"
        f'<sObject xsi:type="sf:{each.object}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">'
        + "".join(
            f"<sf:{name}>{_written(value)}</sf:{name}>" for name, value in data.items() if value is not None
        )
        + "</sObject></Notification>"
        for each, data in told
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>'
        '<notifications xmlns="http://soap.sforce.com/2005/09/outbound">'
        f"<OrganizationId>{organization}</OrganizationId><ActionId>04k5f0000004CAAAA2</ActionId>"
        '<SessionId xsi:nil="true"/><EnterpriseUrl>https://example.my.salesforce.com/services/Soap/c/61.0'
        "</EnterpriseUrl><PartnerUrl>https://example.my.salesforce.com/services/Soap/u/61.0</PartnerUrl>"
        f"{notifications}</notifications></soapenv:Body></soapenv:Envelope>"
    ).encode()


def is_acknowledged(answer: bytes) -> bool:
    """Whether *answer* says so; whoever writes another prefix says the same."""
    return b"Ack>true</" in answer.replace(b" ", b"")


def change_event(
    object: str,
    record: str,
    kind: str,
    changed: Mapping[str, Any],
    *,
    by: str,
    origin: str,
    transaction: int,
    sequence: int,
    at: datetime,
) -> dict[str, Any]:
    """A change event as a relay passes it on; of an update it holds what changed only."""
    header = {
        "entityName": object,
        "recordIds": [record],
        "changeType": kind,
        "changeOrigin": origin,
        "transactionKey": f"0002343d-9d90-e395-ed20-{transaction:012x}",
        "sequenceNumber": sequence,
        "commitTimestamp": int(at.timestamp() * 1000),
        "commitNumber": 10716283339728 + transaction,
        "commitUser": by,
        "changedFields": list(changed) if kind == "UPDATE" else [],
    }
    return {
        "schema": "IeRuaY6cbI_HsV8Rv1Mc5g",
        "payload": {"ChangeEventHeader": header, **changed},
        "event": {"replayId": transaction * 200 + sequence},
    }


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(str(value)).replace(".000+0000", ".000Z")
