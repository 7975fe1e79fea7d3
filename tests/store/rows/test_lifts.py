"""Which breaches of a stretch of time are to be lifted, found by index."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from support.builders import MONDAY, a_clock, a_draft, a_lead, sealed

from slaflow.clock.state import Clock
from slaflow.store.database import Database
from slaflow.store.log import entries
from slaflow.store.rows import clocks, leads, lifts
from slaflow.store.rows.lifts import Broken

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def broken(number: int = 1, target: str = "respond", **given: object) -> Clock:
    at = given.pop("breached_at", MONDAY + 4 * HOUR)
    return a_clock(
        target, **{"number": number, "status": "breached", "breached_at": at, "due_at": at, **given}
    )


def stored(database: Database, lead: int, *held: Clock) -> None:
    """A lead with these clocks, and the entries of those that broke."""
    drafts = [
        a_draft(
            seq, "breached", entry_class="consequence", at=clock.breached_at, target=clock.target,
            clock=clock.number, party=clock.owed_by, step="100%", actor="system",
        )
        for seq, clock in enumerate([c for c in held if c.breached_at is not None], 1)
    ]  # fmt: skip
    with database.write() as connection:
        leads.insert(connection, [a_lead(lead)])
        clocks.save(connection, [(lead, clock) for clock in held])
        entries.append(connection, sealed(drafts, lead))


def found(database: Database, *, target: str | None = None, party: str | None = None) -> list[Broken]:
    """Breaches from Monday on until a day later, as of two days later."""
    with database.read() as connection:
        return lifts.broken_between(connection, MONDAY, MONDAY + DAY, MONDAY + 2 * DAY, target, party)


def test_breaches_of_that_time_over_or_still_owed_that_nobody_has_lifted(database: Database) -> None:
    over = broken(1, status="met_late", ended_at=MONDAY + 6 * HOUR)
    stored(database, 1, over, broken(2, "triage"), broken(3, "close", lifted=True))
    stored(database, 2, broken(1, breached_at=MONDAY + DAY), broken(2, "triage", breached_at=MONDAY))
    assert found(database) == [Broken(1, "respond", 1), Broken(1, "triage", 2), Broken(2, "triage", 2)]
    assert found(database, target="triage") == [Broken(1, "triage", 2), Broken(2, "triage", 2)]


def test_what_was_due_then_and_nobody_has_carried_out_may_be_broken(database: Database) -> None:
    due = MONDAY + 4 * HOUR
    stored(database, 1, a_clock(due_at=due), a_clock("triage", due_at=MONDAY + DAY))
    stored(
        database,
        2,
        a_clock(due_at=due, owed_by=None),
        a_clock("triage", due_at=due, ended_at=due, status="met"),
    )
    assert found(database) == [Broken(1, "respond", 1)]
    with database.read() as connection:
        assert lifts.broken_between(connection, MONDAY, MONDAY + DAY, due, None, None) == []


def test_of_one_party_alone(database: Database) -> None:
    stored(database, 1, broken(1), broken(1, "triage", owed_by="marketing"))
    assert found(database, party="marketing") == [Broken(1, "triage", 1)]


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_no_table_is_read_from_end_to_end(database: Database) -> None:
    asked: list[str] = []
    with database.read() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.set_trace_callback(asked.append)
        lifts.broken_between(connection, MONDAY, MONDAY + DAY, MONDAY + DAY, None, None)
        driver.set_trace_callback(None)
        plans = [
            connection.execute(text(f"EXPLAIN QUERY PLAN {each}".replace(":", "\\:"))).all() for each in asked
        ]
    assert not {"SCAN entry", "SCAN clock"} & {row[-1] for plan in plans for row in plan}, plans
