"""What the two drivers say when something goes wrong, in slaflow's errors.

PostgreSQL's is not imported here: it takes longer to load than most commands on SQLite run.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, StatementError

from slaflow.errors import SlaflowError
from slaflow.store.errors import (
    AlreadyRecorded,
    ConflictingChange,
    DatabaseIsReplica,
    DatabaseLocked,
    DatabaseReadOnly,
    DatabaseUnreachable,
    LogIsAppendOnly,
    NoRoom,
    NotADatabase,
    NotMigrated,
    StoreFailed,
    ValueRefused,
)
from slaflow.store.tables.metadata import REVISIONS

if TYPE_CHECKING:
    import psycopg

APPEND_ONLY = "slaflow: the log is append-only"
"""How the triggers on ``entry`` begin their refusal; the migrations spell it out."""

LOST_RACES = {
    "credential_pkey": "credential.person",
    "entry_stream_seq": "entry.stream, entry.seq",
    "lead_key": "lead.key",
    "once_pkey": "once.token, once.key",
    "person_now": "person.key",
    "secret_pkey": "secret.name",
    "sign_in_failure_pkey": "sign_in_failure.who",
    "stream_pkey": "stream.name",
}
"""Unique keys that two writers may both aim at, by name and as SQLite words them; trying again mends it."""

_DEADLOCK_OR_SERIALIZATION = ("40001", "40P01")
_NO_WAY_IN = ("08", "28", "3D", "57")
_UNIQUE_VIOLATION = "23505"
_NO_TABLE = "42P01"
_OF_A_VALUE = ("22", "23")
_READ_ONLY = ("25006", "42501")
_DISK_FULL = "53100"
# On a replica no transaction that may write can begin: its setting is refused. Words are translated, the
# place in the server's source is not.
_IN_RECOVERY = ("0A000", "guc.c")


@contextmanager
def translated(shown: str, waited_seconds: int) -> Iterator[None]:
    """Turns the drivers' errors raised inside into ours; *shown* is the URL without its password."""
    try:
        yield
    except DBAPIError as error:
        raise _fault(error, shown, waited_seconds) from error
    except _postgresql_errors() as error:
        # From a connection of the driver's own, such as a listener's.
        raise _postgresql_fault(error, shown) from error
    except sqlite3.Error as error:
        raise _sqlite_fault(error, shown, waited_seconds) from error
    except StatementError as error:
        # A value that a column of ours does not take, such as an instant without a zone.
        if isinstance(error.orig, SlaflowError):
            raise error.orig from error
        raise


def _fault(error: DBAPIError, shown: str, waited_seconds: int) -> SlaflowError:
    cause = error.orig
    if isinstance(cause, _postgresql_errors()):
        return _postgresql_fault(cause, shown)
    if isinstance(cause, sqlite3.Error):
        return _sqlite_fault(cause, shown, waited_seconds)
    return StoreFailed(shown, _first_line(cause))


def _postgresql_errors() -> tuple[type[psycopg.Error], ...]:
    """What PostgreSQL's driver raises; nothing while no database of that kind has had it loaded."""
    driver = sys.modules.get("psycopg")
    return () if driver is None else (driver.Error,)


def _postgresql_fault(cause: psycopg.Error, shown: str) -> SlaflowError:
    from psycopg import OperationalError

    state = cause.sqlstate
    reason = _first_line(cause)
    if APPEND_ONLY in str(cause):
        return LogIsAppendOnly()
    if state in _DEADLOCK_OR_SERIALIZATION:
        return ConflictingChange(reason)
    if state == _UNIQUE_VIOLATION:
        name = cause.diag.constraint_name or ""
        return ConflictingChange(name) if name in LOST_RACES else AlreadyRecorded(name)
    if (state, cause.diag.source_file) == _IN_RECOVERY:
        return DatabaseIsReplica(shown)
    if state in _READ_ONLY:
        return DatabaseReadOnly(shown)
    if state == _DISK_FULL:
        return NoRoom(shown, reason)
    if state == _NO_TABLE:
        return NotMigrated(shown, None, REVISIONS[-1])
    if (state or "")[:2] in _OF_A_VALUE:
        return ValueRefused(shown, reason)
    # Without a state the failure is libpq's own: no server, no route, a cut connection.
    if isinstance(cause, OperationalError) and (state is None or state[:2] in _NO_WAY_IN):
        return DatabaseUnreachable(shown, reason)
    return StoreFailed(shown, reason)


def _sqlite_fault(cause: sqlite3.Error, shown: str, waited_seconds: int) -> SlaflowError:
    text = str(cause)
    name = getattr(cause, "sqlite_errorname", "") or ""
    if APPEND_ONLY in text:
        return LogIsAppendOnly()
    if text.startswith("UNIQUE constraint failed: "):
        columns = text.removeprefix("UNIQUE constraint failed: ")
        return ConflictingChange(columns) if columns in LOST_RACES.values() else AlreadyRecorded(columns)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return DatabaseLocked(shown, waited_seconds)
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
        return DatabaseReadOnly(shown)
    # A quota, or a limit on the size of files, shows as a write that failed.
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE")):
        return NoRoom(shown, text)
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return NotADatabase(shown, text)
    if "no such table" in text:
        return NotMigrated(shown, None, REVISIONS[-1])
    if name.startswith(("SQLITE_CONSTRAINT", "SQLITE_MISMATCH", "SQLITE_TOOBIG")):
        return ValueRefused(shown, text)
    return StoreFailed(shown, text)


def _first_line(cause: BaseException | None) -> str:
    # libpq repeats itself for every address it tried.
    return next((line.strip() for line in str(cause).splitlines() if line.strip()), type(cause).__name__)
