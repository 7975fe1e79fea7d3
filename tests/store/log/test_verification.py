"""What verification says of a log whose rows were changed behind slaflow's back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, text
from support.builders import MONDAY, SALT, a_breach, a_draft, a_lead

from slaflow.log.chain import seal
from slaflow.log.entry import GENESIS, KEYS
from slaflow.log.raw_entry import ID
from slaflow.log.verify import Verification, verify
from slaflow.store.database import Database
from slaflow.store.log import entries as log
from slaflow.store.rows import leads

SQLITE_TAKES_ANY_TYPE = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
QUARTER = timedelta(minutes=15, microseconds=250_000)


def an_honest_log(connection: Connection) -> None:
    """Two leads and the stream of people, three entries each."""
    new = [a_lead(1), a_lead(10)]
    for lead in new:
        drafts = [a_draft(1, "created"), a_draft(2, at=MONDAY + QUARTER), a_breach(3)]
        entries, lead.head = seal(
            drafts,
            stream=f"lead:{lead.id}",
            lead=lead.id,
            salt=SALT,
            digest=lead.digest,
            head=GENESIS,
            recorded_at=MONDAY,
        )
        lead.seq = 3
        log.append(connection, entries)
    leads.insert(connection, new)
    people, head = seal(
        [a_draft(seq, "person") for seq in (1, 2, 3)],
        stream="people",
        lead=None,
        salt=b"",
        digest=None,
        head=GENESIS,
        recorded_at=MONDAY,
    )
    log.append(connection, people)
    log.save_stream(connection, "people", 3, head)


def verified(database: Database, *changes: str) -> Verification:
    """The verdict on an honest log after *changes*, made by somebody who owns the database."""
    with database.write() as connection:
        an_honest_log(connection)
        if changes:
            _let_go(connection)
        for change in changes:
            connection.execute(text(change))
    with database.read() as connection:
        return verify(log.raw_entries(connection), log.heads(connection))


def _let_go(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(text("DROP TRIGGER entry_no_update"))
        connection.execute(text("DROP TRIGGER entry_no_delete"))
    else:
        connection.execute(text("ALTER TABLE entry DISABLE TRIGGER ALL"))


def test_an_honest_log_verifies(database: Database) -> None:
    assert verified(database).as_json() == {"ok": True, "entries": 9, "streams": 3, "bad": None}


SECOND = "WHERE stream = 'lead:1' AND seq = 2"


FORGED = (
    ("lead", "10"),
    ("lead", "NULL"),
    ("class", "'consequence'"),
    ("at", "'2026-03-02 09:15:00.250001+00'"),
    ("arrived_at", "NULL"),
    ("occurred_at", "'2026-03-02 09:00:01+00'"),
    ("recorded_at", "'2025-03-02 09:00:00+00'"),
    ("kind", "'checked'"),
    ("actor", "''"),
    ("party", "NULL"),
    ("owner", "'bo@example.com'"),
    ("held_by", "'sales'"),
    ("trigger", "'accept'"),
    ('"from"', "'mql'"),
    ('"to"', "'mql'"),
    ("target", "'respond'"),
    ("clock", "1"),
    ("step", "'50%'"),
    ("handoff", "true"),
    ("reason", "''"),
    ("caused_by", "1"),
    ("data", '\'{"fields":{"country":"NO"}}\''),
    ("data", '\'{"fields": {"country":"SE"}}\''),
    ("data", "NULL"),
    ("data_hash", "hash"),
    ("digest", "NULL"),
    ("prev", "hash"),
    ("hash", "prev"),
)
"""A column, and what somebody writes there."""


def test_no_column_changes_unnoticed(database: Database) -> None:
    with database.write() as connection:
        an_honest_log(connection)
        _let_go(connection)
    for column, value in FORGED:
        with database.write() as connection:
            connection.execute(text(f"UPDATE entry SET {column} = {value} {SECOND}"))
            verdict = verify(log.raw_entries(connection), log.heads(connection))
            connection.rollback()
        assert verdict.bad is not None, column
        assert (verdict.bad.id, verdict.bad.stream, verdict.bad.seq) == (2, "lead:1", 2), column
        assert len(verdict.findings) == 1, column


@pytest.mark.parametrize(
    ("changes", "bad_id", "stream", "reason"),
    [
        ([f"DELETE FROM entry {SECOND}"], 3, "lead:1", "entry 2 before it is missing"),
        (["DELETE FROM entry WHERE stream = 'lead:1' AND seq = 1"], 2, "lead:1", "entry 1 before it"),
        (["DELETE FROM entry WHERE stream = 'lead:1' AND seq = 3"], None, "lead:1", "end with entry 3"),
        (["DELETE FROM entry WHERE stream = 'people'"], None, "people", "all 3 entries are missing"),
        (["DELETE FROM entry"], None, "lead:1", "all 3 entries are missing"),
        (
            ["UPDATE entry SET seq = 9 " + SECOND, "UPDATE entry SET seq = 2 WHERE id = 3", SECOND.replace(
                "WHERE stream = 'lead:1' AND seq = 2", "UPDATE entry SET seq = 3 WHERE id = 2")],
            3, "lead:1", "does not follow",
        ),
        (
            ["UPDATE entry SET id = 99 WHERE id = 1"], 2, "lead:1", "id does not come after",
        ),
        (["UPDATE entry SET stream = 'lead:5' WHERE stream = 'lead:1'"], 1, "lead:5", "was changed"),
        (["UPDATE lead SET head = salt_head WHERE id = 1"], 3, "lead:1", "end in another hash"),
        (["UPDATE lead SET seq = 2 WHERE id = 1"], 3, "lead:1", "should end with entry 2"),
        (["UPDATE lead SET seq = 4 WHERE id = 1"], None, "lead:1", "should end with entry 4"),
        (["DELETE FROM lead WHERE id = 1"], 1, "lead:1", "data was changed"),
        (["DELETE FROM stream"], 9, "people", "nothing else knows of this stream"),
        (["UPDATE lead SET salt = other_salt WHERE id = 1"], 1, "lead:1", "data was changed"),
    ],
)  # fmt: skip
def test_what_was_done_to_the_log_is_named(
    database: Database, changes: list[str], bad_id: int | None, stream: str, reason: str
) -> None:
    salt = "x'00'" if database.dialect == "sqlite" else "'\\x00'::bytea"
    changes = [change.replace("salt_head", f"'{'c' * 64}'").replace("other_salt", salt) for change in changes]
    bad = verified(database, *changes).bad
    assert bad is not None
    assert (bad.id, bad.stream) == (bad_id, stream)
    assert reason in bad.reason


def test_an_extra_entry_is_named(database: Database) -> None:
    columns = "lead, class, at, recorded_at, kind, actor, handoff, data, data_hash, prev, hash"
    copied = f"INSERT INTO entry (stream, seq, {columns}) SELECT stream, 4, {columns} FROM entry WHERE id = 2"
    bad = verified(database, copied).bad
    assert bad is not None
    assert (bad.id, bad.stream, bad.reason) == (10, "lead:1", "it does not follow the entry before")


def test_the_oldest_change_is_the_one_named(database: Database) -> None:
    verdict = verified(
        database,
        "UPDATE entry SET actor = 'x' WHERE id = 8",
        "UPDATE entry SET actor = 'x' WHERE id = 5",
        "UPDATE entry SET actor = 'x' WHERE id = 6",
    )
    assert verdict.bad is not None
    assert verdict.bad.id == 5
    assert [finding.id for finding in verdict.findings] == [5, 8]


@pytest.mark.parametrize(
    "value",
    ["'infinity'", "'-infinity'", "'2026-03-02 09:15:00.25 BC'", "'12026-03-02 09:15:00.25+00'"],
)
@pytest.mark.parametrize("column", ["at", "occurred_at", "arrived_at"])
def test_an_instant_that_is_none_is_a_change(database: Database, column: str, value: str) -> None:
    verdict = verified(database, f"UPDATE entry SET {column} = {value} {SECOND}")
    assert verdict.bad is not None
    assert verdict.bad.id == 2


@SQLITE_TAKES_ANY_TYPE
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "'2026-03-02T09:15:00.25Z'"),
        ("at", "'2026-03-02T09:15:00.250000+00:00'"),
        ("at", "x'ff'"),
        ("at", "17"),
        ("seq", "2.5"),
        ("lead", "'one'"),
        ("actor", "x'ff00'"),
        ("actor", "CAST(x'ff' AS TEXT)"),
        ("reason", "CAST(x'c328' AS TEXT)"),
        ("handoff", "2"),
        ("handoff", "'no'"),
        ("data", "x'7b7d'"),
        ("data", "CAST(x'ff' AS TEXT)"),
        ("hash", "CAST(x'ff' AS TEXT)"),
        ("prev", "x'ff'"),
        ("stream", "x'ff'"),
    ],
)
def test_what_cannot_be_read_is_a_change(database: Database, column: str, value: str) -> None:
    bad = verified(database, f"UPDATE entry SET {column} = {value} {SECOND}").bad
    assert bad is not None
    assert bad.id in (2, 3)


@SQLITE_TAKES_ANY_TYPE
def test_salts_and_heads_that_cannot_be_read_are_a_change(database: Database) -> None:
    verdict = verified(
        database,
        "UPDATE lead SET salt = 'text' WHERE id = 1",
        "UPDATE lead SET head = CAST(x'ff' AS TEXT) WHERE id = 10",
        "UPDATE stream SET seq = 'three'",
    )
    assert [finding.id for finding in verdict.findings] == [1, 6, 9]


@SQLITE_TAKES_ANY_TYPE
@pytest.mark.parametrize("unreadable", [(2,), (1, 2), (2, 5, 9)])
def test_reading_goes_on_behind_what_is_no_text(database: Database, unreadable: tuple[int, ...]) -> None:
    """No entry is passed over and none is read twice, wherever the driver stopped."""
    ids = ", ".join(map(str, unreadable))
    found = verified(database, f"UPDATE entry SET actor = CAST(x'ff' AS TEXT) WHERE id IN ({ids})")
    assert (found.entries, found.streams) == (9, 3)
    with database.read() as connection:
        rows = list(log.raw_entries(connection))
    marked = [row[ID] for row in rows if row[KEYS.index("actor")] == "\udcff"]
    assert sorted(marked) == list(unreadable)
    assert len({row[ID] for row in rows}) == len(rows) == 9


def erase(database: Database, *, seq: int, upto: int) -> Verification:
    """The verdict on lead 1 erased by entry *seq*, the data of entries up to *upto* being gone."""
    with database.write() as connection:
        an_honest_log(connection)
        lead = leads.lock(connection, [1])[1]
        entries, lead.head = seal(
            [a_draft(seq, "erased", reason="asked for", data={"fields": ["email"]})],
            stream="lead:1", lead=1, salt=b"", digest=lead.digest, head=lead.head, recorded_at=MONDAY,
        )  # fmt: skip
        lead.seq, lead.salt = seq, b""
        log.append(connection, entries)
        leads.update(connection, [lead])
        connection.execute(text(f"UPDATE entry SET data = NULL WHERE stream = 'lead:1' AND seq <= {upto}"))
    with database.read() as connection:
        return verify(log.raw_entries(connection), log.heads(connection))


def test_erased_data_is_no_change(database: Database) -> None:
    assert erase(database, seq=4, upto=3).ok


def test_data_that_escaped_erasure_is_named(database: Database) -> None:
    bad = erase(database, seq=4, upto=2).bad
    assert bad is not None
    assert (bad.id, bad.reason) == (3, "its data was changed")


@SQLITE_TAKES_ANY_TYPE
@pytest.mark.parametrize("column", ["clock", "caused_by", "lead"])
def test_an_infinite_number_does_not_pass_for_nothing(database: Database, column: str) -> None:
    """JSON would show it as null, which is what stood there."""
    bad = verified(database, f"UPDATE entry SET {column} = 9e999 {SECOND}").bad
    assert bad is not None
    assert (bad.id, bad.reason) == (2, "a value of it cannot be read")
