"""Salesforce: outbound messages as SOAP, and change events that a relay sends on as JSON. Neither is signed.

Sources: https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging.htm,
https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element

from slaflow.exchange.imports.table import unreadable
from slaflow.link.shapes import Acknowledged, BodyRefused, Item, NotGenuine, Request
from slaflow.link.sources.payload import (
    XML,
    digest_of,
    instant_of,
    instant_of_millis,
    json_of,
    known_as,
    media_of,
    objects_of,
    row_of,
    xml_of,
)
from slaflow.link.sources.signing import check

_SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
_OUT = "{http://soap.sforce.com/2005/09/outbound}"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
ACK = (
    b'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope'
    b' xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><notificationsResponse'
    b' xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse>'
    b"</soapenv:Body></soapenv:Envelope>"
)
SAME_FOR = 15
"""Characters of an id: those that follow only say once more which of them are capitals."""
OBJECT = "object"
"""The name under which a row says of what kind its record is."""
HEADER = "ChangeEventHeader"
WHEN = ("LastModifiedDate", "SystemModstamp", "CreatedDate")
"""What says when a record was changed, the best first; a message holds the fields that were chosen for it."""
NO_MESSAGE = "that is no outbound message of Salesforce"
NO_EVENT = f"a change event has a {HEADER} with its record, key and time"


class Salesforce:
    """Deliveries of *organization*; the last part of their address is the secret."""

    def __init__(self, organization: str) -> None:
        self._organization = organization

    def verify(self, request: Request, secrets: Sequence[str], now: datetime) -> None:
        """Raises :class:`NotGenuine`. Which organization it is of, :meth:`items` sees."""
        check([request.path], secrets)

    def items(self, request: Request, now: datetime) -> list[Item]:
        """One a record. Raises :class:`BodyRefused`; :class:`NotGenuine`: of another organization."""
        if media_of(request) in XML:
            return list(self._notified(xml_of(request), now))
        return [item for each in objects_of(json_of(request)) for item in _changed(each)]

    def acknowledged(self) -> Acknowledged:
        return Acknowledged(media="text/xml; charset=utf-8", body=ACK)

    def _notified(self, root: Element, now: datetime) -> Iterator[Item]:
        message = root.find(f"{_SOAP}Body/{_OUT}notifications")
        if root.tag != f"{_SOAP}Envelope" or message is None:
            raise BodyRefused(422, NO_MESSAGE)
        named = [_text(each) for each in message.iterfind(f"{_OUT}OrganizationId")]
        if len(named) != 1 or named[0][:SAME_FOR] != self._organization[:SAME_FOR]:
            raise NotGenuine("it is of another organization")
        for each in message.iterfind(f"{_OUT}Notification"):
            yield _notification(each, _text(message.find(f"{_OUT}ActionId")), now)


def _notification(told: Element, action: str, now: datetime) -> Item:
    key, record = _text(told.find(f"{_OUT}Id")), told.find(f"{_OUT}sObject")
    if not key or record is None:
        raise BodyRefused(422, NO_MESSAGE)
    # Of what stands around it only this: the session that may come with it is a key to the organization.
    row = {"notification": key, "action": action, OBJECT: record.get(_TYPE, "").rpartition(":")[2]}
    for name, text in _fields(record):
        if name in row:
            raise BodyRefused(422, "a field stands twice in a record")
        row[name] = text
    if not row.get("Id"):
        raise BodyRefused(422, "a record has no Id")
    if any(unreadable(text) for text in row.values()):
        raise BodyRefused(422, "text with a character that no database keeps")
    at = next((row[name] for name in WHEN if row.get(name)), None)
    return Item(known_as(key), now if at is None else instant_of(at), row["Id"], row)


def _fields(record: Element, prefix: str = "") -> Iterator[tuple[str, str]]:
    for each in record:
        name = f"{prefix}{each.tag.rpartition('}')[2]}"
        if len(each):
            yield from _fields(each, f"{name}.")
        else:
            yield name, each.text or ""


def _text(element: Element | None) -> str:
    return "" if element is None else (element.text or "").strip()


def _changed(event: dict[str, Any]) -> Iterator[Item]:
    """Of an event, with its envelope or without, one thing a record."""
    inner = event.get("payload")
    told = dict(inner if isinstance(inner, dict) and HEADER in inner else event)
    header = told.get(HEADER)
    if not isinstance(header, dict):
        raise BodyRefused(422, NO_EVENT)
    records, key = header.get("recordIds"), header.get("transactionKey")
    if not key or not isinstance(records, list) or not all(isinstance(each, str) for each in records):
        raise BodyRefused(422, NO_EVENT)
    at = instant_of_millis(str(header.get("commitTimestamp", "")))
    row = {**row_of(_said(told, header)), OBJECT: str(header.get("entityName", ""))}
    for record in records:
        parts = (str(key), str(header.get("sequenceNumber", "")), record)
        yield Item(digest_of(parts), at, record, {**row, "Id": record})


def _said(told: dict[str, Any], header: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty because it was not changed: some relays write every field that there is."""
    changed = header.get("changedFields")
    if header.get("changeType") != "UPDATE" or not isinstance(changed, list) or not changed:
        return told
    named = {str(each).partition(".")[0] for each in changed}
    return {name: value for name, value in told.items() if value is not None or name in named}
