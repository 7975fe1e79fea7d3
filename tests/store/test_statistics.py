"""What much was written into is looked at anew by PostgreSQL, at once where that disturbs nobody."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.engine import make_url
from support.builders import a_draft, a_lead, sealed
from support.databases import known_rows

from slaflow.store import statistics
from slaflow.store.database import Database
from slaflow.store.log import entries
from slaflow.store.rows import leads

pytestmark = pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)

SOME = 20
"""Entries that each test writes."""


@pytest.fixture(autouse=True)
def written(database: Database) -> None:
    with database.write() as connection:
        entries.append(connection, [entry for n in range(SOME) for entry in sealed([a_draft()], n + 1)])


def test_what_much_was_written_into_and_nothing_else(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    statistics.refresh(database)
    assert known_rows(database, "entry") is None
    monkeypatch.setattr(statistics, "MANY", SOME)
    statistics.refresh(database)
    assert (known_rows(database, "entry"), known_rows(database, "lead")) == (SOME, None)


def test_a_tenth_of_a_table_is_much(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "MANY", 1)
    known = []
    for more in (0, 1, 1):
        with database.write() as connection:
            entries.append(connection, sealed([a_draft(n + 1) for n in range(more)], SOME + 1 + len(known)))
        statistics.refresh(database)
        known.append(known_rows(database, "entry"))
    assert known == [SOME, SOME, SOME + 2]


def test_who_may_not_and_who_would_have_to_wait_goes_on(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "MANY", 1)
    with database.write() as connection:
        leads.insert(connection, [a_lead(1)])
    with somebody_else(database, database_url) as other:
        statistics.refresh(other)
    another = Database(database_url)
    with another.write() as connection:
        connection.exec_driver_sql("LOCK TABLE entry IN SHARE UPDATE EXCLUSIVE MODE")
        statistics.refresh(database)
    another.dispose()
    assert (known_rows(database, "entry"), known_rows(database, "lead")) == (None, 1)


@contextmanager
def somebody_else(database: Database, database_url: str) -> Iterator[Database]:
    """The database as a role has it that owns nothing in it."""
    name = f"guest_{uuid.uuid4().hex}"
    with database.write() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {name} LOGIN PASSWORD '{name}'")
        connection.exec_driver_sql(f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {name}")
    url = make_url(database_url).set(username=name, password=name)
    other = Database(url.render_as_string(hide_password=False))
    yield other
    other.dispose()
    with database.write() as connection:
        connection.exec_driver_sql(f"DROP OWNED BY {name}")
        connection.exec_driver_sql(f"DROP ROLE {name}")
