"""What is over of what lets people and requests in, forgotten some at a time; nothing reads it any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, delete, or_, select

from slaflow.store.tables.access import once, one_time_link, session, sign_in_failure
from slaflow.store.tables.jobs import job


class Ends(NamedTuple):
    """As of when it is over: *now* what has an end; sessions, failures and keys not used since."""

    now: datetime
    used: datetime
    failed: datetime
    asked: datetime


def is_any(connection: Connection, ends: Ends) -> bool:
    """Whether there is anything to forget, a job that is kept no longer too."""
    kinds = (*_over(ends), (job, job.c.expires_at <= ends.now))
    queries = (select(*table.primary_key).where(over).limit(1) for table, over in kinds)
    return any(connection.execute(query).first() is not None for query in queries)


def forget(connection: Connection, ends: Ends, limit: int) -> int:
    """Forgets up to *limit* sessions, links, failures and keys each; how many they were."""
    return sum(_forget(connection, table, over, limit) for table, over in _over(ends))


def _over(ends: Ends) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    yield session, or_(session.c.ends_at <= ends.now, session.c.used_at <= ends.used)
    yield one_time_link, one_time_link.c.ends_at <= ends.now
    yield sign_in_failure, sign_in_failure.c.last_at < ends.failed
    yield once, once.c.at < ends.asked


def _forget(connection: Connection, table: Table, over: ColumnElement[bool], limit: int) -> int:
    keys = list(table.primary_key)
    query = select(*keys).where(over).limit(limit).with_for_update(skip_locked=True)
    found = connection.execute(query).all()
    if found:
        is_it = and_(*(key == bindparam(f"of_{key.name}") for key in keys))
        names = [f"of_{key.name}" for key in keys]
        connection.execute(delete(table).where(is_it), [dict(zip(names, row, strict=True)) for row in found])
    return len(found)
