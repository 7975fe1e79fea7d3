"""Workflow versions: every text that was ever active, with the holidays it decides by."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select

from slaflow.store.tables.workflows import workflow_version
from slaflow.store.types import one_of

_NEWEST_FIRST = (workflow_version.c.activated_at.desc(), workflow_version.c.id.desc())
_READ = tuple(column for column in workflow_version.c if column.name != "id")


@dataclass(frozen=True, slots=True)
class Version:
    """One activation. ``holidays`` is JSON text, ``tz_release`` the time-zone data it was made with."""

    name: str
    digest: str
    source: str
    activated_at: datetime
    holidays: str
    tz_release: str


def activate(
    connection: Connection,
    name: str,
    digest: str,
    source: str,
    at: datetime,
    holidays: str,
    tz_release: str,
) -> None:
    """Makes this text the one that new leads of workflow *name* take from *at* on."""
    values = (name, digest, source, at, holidays, tz_release)
    columns = [column.name for column in _READ]
    connection.execute(insert(workflow_version).values(dict(zip(columns, values, strict=True))))


def active(connection: Connection, name: str | None = None) -> Version | None:
    """The version of *name* activated last; without *name* the last of any workflow. None: there is none."""
    query = select(*_READ).order_by(*_NEWEST_FIRST).limit(1)
    row = connection.execute(_of(query, name)).one_or_none()
    return None if row is None else Version(*row)


def _newest() -> Select[Any]:
    place = func.row_number().over(partition_by=workflow_version.c.name, order_by=_NEWEST_FIRST)
    ranked = select(*_READ, place.label("place")).subquery()
    newest = select(*(ranked.c[column.name] for column in _READ)).where(ranked.c.place == 1)
    return newest.order_by(ranked.c.name)


_ALL_ACTIVE = _newest()
"""Made once: every command asks it, some several times."""


def all_active(connection: Connection) -> dict[str, Version]:
    """The active version of every workflow, by name, in the order of names."""
    return {row[0]: Version(*row) for row in connection.execute(_ALL_ACTIVE)}


def by_digest(connection: Connection, digests: Collection[str]) -> dict[str, Version]:
    """The texts with these digests that were ever active, each as it was activated last."""
    query = select(*_READ).where(one_of(workflow_version.c.digest, "digests"))
    oldest_first = query.order_by(workflow_version.c.activated_at, workflow_version.c.id)
    return {row[1]: Version(*row) for row in connection.execute(oldest_first, {"digests": digests})}


def versions(connection: Connection, name: str | None = None) -> list[Version]:
    """Every activation, newest first; only of workflow *name* where given."""
    query = select(*_READ).order_by(*_NEWEST_FIRST)
    return [Version(*row) for row in connection.execute(_of(query, name))]


def _of(query: Select[Any], name: str | None) -> Select[Any]:
    return query if name is None else query.where(workflow_version.c.name == name)
