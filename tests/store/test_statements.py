"""A batch costs the same number of statements whatever its size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event
from support.builders import MONDAY, a_clock, a_draft, a_lead, a_message, sealed

from slaflow.store.database import Database
from slaflow.store.log import entries
from slaflow.store.rows import clocks, imported, leads, outbox, people, workflows

Work = Callable[[Connection, int], Any]


@contextmanager
def counted(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    """Every statement sent inside, with its values; many rows sent with one are one."""
    sent: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, values: Any, *___: object) -> None:
        sent.append((statement, values))

    event.listen(connection, "before_cursor_execute", note)
    yield sent
    event.remove(connection, "before_cursor_execute", note)


def a_batch(connection: Connection, size: int) -> None:
    """What a tick does to *size* leads."""
    due = leads.claim_due(connection, MONDAY + timedelta(days=1), size)
    assert len(due) == size
    running = clocks.open_of(connection, due)
    saved = [(lead_id, clock) for lead_id in due for clock in running[lead_id]]
    saved += [(lead_id, a_clock("close")) for lead_id in due]
    leads.update(connection, list(due.values()))
    clocks.save(connection, saved)
    entries.append(connection, [entry for lead in due for entry in sealed([a_draft(1), a_draft(2)], lead)])
    outbox.queue(connection, [(lead, a_message(), "waiting", MONDAY) for lead in due])


def leads_due(connection: Connection, size: int) -> None:
    ids = leads.next_ids(connection, size)
    leads.insert(connection, [a_lead(lead_id) for lead_id in ids])
    clocks.save(connection, [(lead_id, a_clock()) for lead_id in ids])


WORKS: list[Work] = [
    a_batch,
    lambda connection, size: leads.next_ids(connection, size),
    lambda connection, size: leads.lock(connection, range(1, size + 1)),
    lambda connection, size: leads.ids_by_key(connection, [f"lead{n}@example.com" for n in range(size)]),
    lambda connection, size: clocks.all_of(connection, range(size)),
    lambda connection, size: people.save_turns(connection, {f"team{n}": "x" for n in range(size)}),
    lambda connection, size: imported.remember(connection, {f"key{n}": None for n in range(size)}),
    lambda connection, size: imported.known(connection, [f"key{n}" for n in range(size)]),
    lambda connection, size: workflows.by_digest(connection, [str(n) for n in range(size)]),
]


@pytest.mark.parametrize("work", WORKS)
def test_a_batch_of_any_size_takes_as_many_statements(database: Database, work: Work) -> None:
    with database.write() as connection:
        leads_due(connection, 73)
        numbers = []
        for size in (3, 70):
            with counted(connection) as sent:
                work(connection, size)
            numbers.append(len(sent))
            connection.exec_driver_sql("UPDATE clock SET wake_at = NULL WHERE target = 'close'")
            connection.exec_driver_sql("UPDATE clock SET wake_at = NULL WHERE lead <= 3")
    assert numbers[0] == numbers[1] > 0


def test_a_tick_over_a_batch_takes_nine_statements_at_most(database: Database) -> None:
    with database.write() as connection:
        leads_due(connection, 20)
        with counted(connection) as sent:
            a_batch(connection, 20)
    assert len(sent) <= 9


def test_claiming_reads_what_is_due_by_its_index(database: Database) -> None:
    explain = "EXPLAIN QUERY PLAN" if database.dialect == "sqlite" else "EXPLAIN"
    with database.write() as connection:
        ids = leads.next_ids(connection, 3000)
        leads.insert(connection, [a_lead(lead_id) for lead_id in ids])
        wakes = [MONDAY if lead_id % 100 == 0 else None for lead_id in ids]
        clocks.save(connection, [(n, a_clock(wake_at=wake)) for n, wake in zip(ids, wakes, strict=True)])
        connection.exec_driver_sql("ANALYZE")
        with counted(connection) as sent:
            leads.claim_due(connection, MONDAY + timedelta(days=1), 10)
        statement, values = sent[-1]
        plan = " ".join(str(row) for row in connection.exec_driver_sql(f"{explain} {statement}", values))
    assert "clock_wake" in plan


def test_claiming_sorts_no_backlog_that_the_database_knows_nothing_of(database: Database) -> None:
    """As after an import and before statistics are gathered: each batch would sort all that is due."""
    explain = "EXPLAIN QUERY PLAN" if database.dialect == "sqlite" else "EXPLAIN"
    with database.write() as connection:
        leads_due(connection, 5000)
        with counted(connection) as sent:
            leads.claim_due(connection, MONDAY + timedelta(days=1), 1000)
        statement, values = sent[-1]
        plan = " ".join(str(row) for row in connection.exec_driver_sql(f"{explain} {statement}", values))
    assert "clock_wake" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_batch_is_found_by_index_however_many_leads_there_are(database: Database) -> None:
    """A scan would make every batch cost what all leads together cost."""
    with database.write() as connection:
        leads_due(connection, 3)
    with database.write() as connection:
        with counted(connection) as sent:
            a_batch(connection, 2)
            leads.lock(connection, [1, 2])
            leads.ids_by_key(connection, ["kim@example.com"])
            imported.known(connection, ["a"])
        reads = [(text, values) for text, values in sent if text.startswith("SELECT")]
        plans = [
            row[3]
            for text, values in reads
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
        ]
    assert len(reads) >= 5
    assert [step for step in plans if step.startswith(("SCAN lead", "SCAN clock", "SCAN imported"))] == []
