"""Which letter of a lead opened its thread at an address."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from slaflow.store.tables.deliveries import delivery
from slaflow.store.types import one_of

Place = tuple[int, str]
"""A lead and an address."""


def opened(connection: Connection, channel: str, leads: Collection[int]) -> dict[Place, str]:
    """By lead and address what the other side calls the first letter that was sent there over *channel*.

    One of several in a digest opens no thread.
    """
    if not leads:
        return {}
    each = delivery.c
    query = (
        select(each.lead, each.address, each.provider_id)
        .where(
            one_of(each.lead, "leads"), each.channel == channel, each.status == "sent",
            each.provider_id.is_not(None), each.digest.is_(None),
        )
        .order_by(each.id.desc())
    )  # fmt: skip
    found = connection.execute(query, {"leads": list(leads)})
    # The first of each place is the last that is put in.
    return {(lead, address): provider_id for lead, address, provider_id in found}
