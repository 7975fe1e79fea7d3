"""Mautic's webhooks: lists of things that happened, by kind.

Source: https://devdocs.mautic.org/en/5.x/webhooks/getting_started.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from slaflow.link.shapes import Acknowledged, BodyRefused, Item, Request
from slaflow.link.sources.payload import digest_of, digest_of_row, instant_of, json_of, objects_of, row_of
from slaflow.link.sources.signing import check, in_base64, only

SIGNATURE = "webhook-signature"
EVENT, TIMESTAMP = "event", "timestamp"
CONTACT = ("contact.id", "lead.id", "submission.lead.id", "hit.lead.id", "stat.lead.id")
"""Where kinds of events say whom they are about."""


class Mautic:
    """Deliveries of one webhook. They are sent when a queue is emptied, so their age says nothing."""

    def verify(self, request: Request, secrets: Sequence[str], now: datetime) -> None:
        """Raises :class:`NotGenuine`."""
        check([only(request, SIGNATURE)], [in_base64(secret, request.body) for secret in secrets])

    def items(self, request: Request, now: datetime) -> list[Item]:
        """One an event; ``event`` of its row says which. Raises :class:`BodyRefused`."""
        found = json_of(request)
        if not isinstance(found, dict):
            raise BodyRefused(422, "an object with a list an event is expected")
        lists = ((event, told) for event, told in found.items() if isinstance(told, list | dict))
        return [_item(event, each, now) for event, told in lists for each in objects_of(told)]

    def acknowledged(self) -> Acknowledged:
        return Acknowledged()


def _item(event: str, told: dict[str, Any], now: datetime) -> Item:
    row = {**row_of(told), EVENT: event}
    contact = _contact(row)
    at = instant_of(row[TIMESTAMP]) if row.get(TIMESTAMP) else now
    # A contact may be saved several times within a second, and the last of them says how it is.
    key = digest_of((event, contact or "", row.get(TIMESTAMP, ""), digest_of_row(row)))
    return Item(key, at, contact, row)


def _contact(row: Mapping[str, str]) -> str | None:
    return next((row[name] for name in CONTACT if row.get(name)), None)
