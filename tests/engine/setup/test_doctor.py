"""The doctor finds what keeps promises from being enforced, and says how to mend it."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from support.office import (
    AGREEMENT,
    ANNA,
    FRIDAY,
    HOUR,
    MONDAY,
    Present,
    handed_over,
    on_one_database,
    staffed,
)

from slaflow.engine.app import Engine
from slaflow.engine.context import wall_clock
from slaflow.engine.setup.doctor import examine
from slaflow.store import schema

MADE_BY = {
    "sqlite": "sql FROM sqlite_master WHERE name",
    "postgresql": "indexdef FROM pg_indexes WHERE indexname",
}
"""Where each database keeps the statement that made an index."""
on_postgresql = pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)


def found(app: Engine, name: str) -> list[str]:
    """What is amiss there; nothing where it is in order."""
    return [check.detail for check in examine(app) if check.name == name and not check.ok]


def carry_out(app: Engine, *statements: str) -> None:
    """What somebody does to the database by hand."""
    with app.database.migrating() as conn:
        for statement in statements:
            conn.execute(text(statement))


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"], indirect=True)
def test_a_tick_that_does_not_run(app: Engine, present: Present) -> None:
    handed_over(app, at=FRIDAY)
    assert found(app, "tick") == []
    present.at = MONDAY + timedelta(minutes=4, hours=4)
    (told,) = found(app, "tick")
    assert told.startswith("1 lead waits, the oldest step, on lead 1 (respond), for ")
    assert "'slaflow tick --watch'" in told
    app.tick()
    assert found(app, "tick") == []


@on_one_database
def test_a_calendar_of_somebodys_own_that_no_agreement_has_any_more(app: Engine, present: Present) -> None:
    staffed(app)
    app.add_person(ANNA, calendar="office", at=FRIDAY)
    assert found(app, "people") == []
    app.activate(AGREEMENT.replace("office:", "bureau:").replace("calendar: office", "calendar: bureau"))
    (told,) = found(app, "people")
    assert told.startswith(f"{ANNA} goes by office, which no active agreement has; give them another: ")


def test_messages_that_are_not_sent_any_more(app: Engine, present: Present) -> None:
    """While nothing was ever sent, messages are kept; once they are sent, one that waits is stuck."""
    handed_over(app, at=FRIDAY)
    present.at = MONDAY + 4 * HOUR
    app.tick()
    present.at += 3 * HOUR
    assert found(app, "outbox") == []
    carry_out(app, "UPDATE message SET status = 'sent' WHERE id = (SELECT min(id) FROM message)")
    (waiting,) = found(app, "outbox")
    assert "the oldest has waited for 3 h 0 min; see 'slaflow outbox list --status waiting'" in waiting
    carry_out(app, "UPDATE message SET status = 'failed'")
    (failed,) = found(app, "outbox")
    assert " failed; see 'slaflow outbox list --status failed'" in failed


def test_an_index_that_somebody_dropped_and_the_statement_that_makes_it_again(app: Engine) -> None:
    carry_out(app, "DROP INDEX clock_wake", "DROP INDEX entry_breached_once")
    told = found(app, "indexes")
    assert [line.split()[1] for line in told] == ["clock_wake", "entry_breached_once"]
    assert found(app, "migrations") == []
    carry_out(app, *(line.partition("; run: ")[2] for line in told))
    assert found(app, "indexes") == []
    with app.database.read() as conn:
        made = conn.execute(text(f"SELECT {MADE_BY[app.database.dialect]} = 'clock_wake'")).scalar_one()
    assert "wake_at IS NOT NULL" in made


def test_a_log_that_nothing_guards(app: Engine) -> None:
    off = {
        "sqlite": "DROP TRIGGER entry_no_update",
        "postgresql": "ALTER TABLE entry DISABLE TRIGGER entry_kept",
    }
    carry_out(app, off[app.database.dialect])
    (told,) = found(app, "indexes")
    assert told.startswith(f"trigger {off[app.database.dialect].split()[-1]} is missing or off")
    assert "'slaflow log verify'" in told


def test_tables_that_somebody_changed_by_hand_are_not_mended_by_an_upgrade(app: Engine) -> None:
    carry_out(app, "ALTER TABLE team ADD COLUMN colour TEXT")
    (told,) = found(app, "migrations")
    assert "colour" in told
    assert told.endswith("somebody changed the tables by hand; undo it, or restore a backup")


@on_one_database
def test_a_file_that_was_restored_from_a_compact_copy(app: Engine, tmp_path: Path) -> None:
    """``VACUUM INTO`` leaves the write-ahead log's mode behind; an upgrade brings it back."""
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(tmp_path / "office.db")) as file:
        file.execute("VACUUM INTO ?", (str(copy),))
    restored = Engine(f"sqlite:///{copy}", now=app.now)
    (told,) = found(restored, "journal")
    assert told.endswith("so readers and writers wait for each other; run 'slaflow db upgrade'")
    restored.upgrade()
    assert found(restored, "journal") == []
    assert restored.verify().bad is None
    restored.database.dispose()


def test_what_differs_is_said_in_words(app: Engine) -> None:
    carry_out(app, "ALTER TABLE person RENAME COLUMN role TO part", "DROP TABLE team")
    told = sorted(schema.check(app.database))
    assert told == [
        "column person.part is not of slaflow",
        "column person.role is missing",
        "table team is missing",
    ]


@on_one_database
def test_a_file_of_pages_that_hold_nothing(app: Engine) -> None:
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
    carry_out(app, f"INSERT INTO imported (key, reason) {numbers} SELECT i, hex(zeroblob(4000)) FROM n")
    assert found(app, "space") == []
    carry_out(app, "DELETE FROM imported")
    (told,) = found(app, "space")
    assert "pages hold nothing; with slaflow stopped, run VACUUM" in told


@on_postgresql
def test_a_table_of_dead_rows(app: Engine) -> None:
    carry_out(app, "ALTER TABLE imported SET (autovacuum_enabled = off)")
    carry_out(app, "INSERT INTO imported (key) SELECT n::text FROM generate_series(1, 12000) AS n")
    carry_out(app, "DELETE FROM imported", "SELECT pg_stat_force_next_flush()")
    latest = time.monotonic() + 10
    while not (told := found(app, "space")):
        assert time.monotonic() < latest
    assert told == [
        "12000 of 12000 rows of table imported are dead; "
        "run: VACUUM ANALYZE imported, and see that autovacuum is on"
    ]


@on_postgresql
def test_clocks_that_do_not_agree(app: Engine, present: Present) -> None:
    """The test's own clock stands in March 2026, the server's does not."""
    (told,) = found(app, "clock")
    assert told.startswith("this machine's clock is ")
    assert told.endswith(
        " s behind the database server's, and what falls due is noticed late here; synchronise both"
    )
    present.at = wall_clock() + timedelta(hours=1)
    (told,) = found(app, "clock")
    assert " s ahead of the database server's, and ticks are refused here; synchronise both" in told
