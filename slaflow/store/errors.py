"""What can go wrong with the database, one line each: what, where, what to do."""

from __future__ import annotations

from slaflow.errors import ENVIRONMENT, REFUSED, SlaflowError


class StoreError(SlaflowError):
    """The environment does not give slaflow its database."""

    code = "store"
    exit_code = ENVIRONMENT


class InvalidDatabaseUrl(StoreError):
    """The text is no URL of a database that slaflow keeps its data in."""

    code = "invalid_database_url"

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        super().__init__(f"database {url}: {reason}; give sqlite:///FILE or postgresql+psycopg://HOST/NAME")


class DatabaseAbsent(StoreError):
    """There is no SQLite file, or no folder to make one in."""

    code = "database_absent"

    def __init__(self, url: str, reason: str, mend: str) -> None:
        self.url = url
        super().__init__(f"database {url}: {reason}; {mend}")


class DatabaseUnreachable(StoreError):
    """The server does not answer, or does not let slaflow in."""

    code = "database_unreachable"

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(f"database {url} is not reachable: {reason}; check that it runs, and the URL")


class DatabaseLocked(StoreError):
    """Another process kept the database for longer than slaflow waits."""

    code = "database_locked"

    def __init__(self, url: str, seconds: int) -> None:
        self.url = url
        super().__init__(
            f"database {url} has been locked by another process for {seconds} s; "
            "try again once it has ended, or keep the data in PostgreSQL"
        )


class DatabaseReadOnly(StoreError):
    """What was asked writes, and the database takes no writes."""

    code = "database_read_only"

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(f"database {url} is read-only; make its file and folder, or its user, able to write")


class DatabaseIsReplica(StoreError):
    """What was asked writes, and the server only follows another one."""

    code = "database_is_replica"

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(f"database {url} is a read-only replica; name the primary with --db")


class NotADatabase(StoreError):
    """The file is there and is no SQLite database, or a broken one."""

    code = "not_a_database"

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        super().__init__(
            f"database {url} cannot be read: {reason}; restore it from a backup or name another file"
        )


class NotMigrated(StoreError):
    """The tables are absent, or of an earlier slaflow. ``found`` is the revision, None without tables."""

    code = "not_migrated"

    def __init__(self, url: str, found: str | None, needed: str) -> None:
        self.url = url
        self.found = found
        self.needed = needed
        state = "has no tables yet" if found is None else f"is at revision {found}, not {needed}"
        mend = "'slaflow db upgrade' or 'slaflow init'" if found is None else "'slaflow db upgrade'"
        super().__init__(f"database {url} {state}; run {mend}")


class DatabaseNewer(StoreError):
    """The tables are of a later slaflow than this one."""

    code = "database_newer"

    def __init__(self, url: str, found: str, needed: str) -> None:
        self.url = url
        self.found = found
        self.needed = needed
        super().__init__(
            f"database {url} is at revision {found}, which this slaflow (revision {needed}) does not know; "
            "install the newer slaflow"
        )


class UnknownRevision(StoreError):
    """A revision that no migration of this slaflow makes."""

    code = "unknown_revision"

    def __init__(self, revision: str, known: tuple[str, ...]) -> None:
        self.revision = revision
        super().__init__(f'unknown revision "{revision}"; known: base, {", ".join(known)}, head')


class NoRoom(StoreError):
    """The disk took no more; what was being written was not saved, what was saved before stands."""

    code = "no_room"

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(
            f"database {url} has no room to write: {reason}; free some space on its disk and run it again"
        )


class StoreFailed(StoreError):
    """The database refused a statement for a reason slaflow has no better word for."""

    code = "store_failed"

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(f"database {url}: {reason}")


class ValueRefused(StoreFailed):
    """What was to be written in some row is a value, or breaks a rule, that the database does not take."""

    code = "value_refused"


class ConflictingChange(SlaflowError):
    """Somebody else changed the same at the same time and was first. The only error that is retried."""

    code = "conflicting_change"
    exit_code = REFUSED

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"somebody else changed the same at the same time ({reason}); try again")


class AlreadyRecorded(SlaflowError):
    """The database refuses what may happen only once: a second breach of a clock, a second open clock."""

    code = "already_recorded"
    exit_code = REFUSED

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"this was recorded before and happens only once ({reason})")


class LogIsAppendOnly(SlaflowError):
    """An entry of the log was to be changed or deleted; the database refuses it."""

    code = "log_append_only"
    exit_code = REFUSED

    def __init__(self) -> None:
        super().__init__("entries of the log are never changed or deleted; only their data may be erased")
