"""Other systems that send: hooks of every kind, and deliveries to them, signed by hand as each signs.

What is signed is put together here, apart from the code that checks it; real bodies gave the shapes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from support.office import FRIDAY

from slaflow.engine.app import Engine
from slaflow.link.shapes import Request
from slaflow.settings.reach import Reach
from slaflow.store.tables.links import inbox

PUBLIC = "https://sla.example.com"
RAW = b"a key of thirty bytes, no more"
SECRET, OLD = "hunter2hunter2hunter2", "swordfish-swordfish-sword"
WHSEC = "whsec_" + base64.b64encode(RAW).decode()
ENVIRONMENT = {"HOOK": SECRET, "HOOK_OLD": OLD, "WHSEC": WHSEC}
ORGANIZATION = "00D000000000001EAA"
KINDS = ("hubspot", "salesforce", "marketo", "mautic", "segment", "generic")
NAMED = {
    "hubspot": {"secret_env": ["HOOK", "HOOK_OLD"]}, "salesforce": {"token_env": "HOOK"},
    "marketo": {"token_env": "HOOK"}, "mautic": {"secret_env": "HOOK"}, "segment": {"secret_env": "HOOK"},
    "generic": {"secret_env": "WHSEC"},
}  # fmt: skip
OTHER = {"salesforce": {"organization": ORGANIZATION}}
REACH = Reach.model_validate(
    {
        "public_url": PUBLIC,
        "hooks": {
            kind: {"kind": kind, "map": f"{kind}.hook.yaml", **NAMED[kind], **OTHER.get(kind, {})}
            for kind in KINDS
        },
    }
)
PERSON = "zyxkim@quuxborough.example"
"""Whom every delivery is about; no log tells of her."""


class Delivery(NamedTuple):
    """A request as it is sent: ``path`` from the site's own on, header names in small letters."""

    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def request(self) -> Request:
        token = self.path.removeprefix("/hooks/").partition("?")[0].partition("/")[2]
        return Request("POST", PUBLIC + self.path, token, self.headers, self.body)

    def without(self, *names: str) -> Delivery:
        return self._replace(headers=tuple(pair for pair in self.headers if pair[0] not in names))

    def having(self, **headers: str) -> Delivery:
        """With these headers in place of those of their names."""
        given = {name.replace("_", "-"): text for name, text in headers.items()}
        return Delivery(self.path, (*self.without(*given).headers, *given.items()), self.body)


def in_json(said: Any) -> bytes:
    return said if isinstance(said, bytes) else json.dumps(said).encode()


def hubspot(
    said: Any, at: datetime = FRIDAY, secret: str = SECRET, path: str = "/hooks/hubspot", signed: str = ""
) -> Delivery:
    """*signed* is the address as it is signed, where that is another than it is called by."""
    body, sent = in_json(said), str(int(at.timestamp() * 1000))
    content = b"POST" + (signed or PUBLIC + path).encode() + body + sent.encode()
    signature = base64.b64encode(hmac.new(secret.encode(), content, "sha256").digest()).decode()
    headers = (("x-hubspot-signature-v3", signature), ("x-hubspot-request-timestamp", sent))
    return Delivery(path, (*headers, ("content-type", "application/json")), body)


def salesforce(said: Any, at: datetime = FRIDAY, secret: str = SECRET) -> Delivery:
    """*said*: an outbound message as bytes, or a change event."""
    media = "text/xml; charset=utf-8" if isinstance(said, bytes) else "application/json"
    return Delivery(f"/hooks/salesforce/{secret}", (("content-type", media),), in_json(said))


def marketo(said: Any, at: datetime = FRIDAY, secret: str = SECRET) -> Delivery:
    headers = (("x-slaflow-token", secret), ("content-type", "application/json"))
    return Delivery("/hooks/marketo", headers, in_json(said))


def mautic(said: Any, at: datetime = FRIDAY, secret: str = SECRET) -> Delivery:
    body = in_json(said)
    signature = base64.b64encode(hmac.new(secret.encode(), body, "sha256").digest()).decode()
    return Delivery(
        "/hooks/mautic", (("webhook-signature", signature), ("content-type", "application/json")), body
    )


def segment(said: Any, at: datetime = FRIDAY, secret: str = SECRET) -> Delivery:
    body = in_json(said)
    signature = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
    return Delivery(
        "/hooks/segment", (("x-signature", signature), ("content-type", "application/json")), body
    )


def generic(said: Any, at: datetime = FRIDAY, secret: bytes | str = RAW, id: str = "msg_1") -> Delivery:
    body, sent = in_json(said), str(int(at.timestamp()))
    key = secret.encode() if isinstance(secret, str) else secret
    digest = hmac.new(key, f"{id}.{sent}.".encode() + body, "sha256").digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    headers = (("webhook-id", id), ("webhook-timestamp", sent), ("webhook-signature", signature))
    return Delivery("/hooks/generic", (*headers, ("content-type", "application/json")), body)


SENDERS: Mapping[str, Callable[..., Delivery]] = {
    "hubspot": hubspot, "salesforce": salesforce, "marketo": marketo, "mautic": mautic, "segment": segment,
    "generic": generic,
}  # fmt: skip
SIGNATURES = {
    "hubspot": "x-hubspot-signature-v3", "marketo": "x-slaflow-token", "mautic": "webhook-signature",
    "segment": "x-signature", "generic": "webhook-signature",
}  # fmt: skip
"""The header by which each shows who sends; Salesforce has none."""


def change(number: int = 1, **other: Any) -> dict[str, Any]:
    """An event of HubSpot: a contact's address was changed."""
    return {
        "eventId": 100, "subscriptionId": 25, "portalId": 33, "appId": 7, "attemptNumber": 0,
        "occurredAt": int(FRIDAY.timestamp() * 1000) + number, "subscriptionType": "contact.propertyChange",
        "objectId": 1000 + number, "propertyName": "email", "propertyValue": PERSON,
        "changeSource": "CRM_UI", "sourceId": "userId:5", **other,
    }  # fmt: skip


def outbound(*numbers: int, organization: str = ORGANIZATION, more: str = "") -> bytes:
    """An outbound message of Salesforce, a lead a number."""
    told = "".join(
        f"<Notification><Id>04l00000000000{n}</Id>"
        '<sObject xsi:type="sf:Lead" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">'
        f"<sf:Id>00Q00000000000{n}AAA</sf:Id><sf:Email>{PERSON}</sf:Email><sf:Phone xsi:nil='true'/>"
        f"<sf:LastModifiedDate>2026-03-06T13:29:0{n}.000Z</sf:LastModifiedDate>{more}"
        "</sObject></Notification>"
        for n in numbers
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope'
        ' xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>'
        '<notifications xmlns="http://soap.sforce.com/2005/09/outbound">'
        f"<OrganizationId>{organization}</OrganizationId><ActionId>04k1</ActionId>"
        f"<SessionId>{OLD}</SessionId>{told}</notifications></soapenv:Body></soapenv:Envelope>"
    ).encode()


def told_by(kind: str, number: int = 1) -> Any:
    """Something that a system of this kind says; another thing for another *number*, below ten."""
    second = f"2026-03-06T13:29:0{number}+00:00"
    match kind:
        case "hubspot":
            return [change(number)]
        case "salesforce":
            return outbound(number)
        case "marketo":
            return {"id": f"m-{number}", "at": second, "lead": {"id": str(number), "email": PERSON}}
        case "mautic":
            contact = {"id": number, "fields": {"core": {"email": {"value": PERSON}}}}
            return {"mautic.lead_post_save_update": [{"contact": contact, "timestamp": second}]}
        case "segment":
            traits = {"email": PERSON, "total billed": 830}
            return {"messageId": f"s-{number}", "type": "identify", "userId": f"u{number}",
                    "timestamp": second, "traits": traits}  # fmt: skip
    return {"number": number, "email": PERSON}


def sent_by(kind: str, number: int = 1, **how: Any) -> Delivery:
    """It, as it is sent."""
    if kind == "generic":
        how.setdefault("id", f"msg_{number}")
    return SENDERS[kind](told_by(kind, number), **how)


def kept(app: Engine) -> list[Any]:
    """The rows of the inbox."""
    with app.database.read() as conn:
        return list(conn.execute(select(inbox).order_by(inbox.c.hook, inbox.c.key)))
