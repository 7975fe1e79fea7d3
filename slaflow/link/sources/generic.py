"""Whatever signs as Standard Webhooks says.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import standardwebhooks

from slaflow.link.shapes import Acknowledged, Item, Request
from slaflow.link.sources.payload import digest_of, instant_of_millis, json_of, known_as, objects_of, row_of
from slaflow.link.sources.signing import check, only, sent_at

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
SECOND = timedelta(seconds=1)


class Generic:
    """Deliveries signed by secrets that are written as the specification says."""

    def verify(self, request: Request, secrets: Sequence[str], now: datetime) -> None:
        """Raises :class:`NotGenuine`."""
        id, given = only(request, ID), only(request, SIGNATURE)
        at, text = sent_at(only(request, TIMESTAMP), SECOND, now), request.body.decode("utf-8")
        check(given.split(" "), [standardwebhooks.Webhook(each).sign(id, at, text) for each in secrets])

    def items(self, request: Request, now: datetime) -> list[Item]:
        """One an object; when it happened its map knows, and where it does not, it happened when it was sent.

        Raises :class:`BodyRefused`.
        """
        id, sent = request.header(ID) or digest_of([request.body.decode("utf-8")]), request.header(TIMESTAMP)
        at = now if sent is None else instant_of_millis(f"{sent}000")
        rows = [row_of(each) for each in objects_of(json_of(request))]
        if len(rows) == 1:
            return [Item(known_as(id), at, None, rows[0])]
        return [Item(known_as(f"{id} {number}"), at, None, row) for number, row in enumerate(rows)]

    def acknowledged(self) -> Acknowledged:
        return Acknowledged()
