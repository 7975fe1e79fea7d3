"""What is on its way while the tables change: messages stay and still wait, and the old ones are no news."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from support.builders import MONDAY, a_lead, a_message

from slaflow.store import schema
from slaflow.store.database import Connection, Database
from slaflow.store.rows import deliveries, leads, outbox, receivers
from slaflow.store.rows.deliveries import Marked, Way
from slaflow.store.rows.listeners import RECEIVER
from slaflow.store.rows.receivers import Applied
from slaflow.store.tables.deliveries import delivery

BEFORE = "0014"
"""The last revision that knew messages alone."""
TO_ANNA = Way("mail", "anna@example.com", "anna@example.com")


def queue(connection: Connection) -> None:
    """Four messages: of one a delivery was sent, of one it failed, of one it waits, and one has none yet."""
    leads.insert(connection, [a_lead(1)])
    told = [a_message(seq) for seq in (1, 2, 3, 4)] + [a_message(5, f"{RECEIVER}crm")]
    outbox.queue(connection, [(1, each, "waiting", MONDAY) for each in told])
    receivers.apply(connection, [Applied("crm", "webhook", ("warned",), False)], MONDAY)
    planned = deliveries.unplanned(connection, 3)
    deliveries.plan(connection, [(each, TO_ANNA) for each in planned], MONDAY)
    deliveries.note_planned(connection, [each.id for each in planned], MONDAY)


def send(connection: Connection) -> None:
    until = MONDAY + timedelta(minutes=2)
    for status in ("sent", "failed"):
        (claimed,) = deliveries.claim(connection, "mail", "me", MONDAY, until, 1)
        deliveries.keep_bodies(connection, {claimed.id: "body"})
        marked = Marked(
            claimed.id, claimed.message, status, 1, MONDAY, None if status == "sent" else "refused"
        )  # type: ignore[arg-type]
        deliveries.mark(connection, "me", [marked], MONDAY)


def messages(database: Database) -> list[tuple[Any, ...]]:
    with database.read() as connection:
        return [
            (each.id, each.status, each.tries, each.last_error, each.message)
            for each in outbox.list_messages(connection)
        ]


def test_a_way_down_keeps_messages_and_forgets_their_ways(database: Database) -> None:
    with database.write() as connection:
        queue(connection)
        send(connection)
    before = messages(database)
    assert [each[1] for each in before] == ["sent", "failed", "waiting", "waiting", "waiting"]
    schema.downgrade(database, BEFORE)
    schema.upgrade(database)
    assert schema.check(database) == []
    assert messages(database) == before
    with database.write() as connection:
        assert connection.execute(select(delivery)).first() is None
        assert deliveries.is_first(connection)
        # Who listened is asked for again: 'receiver apply'.
        assert receivers.applied(connection) == []
        again = deliveries.unplanned(connection, 10)
        assert [each.id for each in again] == [each[0] for each in before if each[1] == "waiting"]
        deliveries.plan(connection, [(each, TO_ANNA) for each in again[:2]], MONDAY)
        deliveries.note_planned(connection, [each.id for each in again[:2]], MONDAY)
        assert len(deliveries.claim(connection, "mail", "me", MONDAY, MONDAY + timedelta(minutes=1), 9)) == 1
