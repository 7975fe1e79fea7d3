"""Migrations, run by alembic on a connection of ours; found in the package, so also in a wheel."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Index, UniqueConstraint

from slaflow.store import condition
from slaflow.store.database import Database, driver_connection, revision
from slaflow.store.errors import DatabaseNewer, UnknownRevision
from slaflow.store.tables.all import REVISIONS, belongs_to, metadata

_OF_INDEXES = ("add_index", "remove_index")


def upgrade(database: Database, revision: str = "head") -> None:
    """Brings the tables to *revision*, making an absent SQLite file; nothing if they are there already.

    Raises:
        DatabaseNewer: the tables are of a later slaflow.
        UnknownRevision: no migration makes *revision*.
    """
    _check_known(revision)
    with database.migrating(create=True) as connection:
        _refuse_newer(database, connection)
        command.upgrade(_config(connection), revision)
    if database.dialect == "sqlite":
        _keep_write_ahead_log(database)


def downgrade(database: Database, revision: str) -> None:
    """Takes the tables back to *revision* (``base``: none at all), with all that later ones hold."""
    _check_known(revision)
    with database.migrating() as connection:
        _refuse_newer(database, connection)
        try:
            command.downgrade(_config(connection), revision)
        except CommandError as error:
            raise UnknownRevision(revision, REVISIONS) from error


def current(database: Database) -> str | None:
    """The revision of the tables, None where there are none."""
    with database.inspecting() as connection:
        return revision(connection)


def check(database: Database, *, indexes: bool = True) -> list[str]:
    """How the tables differ from what this slaflow needs, one line each; empty when they are right.

    *indexes*: those that are missing or too many count as well.
    """
    with database.inspecting() as connection:
        found = revision(connection)
        if found != REVISIONS[-1]:
            return [f"the tables are at revision {found or 'none'}, not {REVISIONS[-1]}"]
        options = {"compare_type": True, "include_object": belongs_to(database.dialect)}
        context = MigrationContext.configure(connection, opts=options)
        found_all = compare_metadata(context, metadata)
        in_parts = condition.partitioned(connection)
        wrong = (each for each in found_all if indexes or each[0] not in _OF_INDEXES)
        return [_in_words(each) for each in wrong if not _is_key_across(each, in_parts)]


def _in_words(difference: Any) -> str:
    """One of alembic's findings: (what would mend it, the thing, or schema, table and column)."""
    if isinstance(difference, list):
        return "; ".join(map(_in_words, difference))
    mending, *rest = difference
    done, _, kind = mending.partition("_")
    if done == "modify":
        return f"column {rest[1]}.{rest[2]} has another {kind}"
    name = f"{rest[1]}.{rest[2].name}" if kind == "column" else str(rest[0].name)
    return f"{kind} {name} is {'missing' if done == 'add' else 'not of slaflow'}"


def _is_key_across(difference: Any, partitioned: frozenset[str]) -> bool:
    """Whether a unique key is missed that cannot reach across partitions: ``condition`` looks in each."""
    missed = difference[1] if difference[0] in ("add_index", "add_constraint") else None
    if isinstance(missed, Index) and not missed.unique:
        return False
    return isinstance(missed, Index | UniqueConstraint) and missed.table.name in partitioned  # type: ignore[union-attr]


def _config(connection: Connection) -> Config:
    config = Config()
    # ConfigParser reads % as the start of a reference.
    folder = str(files("slaflow.migrations")).replace("%", "%%")
    config.set_main_option("script_location", folder)
    config.attributes["connection"] = connection
    return config


def _check_known(asked: str) -> None:
    if asked not in (*REVISIONS, "head", "base"):
        raise UnknownRevision(asked, REVISIONS)


def _refuse_newer(database: Database, connection: Connection) -> None:
    found = revision(connection)
    if found is not None and found not in REVISIONS:
        raise DatabaseNewer(database.shown, found, REVISIONS[-1])


def _keep_write_ahead_log(database: Database) -> None:
    # The mode stays with the file, and cannot be changed inside a transaction.
    with database.migrating() as connection:
        driver = driver_connection(connection)
        driver.execute("ROLLBACK")
        driver.execute("PRAGMA journal_mode = WAL")
        driver.execute("BEGIN IMMEDIATE")
