"""From spellings that were told apart to people and leads that are one: nothing fails, nothing is lost."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from support.builders import MONDAY, a_draft, a_lead, sealed

from slaflow.store import schema
from slaflow.store.database import Database
from slaflow.store.log import entries, history
from slaflow.store.rows import leads, people

COMPOSED, DECOMPOSED = "jos\u00e9@example.com", "jose\u0301@example.com"
KEYS = {
    1: "kim@example.com",
    2: DECOMPOSED,
    3: "A\u030angstr\u00f6m AB|kim@example.com",
    4: " A-1",
    5: "stra\u00dfe@example.com",
    6: "li\u0301@example.com",
    7: "l\u00ed@example.com",
    8: "Stra\u00dfe 1",
    9: "a | b",
}
"""Addresses, one part of several fields, texts; then two that are one, a street, and a bar inside a name."""


def fill(database: Database) -> None:
    """People and leads as versions up to 0.1 left them."""
    with database.write() as connection:
        for spelling in ("Anna@example.com", "bo@example.com", "mia@example.com"):
            people.add_person(connection, spelling, "sales", at=MONDAY)
        people.end_person(connection, "bo@example.com", MONDAY)
        fields = {8: {"street": "Stra\u00dfe 1"}, 9: {"name": "a | b"}}
        leads.insert(connection, [a_lead(n, key=key, fields=fields.get(n, {})) for n, key in KEYS.items()])
        entries.append(connection, sealed([a_draft(1)], 1))
    schema.downgrade(database, "0002")
    with database.migrating() as connection:
        connection.execute(text("ALTER TABLE identity DROP COLUMN told_apart_until"))
        for spelling, order in (("anna@EXAMPLE.com", 4), ("Bo@example.com", 5)):
            others = "valid_from, valid_until, name, team, manager, role"
            given = f"'{spelling}', {order}, party, {others} FROM person WHERE email = 'mia@example.com'"
            connection.execute(text(f'INSERT INTO person (email, "order", party, {others}) SELECT {given}'))


def rows(database: Database, query: str) -> list[Any]:
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_of_people_recorded_twice_the_first_has_the_key_and_no_row_is_changed(database: Database) -> None:
    fill(database)
    schema.upgrade(database)
    assert schema.check(database) == []
    assert rows(database, 'SELECT email, key, valid_until IS NULL FROM person ORDER BY "order"') == [
        ("Anna@example.com", "anna@example.com", True),
        ("bo@example.com", "bo@example.com", False),
        ("mia@example.com", "mia@example.com", True),
        ("anna@EXAMPLE.com", None, True),
        ("Bo@example.com", "bo@example.com", True),
    ]
    with database.write() as connection:
        assert people.doubled(connection) == ["anna@EXAMPLE.com"]
        assert [p.email for p in people.list_people(connection, MONDAY)] == [
            "Anna@example.com", "bo@example.com", "mia@example.com"
        ]  # fmt: skip
        assert people.add_person(connection, "ANNA@example.com", "sales", at=MONDAY).order == 1
        assert people.doubled(connection) == []


def test_leads_keep_apart_what_is_one_now_and_all_others_are_spelt_as_they_are_compared(
    database: Database,
) -> None:
    fill(database)
    schema.upgrade(database)
    assert dict(rows(database, "SELECT id, key FROM lead")) == {
        **KEYS,
        2: COMPOSED,
        3: "\u00c5ngstr\u00f6m AB|kim@example.com",
        4: "A-1",
        5: "strasse@example.com",
    }


def test_the_log_knows_up_to_which_entry_spellings_were_told_apart(database: Database) -> None:
    fill(database)
    schema.upgrade(database)
    with database.write() as connection:
        last = history.told_apart_until(connection)
        assert [entry.id for entry in entries.entries(connection)] == [last]
        entries.append(connection, sealed([a_draft(1)], 2))
    schema.downgrade(database, "0002")
    schema.upgrade(database)
    assert schema.check(database) == []
    with database.read() as connection:
        assert history.told_apart_until(connection) == last


def test_of_an_empty_log_nothing_was_told_apart(database: Database) -> None:
    with database.read() as connection:
        assert history.told_apart_until(connection) == 0
