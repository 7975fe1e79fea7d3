"""What dealing asks of other leads is read by index, however many leads there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event
from support.builders import MONDAY, a_lead

from slaflow.store.database import Database
from slaflow.store.dealing import loads
from slaflow.store.rows import leads

LEADS, OWNERS, COMPANIES = 10_000, 200, 2_000
ANNA = "seller7@example.com"


def many(database: Database) -> None:
    """Ten thousand leads: half of them closed, fifty open ones a seller has, a hundred that wait."""
    with database.write() as connection:
        made = []
        for number in leads.next_ids(connection, LEADS):
            lead = a_lead(number)
            waits = number % 100 == 0
            lead.owner = None if waits else f"seller{number % OWNERS}@example.com"
            lead.held_by = "sales" if number % 3 else "marketing"
            lead.closed = not waits and number // OWNERS % 7 < 3
            lead.account = f"company {number % COMPANIES}"
            lead.assigned_at = MONDAY + timedelta(minutes=number)
            if waits:
                lead.waits_for = f"team{number // 100 % 2}"
                lead.waits_since = MONDAY - timedelta(minutes=number)
            made.append(lead)
        leads.insert(connection, made)


ASKED: dict[str, tuple[Callable[[Connection], Any], str]] = {
    "open leads": (lambda conn: loads.open_leads(conn, "sales", [ANNA, "nobody@example.com"]), "lead_load"),
    "what somebody owns": (lambda conn: loads.owned(conn, [ANNA], 100, 10), "lead_"),
    "open leads but some": (
        lambda conn: loads.open_leads(conn, "sales", [ANNA], [7, 207, 407]),
        "lead_load",
    ),
    "a company's": (lambda conn: loads.of_account(conn, "company 7", "sales"), "lead_account"),
    "what waits": (loads.waiting, "lead_waiting"),
    "places in a queue": (lambda conn: loads.places(conn, [100, 200, 301]), "lead_waiting"),
    "what waits longest": (lambda conn: loads.claim_waiting(conn, "team1", 10), "lead_waiting"),
}


def test_what_dealing_asks_is_read_by_index(world_of: Callable[[Any], Database]) -> None:
    database = world_of(many)
    explain = "EXPLAIN QUERY PLAN" if database.dialect == "sqlite" else "EXPLAIN"
    with database.write() as connection:
        if database.dialect == "postgresql":  # SQLite goes by no statistics
            connection.exec_driver_sql("ANALYZE lead")
        for name, (ask, index) in ASKED.items():
            plan = _plan(connection, ask, explain)
            assert index in plan, (name, plan)
            assert "Seq Scan on lead" not in plan, (name, plan)


def _plan(connection: Connection, ask: Callable[[Connection], Any], explain: str) -> str:
    sent: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, values: Any, *___: object) -> None:
        sent.append((statement, values))

    event.listen(connection, "before_cursor_execute", note)
    ask(connection)
    event.remove(connection, "before_cursor_execute", note)
    ((statement, values),) = sent
    return " ".join(str(row) for row in connection.exec_driver_sql(f"{explain} {statement}", values))


@pytest.mark.parametrize("party", ["sales", "marketing"])
def test_they_are_those_that_are_open(world_of: Callable[[Any], Database], party: str) -> None:
    with world_of(many).read() as connection:
        every = list(leads.select(connection))
        theirs = [each for each in every if each.owner == ANNA and each.held_by == party and not each.closed]
        expected = {ANNA: len(theirs)} if theirs else {}
        assert loads.open_leads(connection, party, [ANNA, "nobody@example.com"]) == expected
        some = [each.id for each in theirs[1:]] or [7]
        assert loads.open_leads(connection, party, [ANNA], some) == ({ANNA: 1} if theirs else {})
        account = [
            (each.id, each.owner, each.assigned_at)
            for each in sorted(every, key=lambda each: -each.id)
            if each.account == "company 7" and each.held_by == party and not each.closed and each.owner
        ]
        assert account
        assert [tuple(each) for each in loads.of_account(connection, "company 7", party)] == account
        waiting = [each for each in every if each.waits_for == "team1"]
        found = {each.team: each for each in loads.waiting(connection)}
        assert (found["team1"].leads, found["team1"].since) == (
            len(waiting), min(each.waits_since for each in waiting if each.waits_since),
        )  # fmt: skip


def test_a_place_in_the_queue_is_by_how_long_it_waits(world_of: Callable[[Any], Database]) -> None:
    with world_of(many).read() as connection:
        waiting = [each for each in leads.select(connection) if each.waits_for == "team0"]
        longest = sorted(waiting, key=lambda each: (each.waits_since or MONDAY, each.id))
        asked = [longest[2].id, longest[-1].id, 1]
        found = loads.places(connection, asked)
        assert {lead: (each.place, each.of) for lead, each in found.items()} == {
            asked[0]: (3, len(waiting)), asked[1]: (len(waiting), len(waiting)),
        }  # fmt: skip
