"""Transactions, and every fault of the environment in one clear line."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from support.builders import a_lead

from slaflow.errors import ENVIRONMENT
from slaflow.settings.environment import sqlite_url
from slaflow.store import database as database_module
from slaflow.store import schema
from slaflow.store.database import Database, driver_connection
from slaflow.store.errors import (
    DatabaseAbsent,
    DatabaseLocked,
    DatabaseNewer,
    DatabaseReadOnly,
    DatabaseUnreachable,
    InvalidDatabaseUrl,
    NotADatabase,
    NotMigrated,
    StoreError,
)
from slaflow.store.rows import leads
from slaflow.store.tables.all import REVISIONS

ON_SQLITE = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)


def read(url: str) -> None:
    database = Database(url)
    try:
        with database.read() as connection:
            leads.failing(connection)
    finally:
        database.dispose()


def message_of(error: pytest.ExceptionInfo[StoreError]) -> str:
    """What the person sees: one line that ends the command with the environment's exit code."""
    assert error.value.exit_code == ENVIRONMENT
    assert "\n" not in str(error.value)
    return str(error.value)


def test_what_a_failed_transaction_wrote_is_gone(database: Database) -> None:
    def fail_half_way() -> None:
        with database.write() as connection:
            leads.insert(connection, [a_lead(1)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    with database.read() as connection:
        assert leads.read(connection, [1]) == {}


def test_nothing_written_in_a_read_stays(database: Database) -> None:
    with pytest.raises(DatabaseReadOnly), database.read() as connection:
        leads.insert(connection, [a_lead(1)])
    with database.read() as connection:
        assert leads.read(connection, [1]) == {}


def test_a_read_sees_one_snapshot(database: Database) -> None:
    with database.read() as reading:
        assert leads.read(reading, [1]) == {}
        with database.write() as connection:
            leads.insert(connection, [a_lead(1)])
        assert leads.read(reading, [1]) == {}
    with database.read() as reading:
        assert leads.read(reading, [1]) == {1: a_lead(1)}


def test_a_database_without_tables_says_which_command_makes_them(
    empty_database_url: str, dialect: str
) -> None:
    if dialect == "sqlite":
        sqlite3.connect(make_url(empty_database_url).database or "").close()
        Path(make_url(empty_database_url).database or "").touch()
    with pytest.raises(NotMigrated) as error:
        read(empty_database_url)
    assert message_of(error).endswith("has no tables yet; run 'slaflow db upgrade' or 'slaflow init'")


def test_a_database_of_a_later_slaflow_is_left_alone(database: Database, database_url: str) -> None:
    with database.migrating() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseNewer) as error:
        read(database_url)
    assert "revision 9999, which this slaflow (revision" in message_of(error)
    with pytest.raises(DatabaseNewer):
        schema.upgrade(database)
    with pytest.raises(DatabaseNewer):
        schema.downgrade(database, "base")


def test_a_database_of_an_earlier_slaflow_is_to_be_upgraded(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "REVISIONS", (*REVISIONS, "9998"))
    with pytest.raises(NotMigrated) as error:
        read(database_url)
    assert message_of(error).endswith(f"is at revision {REVISIONS[-1]}, not 9998; run 'slaflow db upgrade'")


def test_an_absent_file_is_not_made_by_looking(tmp_path: Path) -> None:
    file = tmp_path / "absent.db"
    with pytest.raises(DatabaseAbsent) as error:
        read(f"sqlite:///{file}")
    assert message_of(error).endswith("there is no such file; run 'slaflow init', or name another with --db")
    assert not file.exists()


def test_a_file_in_an_absent_folder_is_not_made(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/absent/slaflow.db")
    with pytest.raises(DatabaseAbsent) as error:
        schema.upgrade(database)
    assert "there is no such folder" in message_of(error)


def test_a_file_that_is_no_database_is_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear sales, " * 100)
    with pytest.raises(NotADatabase) as error:
        read(f"sqlite:///{file}")
    assert "file is not a database" in message_of(error)


@ON_SQLITE
def test_a_read_only_file_takes_no_writes(database_url: str) -> None:
    file = make_url(database_url).database
    database = Database(f"sqlite:///file:{file}?mode=ro&uri=true")
    with pytest.raises(DatabaseReadOnly) as error, database.write() as connection:
        leads.insert(connection, [a_lead(1)])
    assert "is read-only" in message_of(error)
    with database.read() as connection:
        assert leads.read(connection, [1]) == {}
    database.dispose()


@ON_POSTGRESQL
def test_a_user_who_may_only_read_is_told_so(database: Database) -> None:
    def write_as_a_monitor() -> None:
        with database.write() as connection:
            connection.execute(text("SET LOCAL ROLE pg_monitor"))
            leads.insert(connection, [a_lead(1)])

    with pytest.raises(DatabaseReadOnly) as error:
        write_as_a_monitor()
    assert "or its user, able to write" in message_of(error)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for a lock takes no time."""

    def connected(connection: sqlite3.Connection, record: object) -> None:
        prepare(connection, record)
        connection.execute("PRAGMA busy_timeout = 0")

    prepare = database_module._prepare_sqlite
    monkeypatch.setattr(database_module, "_prepare_sqlite", connected)


@ON_SQLITE
@pytest.mark.usefixtures("impatient")
def test_a_file_that_another_keeps_locked_is_named(database_url: str, database: Database) -> None:
    other = Database(database_url)
    with database.write(), pytest.raises(DatabaseLocked) as error, other.write():
        raise AssertionError("two write at once")
    other.dispose()
    assert "locked by another process for 30 s" in message_of(error)


@ON_SQLITE
def test_who_is_in_a_hurry_does_not_wait_for_a_locked_file(database_url: str, database: Database) -> None:
    """Asked again and again, so that a signal that comes while it waits is heard."""
    other, answers = Database(database_url), iter([False, False, True])
    other.is_hurried = lambda: next(answers)
    with database.write(), pytest.raises(DatabaseLocked), other.write():
        raise AssertionError("two write at once")
    assert list(answers) == []
    other.is_hurried = lambda: False
    with other.write() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000
    other.dispose()


@ON_SQLITE
@pytest.mark.usefixtures("impatient")
def test_threads_that_share_a_database_write_one_after_the_other(database: Database) -> None:
    """Though no lock is waited for at all, none is refused: each has its turn."""

    def add(number: int) -> None:
        with database.write() as writing:
            leads.insert(writing, [a_lead(number)])

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(add, range(1, 41)))
    with database.read() as reading:
        assert leads.read(reading, range(1, 41)).keys() == set(range(1, 41))


@ON_SQLITE
def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    with database.write() as writing:
        leads.insert(writing, [a_lead(1)])
        with database.read() as reading:
            assert leads.read(reading, [1]) == {}


@ON_SQLITE
def test_a_file_keeps_a_write_ahead_log_and_syncs_each_commit(database: Database) -> None:
    with database.read() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


@ON_POSTGRESQL
def test_sessions_run_in_utc_whatever_the_server_says(database_url: str) -> None:
    url = make_url(database_url)
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(False), autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{url.database}" SET timezone = "Asia/Tokyo"')  # type: ignore[arg-type]
        server.execute(f'ALTER DATABASE "{url.database}" SET datestyle = "SQL, DMY"')  # type: ignore[arg-type]
    database = Database(database_url)
    with database.write() as connection:
        leads.insert(connection, [a_lead(1)])
        assert connection.execute(text("SHOW timezone")).scalar() == "UTC"
        assert leads.read(connection, [1])[1].created_at.tzinfo is a_lead(1).created_at.tzinfo
    database.dispose()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port nobody answers on."""
    import socket

    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@ON_POSTGRESQL
def test_a_network_that_is_gone_without_a_word_is_noticed(database_url: str) -> None:
    """libpq is told to probe; what the URL says comes first."""
    database = Database(f"{database_url}&keepalives_idle=7")
    with database.read() as connection:
        told = driver_connection(connection).info.get_parameters()
    database.dispose()
    names = ("connect_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count")
    assert [told[name] for name in names] == ["10", "7", "10", "3"]
    assert told["tcp_user_timeout"] == "60000"


def test_a_server_that_does_not_answer_is_unreachable_and_no_password_is_shown(silent_port: int) -> None:
    with pytest.raises(DatabaseUnreachable) as error:
        read(f"postgresql+psycopg://ann:secret@127.0.0.1:{silent_port}/slaflow")
    message = message_of(error)
    assert f"127.0.0.1:{silent_port}/slaflow is not reachable" in message
    assert "secret" not in message


@ON_POSTGRESQL
def test_a_database_the_server_does_not_have_is_unreachable(database_url: str) -> None:
    with pytest.raises(DatabaseUnreachable, match="does not exist"):
        read(make_url(database_url).set(database="absent").render_as_string(hide_password=False))


@ON_POSTGRESQL
@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_usual_scheme_of_postgresql_works(database_url: str, scheme: str) -> None:
    read(make_url(database_url).set(drivername=scheme).render_as_string(hide_password=False))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "not written like one"),
        ("slaflow.db", "not written like one"),
        ("mysql://ann:secret@localhost/slaflow", 'slaflow does not know "mysql"'),
        ("postgresql+asyncpg://localhost/slaflow", 'slaflow does not know "postgresql+asyncpg"'),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///x?y/slaflow.db", '"y/slaflow.db" after the ? is no option'),
        ("postgresql://ann:secret@localhost:port/x", "not written like one"),
    ],
)
def test_what_is_no_url_of_a_database_is_refused(url: str, reason: str) -> None:
    with pytest.raises(InvalidDatabaseUrl) as error:
        Database(url)
    message = message_of(error)
    assert reason in message
    assert "give sqlite:///FILE or postgresql+psycopg://" in message
    assert "secret" not in message


@pytest.mark.parametrize("name", ["a%20b.db", "x?y.db", "x?mode=ro", "x#y&z.db", "ü'%41.db"])
def test_a_file_may_have_any_name(tmp_path: Path, name: str) -> None:
    made = Database(sqlite_url(tmp_path / name))
    schema.upgrade(made)
    made.dispose()
    assert [file.name for file in tmp_path.iterdir() if not file.name.endswith(("-wal", "-shm"))] == [name]
    again = Database(made.shown)
    assert schema.current(again) is not None
    again.dispose()


def test_a_file_of_another_name_is_not_opened_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``%20`` is a space in a URL, and may have been meant as it stands."""
    monkeypatch.chdir(tmp_path)
    for name in ("a b.db", "a%20b.db"):
        made = Database(sqlite_url(name))
        schema.upgrade(made)
        made.dispose()
    for ambiguous in ("sqlite:///a%20b.db", f"sqlite:///{tmp_path}/a%20b.db"):
        with pytest.raises(InvalidDatabaseUrl, match="in a URL its % is written %25"):
            read(ambiguous)
    read("sqlite:///a b.db")
    read("sqlite:///a%2520b.db")
    (tmp_path / "a%20b.db").unlink()
    read("sqlite:///a%20b.db")


def test_a_new_file_goes_into_no_folder_of_another_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a b", "a%20b"):
        (tmp_path / name).mkdir()
    with pytest.raises(InvalidDatabaseUrl, match='there is a folder "a%20b" too'):
        schema.upgrade(Database("sqlite:///a%20b/x.db"))


def test_a_database_serves_many_threads(database: Database) -> None:
    def work(lead_id: int) -> None:
        with database.write() as connection:
            leads.insert(connection, [a_lead(lead_id)])

    threads = [threading.Thread(target=work, args=(lead_id,)) for lead_id in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert sorted(leads.read(connection, range(1, 10))) == list(range(1, 9))
