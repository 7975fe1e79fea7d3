"""What somebody who owns the database may do to the log, and clean up behind themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, text
from support.builders import DIGEST, MONDAY, SALT, a_breach, a_draft, a_lead

from slaflow.lifecycle.decision import Draft
from slaflow.log.chain import seal
from slaflow.log.entry import GENESIS
from slaflow.store.log import entries as log
from slaflow.store.rows import leads

Attack = Callable[[Connection], None]


def honest_streams(connection: Connection, *numbers: int) -> None:
    """A lead each, with three entries."""
    for number in numbers:
        lead = a_lead(number)
        drafts = [a_draft(1, "created"), a_draft(2), a_breach(3)]
        lead.head = appended(connection, drafts, number, GENESIS)
        lead.seq = 3
        leads.insert(connection, [lead])


def appended(connection: Connection, drafts: list[Draft], lead: int, head: str) -> str:
    """Stores *drafts* as entries of a lead; the new head of its stream."""
    entries, head = seal(
        drafts, stream=f"lead:{lead}", lead=lead, salt=SALT, digest=DIGEST, head=head, recorded_at=MONDAY
    )
    log.append(connection, entries)
    return head


def an_honest_log(connection: Connection) -> None:
    """Four leads, one after the other, and the stream of people: fifteen entries."""
    honest_streams(connection, 1, 2, 3, 4)
    drafts = [a_draft(seq, "person") for seq in (1, 2, 3)]
    people, head = seal(
        drafts, stream="people", lead=None, salt=b"", digest=None, head=GENESIS, recorded_at=MONDAY
    )
    log.append(connection, people)
    log.save_stream(connection, "people", 3, head)


def let_go(connection: Connection) -> None:
    """Drops what keeps the log append-only."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("DROP TRIGGER entry_no_update"))
        connection.execute(text("DROP TRIGGER entry_no_delete"))
    else:
        connection.execute(text("ALTER TABLE entry DISABLE TRIGGER ALL"))


def run(connection: Connection, *statements: str, **values: Any) -> None:
    for statement in statements:
        connection.execute(text(statement), values)


def entries_go(connection: Connection) -> None:
    """The last two entries of lead 3, whose head moves back."""
    run(connection, "DELETE FROM entry WHERE stream = 'lead:3' AND seq > 1")
    run(
        connection,
        "UPDATE lead SET seq = 1, head = (SELECT hash FROM entry WHERE stream = 'lead:3') WHERE id = 3",
    )


def the_newest_go(connection: Connection) -> None:
    """The whole tail of the log, as if it had never been written."""
    run(connection, "DELETE FROM entry WHERE stream = 'people'", "DELETE FROM stream")


def a_lead_goes(connection: Connection) -> None:
    """Lead 2, with everything about it."""
    run(connection, "DELETE FROM entry WHERE stream = 'lead:2'", "DELETE FROM lead WHERE id = 2")


def a_history_is_rewritten(connection: Connection) -> None:
    """Lead 2 was never breached: its whole chain computed anew under its old ids, its head set to fit."""
    drafts = [a_draft(1, "created"), a_draft(2), a_draft(3, actor="bo@example.com")]
    entries, head = seal(
        drafts, stream="lead:2", lead=2, salt=SALT, digest=DIGEST, head=GENESIS, recorded_at=MONDAY
    )
    columns = ("kind", "class", "actor", "arrived_at", "occurred_at", "target", "clock", "step", "data",
               "data_hash", "prev", "hash")  # fmt: skip
    run(connection, "UPDATE entry SET stream = 'old:2' WHERE stream = 'lead:2'")
    old = connection.execute(text("SELECT id FROM entry WHERE stream = 'old:2' ORDER BY id")).scalars().all()
    log.append(connection, entries)
    for old_id, entry in zip(old, entries, strict=True):
        places = ", ".join(
            f'"{name}" = (SELECT "{name}" FROM entry WHERE stream = \'lead:2\' AND seq = {entry.seq})'
            for name in columns
        )
        run(connection, f"UPDATE entry SET {places} WHERE id = {old_id}")
    run(connection, "DELETE FROM entry WHERE stream = 'lead:2'")
    run(connection, "UPDATE entry SET stream = 'lead:2' WHERE stream = 'old:2'")
    run(connection, f"UPDATE lead SET head = '{head}' WHERE id = 2")


def a_lead_is_slipped_in(connection: Connection) -> None:
    """A lead that never was, before all others."""
    run(connection, "UPDATE entry SET id = id + 1000")
    honest_streams(connection, 9)
    first = "(SELECT min(id) - 1 FROM entry WHERE stream = 'lead:9')"
    run(connection, f"UPDATE entry SET id = id - {first} WHERE stream = 'lead:9'")


def two_leads_change_places(connection: Connection) -> None:
    """Each chain stays whole; only what came first is another."""
    run(
        connection,
        "UPDATE entry SET id = id + 1000 WHERE stream = 'lead:2'",
        "UPDATE entry SET id = id - 3 WHERE stream = 'lead:3'",
        "UPDATE entry SET id = id - 997 WHERE stream = 'lead:2'",
    )


UNSEEN_BY_CHAINS: dict[Attack, str] = {
    entries_go: "it has 13 entries, and 15 were signed",
    the_newest_go: "it has 12 entries, and 15 were signed",
    a_lead_goes: "it has 12 entries, and 15 were signed",
    a_history_is_rewritten: "its first 15 entries are not those that were signed",
    a_lead_is_slipped_in: "its first 15 entries are not those that were signed",
    two_leads_change_places: "its first 15 entries are not those that were signed",
}
"""What leaves every chain whole, and what comparing with a signed head says of it."""
