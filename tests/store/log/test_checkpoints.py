"""What a signed head counts stays what it counts: ids that were given before, but committed after."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from support.builders import MONDAY, a_draft, sealed

from slaflow.store.database import Database
from slaflow.store.log import checkpoints, entries
from slaflow.store.log.checkpoints import KeptCheckpoint

ON_POSTGRESQL = pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)


class Meanwhile(threading.Thread):
    """*work* in a write transaction of another connection; ``result`` once it is done."""

    def __init__(self, database: Database, work: Callable[[Connection], Any]) -> None:
        super().__init__(daemon=True)
        self.database, self.work, self.result = database, work, None
        self.start()

    def run(self) -> None:
        with self.database.write() as connection:
            self.result = self.work(connection)

    def outcome(self) -> Any:
        self.join(30)
        assert not self.is_alive()
        return self.result


def write(connection: Connection, lead: int) -> int:
    """One entry of *lead*; its id."""
    entries.append(connection, sealed([a_draft(1)], lead))
    return int(connection.execute(text(f"SELECT id FROM entry WHERE lead = {lead}")).scalar_one())


def wait_for_lock(database: Database, number: int) -> None:
    """Returns once *number* sessions wait for a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    for _ in range(5000):
        with database.read() as connection:
            if connection.execute(waiting).scalar_one() >= number:
                return
    raise AssertionError("nobody waits")


@ON_POSTGRESQL
def test_a_head_waits_for_whoever_holds_a_lower_id(database: Database) -> None:
    """Ids are given before the commit: the second writer is there first, with the higher id."""
    with database.write() as slow:
        first = write(slow, 1)
        with database.write() as quick:
            second = write(quick, 2)
        assert first < second
        head = Meanwhile(database, checkpoints.last_entry)
        wait_for_lock(database, 1)
        late = Meanwhile(database, lambda connection: write(connection, 3))
        wait_for_lock(database, 2)
    with database.read() as connection:
        under = [leaf[0] for leaf in checkpoints.leaves(connection, 0, head.outcome())]
    assert under == [first, second]
    assert late.outcome() > head.outcome()


@ON_POSTGRESQL
def test_what_is_rolled_back_leaves_a_gap_and_no_hole(database: Database) -> None:
    with database.write() as connection:
        write(connection, 1)
    with database.write() as connection:
        undone = connection.begin_nested()
        write(connection, 2)
        undone.rollback()
    with database.write() as connection:
        third = write(connection, 3)
    with database.write() as connection:
        assert checkpoints.last_entry(connection) == third == 3
    with database.read() as connection:
        assert [leaf[0] for leaf in checkpoints.leaves(connection)] == [1, 3]


def test_an_empty_log_ends_at_nothing(database: Database) -> None:
    with database.write() as connection:
        assert checkpoints.last_entry(connection) == 0
    with database.read() as connection:
        assert list(checkpoints.leaves(connection)) == []
        assert checkpoints.latest(connection) is None


def test_leaves_come_by_id_between_two_ids(database: Database) -> None:
    with database.write() as connection:
        for lead in (3, 1, 2, 9):
            write(connection, lead)
    with database.read() as connection:
        every = [(entry.id, entry.hash) for entry in entries.entries(connection)]
        assert list(checkpoints.leaves(connection)) == every
        assert list(checkpoints.leaves(connection, 1, 3)) == every[1:3]


def test_reading_leaves_asks_for_ids_and_hashes_alone(database: Database) -> None:
    with database.write() as connection:
        write(connection, 1)
    sent: list[str] = []
    with database.read() as connection:
        event.listen(connection, "before_cursor_execute", lambda *given: sent.append(given[2]))
        list(checkpoints.leaves(connection))
    (statement,) = sent
    assert "entry.hash" in statement
    assert "entry.data" not in statement


def kept(size: int, root: str = "a" * 64) -> KeptCheckpoint:
    return KeptCheckpoint(MONDAY, f"log/{size}", size, root, "sig", "note\n", size * 2, b"\x00" * 32)


def test_heads_are_kept_as_they_were_signed(database: Database) -> None:
    with database.write() as connection:
        for size in (5, 9, 7, 9):
            checkpoints.keep(connection, kept(size, f"{size:064}"))
    with database.write() as connection:
        assert checkpoints.latest(connection) == kept(9, f"{9:064}")
        assert checkpoints.origin(connection) == "log/5"
        assert [each.size for each in checkpoints.up_to_size(connection, 7)] == [5, 7]


def test_a_log_has_one_identity_for_ever(database: Database) -> None:
    with database.read() as connection:
        identity = checkpoints.identity_of(connection)
        assert connection.execute(text("SELECT count(*) FROM identity")).scalar() == 1
    assert len(bytes.fromhex(identity)) == 8
