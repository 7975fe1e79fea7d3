"""Messages of the outbox given their ways: a delivery for each address that hears."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from slaflow.engine.context import Context
from slaflow.engine.transaction import written
from slaflow.lifecycle.people import Directory
from slaflow.notify.addresses import Unreachable, Unwanted, ways
from slaflow.notify.frequency import fuse
from slaflow.settings.reach import Reach
from slaflow.store.database import Connection
from slaflow.store.rows import deliveries as store
from slaflow.store.rows import people as people_store
from slaflow.store.rows.deliveries import Unplanned, Way
from slaflow.store.rows.listeners import RECEIVER
from slaflow.store.sending.preferences import Preferences

AT_ONCE = 500
OLD = timedelta(hours=24)
"""What a message of no lead may be behind where nothing was sent before; as ``notify_within`` by default."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What became of messages: so many deliveries, so many that nobody can be told, so many too old.

    ``unwanted`` are those for people who asked for none, ``held`` deliveries that are too many, by channel.
    """

    messages: int = 0
    deliveries: int = 0
    unreachable: int = 0
    stale: int = 0
    unwanted: int = 0
    held: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Planned) -> Planned:
        return Planned(
            self.messages + other.messages, self.deliveries + other.deliveries,
            self.unreachable + other.unreachable, self.stale + other.stale, self.unwanted + other.unwanted,
            self.held + other.held,
        )  # fmt: skip


def plan(app: Context, reach: Reach, is_over: Callable[[], bool] = lambda: False) -> Planned:
    """Gives every message that waits its ways, :data:`AT_ONCE` in a transaction; *is_over* ends it.

    Where slaflow.toml has no channel, messages to people wait on. The first time that anything is sent from a
    database, what is older than its agreement's ``notify_within`` is stale: nobody gets the mail of months.
    """
    only = None if reach.channels else RECEIVER
    with app.database.read() as conn:
        is_first = store.is_first(conn)
    whole = Planned()
    while not is_over():
        some = written(app, lambda conn: _some(app, conn, reach, only, is_first))
        if not some.messages:
            break
        whole += some
    return whole


def _some(app: Context, conn: Connection, reach: Reach, only: str | None, is_first: bool) -> Planned:
    now = app.now()
    found = store.unplanned(conn, AT_ONCE, of_receivers_only=only)
    if not found:
        return Planned()
    old = [each for each in found if is_first and _is_old(app, each, now)]
    store.end_messages(conn, "stale", {each.id: None for each in old}, now)
    fresh = [each for each in found if each not in old]
    people = people_store.directory(conn)
    planned, lost, unwanted = _ways_of(conn, fresh, people, reach)
    held = fuse.beyond(conn, planned, reach.send, now)
    fuse.tell_desks(app, conn, planned, held, people, now)
    store.plan(conn, planned, now, held)
    store.note_planned(conn, {each.id for each, _ in planned}, now)
    store.end_messages(conn, "failed", lost, now)
    store.end_messages(conn, "stale", unwanted, now)
    channels = Counter(way.channel for _, way in held)
    return Planned(len(found), len(planned), len(lost), len(old), len(unwanted), channels)


def _ways_of(
    conn: Connection, messages: Sequence[Unplanned], people: Directory, reach: Reach
) -> tuple[list[tuple[Unplanned, Way]], dict[int, str | None], dict[int, str | None]]:
    preferences = Preferences(conn)
    planned: list[tuple[Unplanned, Way]] = []
    lost: dict[int, str | None] = {}
    unwanted: dict[int, str | None] = {}
    for each in messages:
        try:
            planned += [(each, way) for way in ways(each.recipient, people, each.at, reach, preferences)]
        except Unreachable as error:
            lost[each.id] = str(error)
        except Unwanted as error:
            unwanted[each.id] = str(error)
    return planned, lost, unwanted


def _is_old(app: Context, each: Unplanned, now: datetime) -> bool:
    if each.recipient.startswith(RECEIVER) or each.is_asked:
        return False
    within = OLD if each.digest is None else app.workflow(each.digest).notify_within
    return now - each.at > within
