"""Claimed deliveries made into what is sent: rendered at the first try, the same at every later one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from slaflow.engine.context import Context
from slaflow.notify.event import events_of
from slaflow.notify.parcel import Channel, Parcel
from slaflow.settings.reach import Reach
from slaflow.store.database import Connection
from slaflow.store.rows.deliveries import Claimed, DeliveryStatus
from slaflow.store.rows.listeners import RECEIVER

ARCHIVED = "its entry is no longer in the log"


@dataclass(slots=True)
class Wrapped:
    """``parcels`` to send, ``bodies`` to keep by delivery, and what is ``gone``: not to be sent, and why."""

    parcels: list[tuple[Claimed, Parcel]] = field(default_factory=list)
    bodies: dict[int, str] = field(default_factory=dict)
    gone: dict[int, tuple[DeliveryStatus, str]] = field(default_factory=dict)


def wrapped(
    app: Context, conn: Connection, channel: Channel, claimed: Sequence[Claimed], reach: Reach, now: datetime
) -> Wrapped:
    """What is sent of *claimed*, in their order."""
    assert channel.form == "webhook"
    return _events(conn, channel, claimed, reach, now)


def _events(
    conn: Connection, channel: Channel, claimed: Sequence[Claimed], reach: Reach, now: datetime
) -> Wrapped:
    settings = reach.receivers[channel.name.removeprefix(RECEIVER)]
    fresh = [each.message for each in claimed if each.body is None]
    events = events_of(conn, fresh, personal=settings.personal) if fresh else {}
    made = Wrapped()
    for each in claimed:
        event = events.get(each.message)
        if each.body is None and event is None:
            made.gone[each.id] = ("dropped", ARCHIVED)
            continue
        if event is not None:
            made.bodies[each.id] = event.body
        body = each.body or (event.body if event else "")
        known: str = event.id if event else orjson.loads(body)["id"]
        made.parcels.append((each, Parcel(known, each.address, body, now, _thread(each))))
    return made


def _thread(claimed: Claimed) -> str | None:
    return None if claimed.lead_id is None else f"lead-{claimed.lead_id}"
