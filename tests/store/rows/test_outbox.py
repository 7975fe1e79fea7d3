"""Messages wait in the outbox, once per cause and recipient."""

from __future__ import annotations

from datetime import timedelta

from support.builders import MONDAY, a_lead, a_message

from slaflow.store.database import Database
from slaflow.store.rows import leads, outbox

LATER = MONDAY + timedelta(minutes=5)


def test_a_message_comes_back_as_it_was_queued(database: Database) -> None:
    full = a_message(data={"due_at": "2026-03-02T13:00:00Z", "left": 3600})
    bare = a_message(seq=2, target=None, clock=None, step=None)
    with database.write() as connection:
        leads.insert(connection, [a_lead(1)])
        outbox.queue(connection, [(1, full, "waiting", LATER), (1, bare, "stale", LATER)])
    with database.read() as connection:
        first, second = outbox.list_messages(connection)
    assert (first.message, second.message) == (full, bare)
    assert (first.lead_id, first.status, first.recorded_at) == (1, "waiting", LATER)
    assert (first.tries, first.next_try_at, first.last_error) == (0, None, None)
    assert second.status == "stale"


def test_one_cause_tells_each_recipient_once(database: Database) -> None:
    with database.write() as connection:
        outbox.queue(connection, [(1, a_message(), "waiting", LATER)])
        again = [
            (1, a_message(), "waiting", LATER),
            (1, a_message(recipient="bo@example.com"), "waiting", LATER),
            (1, a_message(seq=2), "waiting", LATER),
            (2, a_message(), "waiting", LATER),
        ]
        outbox.queue(connection, again)  # type: ignore[arg-type]
        stored = outbox.list_messages(connection)
    assert [(each.lead_id, each.message.seq, each.message.recipient) for each in stored] == [
        (1, 1, "anna@example.com"),
        (1, 1, "bo@example.com"),
        (1, 2, "anna@example.com"),
        (2, 1, "anna@example.com"),
    ]


def test_the_list_is_narrowed_and_goes_on(database: Database) -> None:
    with database.write() as connection:
        outbox.queue(
            connection,
            [(1, a_message(seq), "waiting" if seq % 2 else "stale", LATER) for seq in range(1, 7)],
        )
        waiting = outbox.list_messages(connection, "waiting")
        assert [each.message.seq for each in waiting] == [1, 3, 5]
        rest = outbox.list_messages(connection, "waiting", limit=1, after=waiting[0].id)
        assert [each.message.seq for each in rest] == [3]
