"""What deleted and changed values leave in the files, and that a scrub leaves none of it."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import event
from sqlalchemy.engine import make_url
from support.builders import MONDAY, a_draft, a_lead, a_message, sealed

from slaflow.lifecycle.lead import Lead
from slaflow.log.entry import Entry
from slaflow.store.database import Database
from slaflow.store.errors import DatabaseLocked
from slaflow.store.log import entries as log
from slaflow.store.rows import erasure, imported, leads, outbox
from slaflow.store.scrubbing import TracesRemain, scrub

on_sqlite = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
MANY = 240
GONE = (7, 100, 239)


@pytest.fixture(params=["OFF", "FAST", "ON"])
def secure_delete(request: pytest.FixtureRequest) -> Iterator[str]:
    """SQLite as it is built by some and by others: this is what decides how much it leaves behind."""

    def prepare(connection: object, _: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute(f"PRAGMA secure_delete = {request.param}")

    event.listen(sqlalchemy.Engine, "connect", prepare)
    yield str(request.param)
    event.remove(sqlalchemy.Engine, "connect", prepare)


def mark(number: int) -> str:
    """A word that stands in everything told of one lead, and in nothing else."""
    return f"zq{number:04}qz"


def told(number: int, size: int) -> Lead:
    """A lead with a text of *size* characters, in words of its own throughout."""
    return a_lead(
        number,
        key=f"{mark(number)}@example.com",
        fields={"email": f"{mark(number)}@example.com", "note": mark(number) * (size // 8)},
    )


def written_and_rewritten(database: Database) -> None:
    """Leads that outgrow their pages and shrink again, entries of all sizes, keys that move in the index."""
    numbers = range(1, MANY + 1)
    with database.write() as connection:
        leads.insert(connection, [told(number, 80) for number in numbers])
    for size in (2_400, 40, 20_000, 400):
        with database.write() as connection:
            leads.update(connection, [told(number, size) for number in numbers if number % 3 or size < 5_000])
    with database.write() as connection:
        drafts = {
            number: [a_draft(seq, data={"note": mark(number) * (seq**3)}) for seq in (1, 5, 12)]
            for number in numbers
        }
        log.append(connection, [entry for number in numbers for entry in sealed(drafts[number], number)])
        about = [(n, a_message(data={"note": mark(n) * 20}), "waiting", MONDAY) for n in numbers]
        outbox.queue(connection, about)  # type: ignore[arg-type]
        imported.remember(
            connection, {mark(n): f"{mark(n)} is refused" for n in numbers}, {mark(n): n for n in numbers}
        )
    with database.write() as connection:
        leads.update(connection, [replace(told(n, 40), key=f"moved-{mark(n)}") for n in numbers])
        if database.dialect == "postgresql":
            connection.exec_driver_sql("ANALYZE")


def erased(database: Database) -> None:
    for number in GONE:
        with database.write() as connection:
            leads.update(connection, [a_lead(number, key=f"erased-{number}", salt=b"")])
            erasure.blank(connection, number, 99, MONDAY)


def traces(files: list[Path], numbers: tuple[int, ...] = GONE) -> set[int]:
    """Those of the leads of which any of the files holds anything."""
    contents = [file.read_bytes() for file in files]
    return {n for n in numbers if any(mark(n).encode() in content for content in contents)}


def files_of(database_url: str) -> list[Path]:
    file = Path(make_url(database_url).database or "")
    return list(file.parent.glob(f"{file.name}*"))


@on_sqlite
def test_a_scrub_leaves_nothing_however_sqlite_was_built(
    secure_delete: str, database_url: str, database: Database
) -> None:
    written_and_rewritten(database)
    assert traces(files_of(database_url)) == set(GONE)
    erased(database)
    # What is gone for every query still stands in the file and its write-ahead log.
    assert traces(files_of(database_url)) == set(GONE)
    scrub(database)
    assert traces(files_of(database_url)) == set()
    assert traces(files_of(database_url), (8, 101, 238)) == {8, 101, 238}


def rows(database: Database) -> tuple[list[Entry], list[Lead], list[outbox.Stored]]:
    with database.read() as connection:
        entries, known = list(log.entries(connection)), list(leads.select(connection))
        return entries, known, list(outbox.list_messages(connection))


def test_a_scrub_keeps_every_row(database: Database) -> None:
    written_and_rewritten(database)
    erased(database)
    before = rows(database)
    scrub(database)
    assert rows(database) == before
    entries, known, messages = before
    assert {lead.key for lead in known if lead.id in GONE} == {f"erased-{number}" for number in GONE}
    assert {entry.data_text for entry in entries if entry.lead in GONE} == {None}
    assert {each.status for each in messages if each.lead_id in GONE} == {"stale"}


def test_what_is_erased_is_blanked_everywhere_else_than_on_its_own_row(database: Database) -> None:
    written_and_rewritten(database)
    erased(database)
    marks = [mark(number) for number in GONE]
    with database.read() as connection:
        assert imported.known(connection, marks) == {}
        assert set(imported.known(connection, [mark(8)])) == {mark(8)}
        assert erasure.unscrubbed(connection) == list(GONE)
    with database.write() as connection:
        erasure.note_scrubbed(connection, GONE[:2], MONDAY)
        assert erasure.unscrubbed(connection) == [GONE[2]]


def test_whoever_still_sees_the_old_rows_keeps_them_in_the_files(
    database: Database, database_url: str
) -> None:
    written_and_rewritten(database)
    reader = Database(database_url)
    with reader.read() as connection:
        leads.read(connection, [7])
        erased(database)
        with pytest.raises(TracesRemain):
            scrub(database, 0)
        assert leads.read(connection, [7])[7].key == f"moved-{mark(7)}"
    reader.dispose()
    scrub(database)


@on_sqlite
def test_whoever_writes_is_waited_for_and_then_named(database: Database, database_url: str) -> None:
    other = Database(database_url)
    with other.write(), pytest.raises(DatabaseLocked, match="locked by another process for 0 s"):
        scrub(database, 0)
    other.dispose()


@on_postgresql
def test_only_who_owns_the_tables_may_scrub_and_others_are_told(
    database: Database, database_url: str
) -> None:
    clerk = f"clerk_{uuid.uuid4().hex}"
    with database.write() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {clerk} LOGIN")
    other = Database(make_url(database_url).set(username=clerk).render_as_string(False))
    try:
        with pytest.raises(TracesRemain, match="this user may not rewrite lead, entry, message, delivery, "):
            scrub(other, 1)
    finally:
        other.dispose()
        with database.write() as connection:
            connection.exec_driver_sql(f"DROP ROLE {clerk}")
