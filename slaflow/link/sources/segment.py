"""Segment's webhooks: what was tracked, one a delivery or a list of them.

Source: https://www.twilio.com/docs/segment/connections/destinations/catalog/actions-webhook
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from slaflow.link.shapes import Acknowledged, BodyRefused, Item, Request
from slaflow.link.sources.payload import digest_of_row, instant_of, json_of, known_as, objects_of, row_of
from slaflow.link.sources.signing import check, only

SIGNATURE = "x-signature"
BATCH = "batch"
WHEN = ("timestamp", "originalTimestamp", "sentAt", "receivedAt")
WHO = ("userId", "anonymousId")


class Segment:
    """Deliveries of one destination. Their time is not signed apart, so their age says nothing."""

    def verify(self, request: Request, secrets: Sequence[str], now: datetime) -> None:
        """Raises :class:`NotGenuine`."""
        expected = [hmac.new(each.encode(), request.body, hashlib.sha1).hexdigest() for each in secrets]
        check([only(request, SIGNATURE)], expected)

    def items(self, request: Request, now: datetime) -> list[Item]:
        """One a call. Raises :class:`BodyRefused`: none of them can be taken.

        What a call holds whoever looks at a site may have written: one that is no good keeps no others out.
        """
        taken: list[Item] = []
        refused: BodyRefused | None = None
        for each in objects_of(_calls(json_of(request))):
            try:
                taken.append(_item(each, now))
            except BodyRefused as error:
                refused = error
        if refused is not None and not taken:
            raise refused
        return taken

    def acknowledged(self) -> Acknowledged:
        return Acknowledged()


def _calls(found: Any) -> Any:
    batch = found.get(BATCH) if isinstance(found, dict) else None
    return batch if isinstance(batch, list) else found


def _item(told: dict[str, Any], now: datetime) -> Item:
    row = row_of(told)
    key = known_as(row["messageId"]) if row.get("messageId") else digest_of_row(row)
    return Item(key, _instant(row, now), next((row[name] for name in WHO if row.get(name)), None), row)


def _instant(row: Mapping[str, str], now: datetime) -> datetime:
    """The first that says when it was; all but the last are what the caller's own clock made of it."""
    given = [row[name] for name in WHEN if row.get(name)]
    for number, text in enumerate(given, 1):
        try:
            return instant_of(text)
        except BodyRefused:
            if number == len(given):
                raise
    return now
