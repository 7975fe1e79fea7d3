"""HubSpot's webhooks: batches of events that name records, signed as version 3.

Source: https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from slaflow.link.shapes import Acknowledged, BodyRefused, Item, Request
from slaflow.link.sources.payload import digest_of, instant_of_millis, json_of, objects_of, row_of
from slaflow.link.sources.signing import check, in_base64, only, sent_at

SIGNATURE, TIMESTAMP = "x-hubspot-signature-v3", "x-hubspot-request-timestamp"
_DECODED = re.compile("%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)
"""What of an address is signed as the character that it stands for; all else as it is sent."""
_MADE_OF = (
    "portalId", "objectTypeId", "objectId", "propertyName", "occurredAt", "propertyValue",
    "fromObjectId", "toObjectId", "associationType", "associationRemoved", "primaryObjectId",
    "mergedObjectIds",
)  # fmt: skip
"""What makes a change the same one: an ``eventId`` is said to repeat, and an attempt is no change."""
HIDDEN = "REDACTED"
"""What stands for the value of a property that HubSpot keeps as sensitive."""
PROPERTIES = "properties."


class HubSpot:
    """Deliveries of one app."""

    def verify(self, request: Request, secrets: Sequence[str], now: datetime) -> None:
        """Raises :class:`NotGenuine`."""
        given, timestamp = only(request, SIGNATURE), only(request, TIMESTAMP)
        sent_at(timestamp, timedelta(milliseconds=1), now)
        content = b"".join(
            (request.method.encode(), signed_url(request.url).encode(), request.body, timestamp.encode())
        )
        check([given], [in_base64(secret, content) for secret in secrets])

    def items(self, request: Request, now: datetime) -> list[Item]:
        """One a change. Raises :class:`BodyRefused`."""
        return [_item(row_of(each)) for each in objects_of(json_of(request))]

    def acknowledged(self) -> Acknowledged:
        return Acknowledged()


def signed_url(url: str) -> str:
    """*url* as HubSpot signs it."""
    return _DECODED.sub(lambda found: chr(int(found[1], 16)), url)


def _item(row: dict[str, str]) -> Item:
    kind = row.get("subscriptionType") or row.get("eventType")
    remote = row.get("objectId") or row.get("primaryObjectId") or row.get("fromObjectId")
    if not kind or not row.get("occurredAt"):
        raise BodyRefused(422, "an event names its subscriptionType and occurredAt")
    key = digest_of((kind, *(row.get(name, "") for name in _MADE_OF)))
    return Item(key, instant_of_millis(row["occurredAt"]), remote or None, {**_property(row), **row})


def _property(row: Mapping[str, str]) -> dict[str, str]:
    """The property that was changed, named as it is in the record itself."""
    name, value = row.get("propertyName"), row.get("propertyValue")
    if not name or value is None or value == HIDDEN or row.get("isSensitive") == "true":
        return {}
    return {f"{PROPERTIES}{name}": value}
