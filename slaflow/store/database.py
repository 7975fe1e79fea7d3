"""The database: one engine per URL, read and write transactions, and its faults as errors of ours.

SQLite: WAL, every commit synced, one writer at a time, waiting for each other. PostgreSQL: psycopg, the
session in UTC; reads are one snapshot, writes lock the rows they change.
"""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine, Select, create_engine, event, inspect, select
from sqlalchemy import exc as sa_exc
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.sql import column, table

from slaflow.settings.environment import sqlite_url
from slaflow.store.database_file import file_of
from slaflow.store.driver_errors import translated
from slaflow.store.errors import DatabaseAbsent, DatabaseNewer, InvalidDatabaseUrl, NotMigrated
from slaflow.store.tables.metadata import REVISIONS

__all__ = ["Connection", "Database", "driver_connection", "is_rehearsal", "revision"]

WAIT_SECONDS = 30
SLICE_MILLISECONDS = 200
"""Signals are heard between two slices of waiting for a locked file: SQLite itself hears none."""
_REHEARSAL = "slaflow_rehearsal"
_REVISION: Select[Any] = select(column("version_num")).select_from(table("alembic_version"))
_SQLITE_OPTIONS = ("timeout", "isolation_level", "detect_types", "check_same_thread", "cached_statements")
"""What the driver takes from a URL. Source: SQLAlchemy's ``pysqlite`` dialect."""
_POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg")
GONE_AFTER: dict[str, int] = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""A server whose machine or network is gone without a word is given up after a minute, where the system
would wait for two hours; what the URL names comes first. In seconds, the last in milliseconds. Source:
https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS"""


class Database:
    """A database by its URL; opens connections when asked, never before.

    Raises:
        InvalidDatabaseUrl: *url* is not ``sqlite:///FILE`` or ``postgresql+psycopg://...``.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        """As it was given, password and all: never shown."""
        self._url = _parse(url)
        self.shown = _shown(self._url)
        self._written = _written_file(url)
        self._engine = _engine(self._url)
        # Whoever lets go of a Database without a word still leaves no connection open behind.
        weakref.finalize(self, self._engine.dispose)
        self._checked = False
        self._here = threading.local()
        self._writing = threading.RLock()
        self.is_hurried: Callable[[], bool] = lambda: False
        """Asked now and then while a write waits for a locked file; True gives the waiting up."""

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database, which need not be there yet; None on PostgreSQL."""
        return file_of(self._url)

    def dispose(self) -> None:
        """Closes every pooled connection."""
        self._engine.dispose()

    @contextmanager
    def read(self, snapshot: str | None = None) -> Iterator[Connection]:
        """A connection in a read transaction that sees one snapshot; nothing written in it stays.

        *snapshot* is one that another transaction has exported, on PostgreSQL; see ``snapshot.py``.
        """
        shared: Connection | None = getattr(self._here, "shared", None)
        if shared is not None and snapshot is None:
            yield shared
            return
        with self._transaction(write=False) as connection:
            if snapshot is not None:
                connection.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
            self._check_revision(connection)
            yield connection

    @contextmanager
    def one_read(self) -> Iterator[None]:
        """Has whatever this thread reads inside be of one transaction: all of it tells of one instant."""
        with self.read() as connection:
            before = getattr(self._here, "shared", None)
            self._here.shared = connection
            try:
                yield
            finally:
                self._here.shared = before

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection in a write transaction: committed at the end, rolled back by any exception.

        Raises:
            ConflictingChange: somebody else was first; nothing was written, try again.
        """
        with self._transaction(write=True) as connection:
            self._check_revision(connection)
            yield connection

    @contextmanager
    def rehearsal(self) -> Iterator[Connection]:
        """A write transaction of which nothing stays; what need not wait for its end does not."""
        with self._transaction(write=True, rehearsed=True) as connection:
            self._check_revision(connection)
            yield connection

    @contextmanager
    def migrating(self, *, create: bool = False) -> Iterator[Connection]:
        """A write transaction on whatever revision the tables are; *create* makes an absent SQLite file."""
        self._checked = False
        with self._transaction(write=True, create=create) as connection:
            yield connection

    @contextmanager
    def inspecting(self) -> Iterator[Connection]:
        """A read transaction on whatever revision the tables are."""
        with self._transaction(write=False) as connection:
            yield connection

    def detached(self) -> Any:
        """A driver's connection of its own, outside the pool; the caller closes it."""
        pooled = self._engine.raw_connection()
        driver = pooled.driver_connection
        pooled.detach()
        return driver

    def check_again(self) -> None:
        """Has the next transaction look at the revision anew, which may have changed under a long run."""
        self._checked = False

    @contextmanager
    def _transaction(
        self, *, write: bool, create: bool = False, rehearsed: bool = False
    ) -> Iterator[Connection]:
        _check_file(self._url, self.shown, self._written, create)
        with (
            translated(self.shown, WAIT_SECONDS), self._turn(write), self._engine.connect() as connection
        ):  # fmt: skip
            options: dict[str, Any] = {
                "slaflow_write": write, "slaflow_hurried": self.is_hurried, _REHEARSAL: rehearsed
            }  # fmt: skip
            if self.dialect == "postgresql":
                options["isolation_level"] = "READ COMMITTED" if write else "REPEATABLE READ"
                options["postgresql_readonly"] = not write
            connection = connection.execution_options(**options)
            with connection.begin() as transaction:
                yield connection
                if rehearsed:
                    transaction.rollback()

    @contextmanager
    def _turn(self, write: bool) -> Iterator[None]:
        """Has this process's threads write to a file one after the other.

        SQLite lets who waits look again after longer and longer sleeps, so that the file is often free
        with nobody at it. Who gets no turn in time tries all the same, and hears what SQLite says.
        """
        is_taken, latest = False, monotonic() + WAIT_SECONDS
        if write and self.dialect == "sqlite":
            while not (is_taken := self._writing.acquire(timeout=SLICE_MILLISECONDS / 1000)):
                if self.is_hurried() or monotonic() >= latest:
                    break
        try:
            yield
        finally:
            if is_taken:
                self._writing.release()

    def _check_revision(self, connection: Connection) -> None:
        if self._checked:
            return
        found = revision(connection)
        if found is not None and found not in REVISIONS:
            raise DatabaseNewer(self.shown, found, REVISIONS[-1])
        if found != REVISIONS[-1]:
            raise NotMigrated(self.shown, found, REVISIONS[-1])
        self._checked = True


def is_rehearsal(connection: Connection) -> bool:
    """Whether nothing of this transaction will stay, so that nobody has to wait for it."""
    return bool(connection.get_execution_options().get(_REHEARSAL))


def revision(connection: Connection) -> str | None:
    """The revision the tables are of, None where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(_REVISION).scalar()


def _parse(text: str) -> URL:
    try:
        url = make_url(text)
    except (sa_exc.ArgumentError, ValueError):
        # The text may hold a password in a place that no parser finds, so it is not shown.
        raise InvalidDatabaseUrl("URL", "it is not written like one") from None
    if url.drivername in _POSTGRESQL:
        return url.set(drivername="postgresql+psycopg")
    shown = _shown(url)
    if url.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise InvalidDatabaseUrl(shown, f'slaflow does not know "{url.drivername}"')
    if url.database in (None, "", ":memory:"):
        raise InvalidDatabaseUrl(shown, "it names no file, and slaflow keeps what it writes")
    if "uri" in url.query:
        return url
    if unknown := [option for option in _options(text) if option.partition("=")[0] not in _SQLITE_OPTIONS]:
        raise InvalidDatabaseUrl(
            shown, f'"{unknown[0][:60]}" after the ? is no option of SQLite\'s; in a name ? is written %3F'
        )
    return url


def _shown(url: URL) -> str:
    """The URL for people to read, and to be given again; no password stands in it."""
    if not url.drivername.startswith("sqlite") or "uri" in url.query or not url.database:
        return url.render_as_string(hide_password=True)
    rest = url.set(database=None).render_as_string().partition("?")
    return f"{sqlite_url(url.database, url.drivername)}{rest[1]}{rest[2]}"


def _written_file(text: str) -> str:
    """A SQLite URL's file as it is written, ``%`` and all."""
    return text.partition(":///")[2].partition("?")[0]


def _options(text: str) -> list[str]:
    return [option for option in text.partition("?")[2].split("&") if option]


def _engine(url: URL) -> Engine:
    if url.drivername == "postgresql+psycopg":
        given: dict[str, Any] = {name: value for name, value in GONE_AFTER.items() if name not in url.query}
        # prepare_threshold: statements are few and always the same, so plan them early.
        given |= {"options": _utc_session(url), "prepare_threshold": 2}
        # The connection used last has most statements planned.
        return create_engine(url, connect_args=given, pool_use_lifo=True)
    engine = create_engine(url, connect_args={"timeout": WAIT_SECONDS, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _utc_session(url: URL) -> str:
    given = url.query.get("options", "")
    return f"{given if isinstance(given, str) else ' '.join(given)} -c timezone=UTC -c datestyle=ISO".strip()


def _check_file(url: URL, shown: str, written: str, create: bool) -> None:
    if not url.drivername.startswith("sqlite") or "uri" in url.query:
        return
    file = Path(url.database or "")
    _check_meant(file, Path(written), shown)
    if not file.is_file() and not create:
        raise DatabaseAbsent(shown, "there is no such file", "run 'slaflow init', or name another with --db")
    if create and not file.parent.is_dir():
        raise DatabaseAbsent(shown, "there is no such folder", "make it first, or name another with --db")


def _check_meant(file: Path, written: Path, shown: str) -> None:
    """Whether nobody can have meant another file, whose name has the very percent sign that is in the URL."""
    apart = written != file and (
        written.exists() or (written.parent != file.parent and written.parent.is_dir())
    )
    if apart:
        kind = "file" if written.exists() else "folder"
        found = written if written.exists() else written.parent
        raise InvalidDatabaseUrl(
            shown, f'this names "{file}", and there is a {kind} "{found}" too; in a URL its % is written %25'
        )


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    # Transactions are begun by _begin_sqlite, not by the driver's own guess.
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout = 30000")
    connection.execute("PRAGMA foreign_keys = ON")
    # Without it, INSERT OR REPLACE would delete log entries past the trigger that forbids it.
    connection.execute("PRAGMA recursive_triggers = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -65536")


def _begin_sqlite(connection: Connection) -> None:
    # Reading raw entries loosens how text is decoded; a new transaction starts strict again.
    driver_connection(connection).text_factory = str
    options = connection.get_execution_options()
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if options['slaflow_write'] else 'ON'}")
    if options["slaflow_write"]:
        _take_file(connection, options["slaflow_hurried"])
    else:
        connection.exec_driver_sql("BEGIN")


def _take_file(connection: Connection, is_hurried: Callable[[], bool]) -> None:
    """Begins to write, once the file is free or the connection's own patience is at an end."""
    driver = driver_connection(connection)
    (patience,) = driver.execute("PRAGMA busy_timeout").fetchone()
    latest = monotonic() + (patience - SLICE_MILLISECONDS) / 1000
    driver.execute(f"PRAGMA busy_timeout = {min(patience, SLICE_MILLISECONDS)}")
    try:
        while not _took_file(connection, is_last_try=monotonic() >= latest or is_hurried()):
            pass
    finally:
        driver.execute(f"PRAGMA busy_timeout = {patience}")


def _took_file(connection: Connection, *, is_last_try: bool) -> bool:
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except sa_exc.OperationalError as error:
        if is_last_try or getattr(error.orig, "sqlite_errorname", "") != "SQLITE_BUSY":
            raise
        return False
    return True


def driver_connection(connection: Connection) -> Any:
    """The driver's own connection behind *connection*."""
    pooled: PoolProxiedConnection = connection.connection
    return pooled.driver_connection
