"""Marketo's webhooks, whose body is a template that whoever sets one up writes, and which signs nothing.

Source: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/webhooks/webhooks
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from slaflow.link.shapes import Acknowledged, Item, Request
from slaflow.link.sources.payload import digest_of_row, instant_of, json_of, known_as, objects_of, row_of
from slaflow.link.sources.signing import check, only

TOKEN = "x-slaflow-token"
ID, AT, RECORD = "id", "at", "lead.id"
"""What of the template is understood here: what is the same when it is sent again, when it was, of whom."""


class Marketo:
    """Deliveries with a token in a header."""

    def verify(self, request: Request, secrets: Sequence[str], now: datetime) -> None:
        """Raises :class:`NotGenuine`."""
        check([only(request, TOKEN)], secrets)

    def items(self, request: Request, now: datetime) -> list[Item]:
        """One an object; what says no time happened now. Raises :class:`BodyRefused`."""
        return [_item(row_of(each), now) for each in objects_of(json_of(request))]

    def acknowledged(self) -> Acknowledged:
        return Acknowledged()


def _item(row: dict[str, str], now: datetime) -> Item:
    key = known_as(row[ID]) if row.get(ID) else digest_of_row(row)
    at = instant_of(row[AT]) if row.get(AT) else now
    return Item(key, at, row.get(RECORD) or None, row)
