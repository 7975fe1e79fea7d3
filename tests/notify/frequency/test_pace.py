"""Two letters to one address are as far apart as its channel wants, whoever sends; no other waits for it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import update
from support.faulty import FaultyServer
from support.office import Present, handed_over
from support.sending import applied, channels, deliveries, reach_of, sent

from slaflow.engine.app import Engine
from slaflow.notify import send
from slaflow.notify.answer import Again, Answer, Sent
from slaflow.notify.line import Line
from slaflow.notify.parcel import Form, Parcel
from slaflow.notify.plan import plan
from slaflow.settings.reach import Reach
from slaflow.store.rows import channels as channel_store
from slaflow.store.rows import deliveries as store
from slaflow.store.tables.deliveries import delivery

SECOND = timedelta(seconds=1)
ROOM, OTHER = "receiver:crm", "another room"


@dataclass
class Room:
    """A channel that notes when it was given what; one letter a second to each address."""

    present: Present
    name: str = ROOM
    form: Form = "webhook"
    pace: timedelta = SECOND
    answer: Answer = field(default_factory=Sent)
    came: list[tuple[str, datetime]] = field(default_factory=list)

    def send(self, parcel: Parcel) -> Answer:
        self.came.append((parcel.address, self.present.at))
        return self.answer

    def probe(self) -> Answer:
        return Sent()

    def close(self) -> None:
        pass

    def at(self, address: str) -> list[float]:
        """When something came to that address, in seconds since the first that came at all."""
        return [(at - self.came[0][1]).total_seconds() for to, at in self.came if to == address]


@pytest.fixture
def room(present: Present) -> Room:
    return Room(present)


@pytest.fixture
def reach(app: Engine, faulty: FaultyServer) -> Reach:
    """Some leads whose events are on their way to two rooms, the last lead's to another one."""
    reach = applied(app, reach_of(faulty, "crm"))
    for name in "abc":
        handed_over(app, name)
    plan(app, reach)
    last = deliveries(app)[-1].lead
    with app.database.write() as conn:
        conn.execute(update(delivery).where(delivery.c.lead == last).values(address=OTHER))
    return reach


def run(app: Engine, reach: Reach, room: Room, by: str = "one") -> int:
    return Line(app, reach, room, by, lambda: False).run().sent


def test_one_goes_each_second_and_other_rooms_do_not_wait(
    app: Engine, reach: Reach, room: Room, present: Present
) -> None:
    while any(row.status == "waiting" for row in deliveries(app)):
        run(app, reach, room)
        present.at += SECOND / 4
    assert room.at(ROOM) == [0, 1, 2, 3]
    assert room.at(OTHER) == [0, 1]
    # Each was given its time, and charged with no try.
    assert {row.tries for row in deliveries(app)} == {1}


def test_a_sender_that_sends_once_waits_for_it(
    app: Engine, reach: Reach, room: Room, present: Present, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send, "open_channel", lambda *_: room)
    assert sent(app, reach).sent == 6
    assert room.at(ROOM) == [0, 1, 2, 3]


def test_what_another_sender_sent_or_has_in_hand_counts_too(
    app: Engine, reach: Reach, room: Room, present: Present
) -> None:
    assert run(app, reach, room) == 2
    present.at += SECOND / 2
    with app.database.write() as conn:
        conn.execute(update(delivery).where(delivery.c.status == "waiting").values(next_try_at=present.at))
    assert run(app, reach, room, by="two") == 0
    present.at += SECOND / 2
    now = present.at
    with app.database.write() as conn:
        conn.execute(update(delivery).where(delivery.c.status == "waiting").values(next_try_at=now))
        store.claim(conn, ROOM, "three", now, now + 60 * SECOND, 1)
    assert run(app, reach, room, by="two") == 1
    assert room.at(OTHER) == [0, 1]


def test_a_letter_that_was_not_taken_counts_too(
    app: Engine, reach: Reach, room: Room, present: Present
) -> None:
    room.answer = Again("too busy")
    run(app, reach, room)
    assert (len(room.at(ROOM)), len(room.at(OTHER))) == (1, 1)


def test_a_digest_is_one_letter(app: Engine, reach: Reach, room: Room) -> None:
    """As far as pace goes: those that are in one go together."""
    first = min(row.id for row in deliveries(app) if row.address == ROOM)
    with app.database.write() as conn:
        in_room = update(delivery).where(delivery.c.address == ROOM)
        conn.execute(in_room.values(digest=str(first), lead=None))
    assert run(app, reach, room) == 5


def test_a_probe_that_must_wait_its_time_opens_nothing(
    app: Engine, reach: Reach, room: Room, present: Present
) -> None:
    assert run(app, reach, room) == 2
    with app.database.write() as conn:
        channel_store.save(conn, ROOM, failures=7, closed_until=present.at)
        conn.execute(update(delivery).where(delivery.c.status == "waiting").values(next_try_at=present.at))
    assert run(app, reach, room) == 0
    assert (channels(app)[ROOM].failures, channels(app)[ROOM].closed_until) == (7, present.at)


def test_what_is_asked_for_again_and_again_keeps_nobody_busy(
    app: Engine, reach: Reach, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As something else may want what was put off to go along with it at once."""
    claim = store.claim

    def hastened(conn: Any, name: str, by: str, now: datetime, *rest: Any) -> Any:
        conn.execute(update(delivery).where(delivery.c.status == "waiting").values(next_try_at=now))
        return claim(conn, name, by, now, *rest)

    monkeypatch.setattr(store, "claim", hastened)
    assert run(app, reach, room) == 2


def test_whoever_sends_and_whenever_the_pace_is_kept_and_all_of_it_comes(
    app: Engine, reach: Reach, room: Room, present: Present
) -> None:
    chance, added = random.Random(random.randrange(10_000)), 0
    while added < 3 or any(row.status == "waiting" for row in deliveries(app)):
        if added < 3 and chance.random() < 0.2:
            handed_over(app, f"late{added}", at=present.at)
            plan(app, reach)
            added += 1
        run(app, reach, room, by=chance.choice(["one", "two", "three"]))
        present.at += SECOND * chance.random() * 2
    for address in (ROOM, OTHER):
        at = room.at(address)
        assert all(later - earlier >= 1 for earlier, later in pairwise(at))
    assert len(room.came) == len(deliveries(app)) == 12
