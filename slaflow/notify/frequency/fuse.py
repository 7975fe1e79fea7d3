"""The fuse of a channel: more letters than it allows within a minute are held, and the desks hear once.

Letters are counted as they will go: of what is for one address no more than goes by itself, and the one that
gathers the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from slaflow.engine.context import Context
from slaflow.lifecycle.decision import Message
from slaflow.lifecycle.people import Directory
from slaflow.settings.reach import Send
from slaflow.store.database import Connection
from slaflow.store.rows import outbox as outbox_store
from slaflow.store.rows.deliveries import Unplanned, Way
from slaflow.store.rows.listeners import RECEIVER
from slaflow.store.sending import held as store

HELD = "held"
"""The kind of the message by which a desk hears that letters are held."""
MINUTE = timedelta(minutes=1)
Planned = Sequence[tuple[Unplanned, Way]]


def beyond(conn: Connection, planned: Planned, send: Send, now: datetime) -> set[tuple[int, Way]]:
    """Those of *planned*, by message and way, for which a channel's fuse has no room left."""
    held: set[tuple[int, Way]] = set()
    gauges: dict[str, _Gauge] = {}
    for each, way in planned:
        if way.channel.startswith(RECEIVER) or each.kind == HELD:
            continue
        if way.channel not in gauges:
            known = store.planned_since(conn, way.channel, now - MINUTE)
            gauges[way.channel] = _Gauge(known, send.burst.messages + 1, send.fuse)
        if not gauges[way.channel].takes(way.address):
            held.add((each.id, way))
    return held


class _Gauge:
    """How many letters a minute's deliveries make, by address as *known*, each *at_most* so many."""

    def __init__(self, known: Counter[str], at_most: int, fuse: int) -> None:
        self._known, self._at_most, self._fuse = known, at_most, fuse
        self._letters = sum(min(number, at_most) for number in known.values())

    def takes(self, address: str) -> bool:
        """Whether another delivery to *address* may go; it is counted then."""
        if self._known[address] < self._at_most:
            if self._letters >= self._fuse:
                return False
            self._letters += 1
        self._known[address] += 1
        return True


def tell_desks(
    app: Context, conn: Connection, planned: Planned, held: set[tuple[int, Way]], people: Directory,
    now: datetime,
) -> None:  # fmt: skip
    """Has the desks of those for whom letters are held hear of it, unless some were held over it before."""
    for channel in sorted({way.channel for _, way in held}):
        if store.is_holding(conn, channel):
            continue
        theirs = [(each, way) for each, way in planned if (each.id, way) in held and way.channel == channel]
        first = min(each.id for each, _ in theirs)
        told = [
            Message(desk, HELD, now, first, data={"channel": channel, "workflow": workflow})
            for desk, workflow in dict(_desks(app, theirs, people, now)).items()
        ]
        outbox_store.queue_of_stream(conn, f"channel:{channel}", [(each, "waiting", now) for each in told])


def _desks(app: Context, planned: Planned, people: Directory, now: datetime) -> Iterator[tuple[str, str]]:
    """The desks of those who do not hear now, each with its agreement; all where nobody knows."""
    for each, way in planned:
        if each.digest is None:
            continue
        workflow = app.workflow(each.digest)
        desks = {party.desk: name for name, party in workflow.parties.items() if party.desk}
        person = None if way.person is None else people.person(way.person, now)
        party = person.party if person else desks.get(each.recipient)
        for desk, name in desks.items():
            if party in (name, None):
                yield desk, workflow.name
