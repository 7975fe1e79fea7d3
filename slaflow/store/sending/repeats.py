"""What an address was told already: one entry may be for several who are told at the same place."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from slaflow.store.tables.deliveries import delivery
from slaflow.store.tables.outbox import message
from slaflow.store.types import one_of


def repeats(connection: Connection, ids: Collection[int]) -> set[int]:
    """Those of the deliveries *ids* whose entry went to the same address over the same channel before."""
    if not ids:
        return set()
    said, meant = delivery.alias("said"), message.alias("meant")
    query = (
        select(delivery.c.id)
        .join(message, message.c.id == delivery.c.message)
        .join(
            meant,
            (meant.c.stream == message.c.stream) & (meant.c.seq == message.c.seq)
            & (meant.c.kind == message.c.kind) & (meant.c.id != message.c.id),
        )
        .join(
            said,
            (said.c.message == meant.c.id) & (said.c.channel == delivery.c.channel)
            & (said.c.address == delivery.c.address) & (said.c.status == "sent"),
        )
        .where(one_of(delivery.c.id, "ids"))
    )  # fmt: skip
    return set(connection.execute(query, {"ids": list(ids)}).scalars())
