"""Since when entries may still be counted in a period that is to be closed or restated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from slaflow.engine.commitments import schedule
from slaflow.engine.commitments.closing import versions_of
from slaflow.engine.commitments.schedule import Versions
from slaflow.engine.context import Context
from slaflow.store.commitments import periods as store
from slaflow.store.database import Connection
from slaflow.workflow.model.periods import parse_period


def unclosed_since(app: Context, conn: Connection, now: datetime) -> dict[str, datetime]:
    """When the first such period of each agreement began; what lies before it was counted for good."""
    found: dict[str, datetime] = {}
    for name, until in store.done_until(conn).items():
        versions = versions_of(app, conn, name)
        begun = [*_to_close(versions, until, now), *_to_restate(conn, name, versions)]
        if begun:
            found[name] = min(begun)
    return found


def _to_close(versions: Versions, until: datetime, now: datetime) -> Iterator[datetime]:
    return (terms.bounds[0] for terms in schedule.unclosed(versions, until, now))


def _to_restate(conn: Connection, name: str, versions: Versions) -> Iterator[datetime]:
    """Closed periods that something late may alter, which no tick has looked into yet."""
    arrivals = store.late(conn, name)
    if not arrivals:
        return
    for row in store.closed(conn, name, since=min(each.happened_at for each in arrivals)):
        terms = schedule.terms_of(versions, parse_period(row.period))
        if terms is not None:
            yield terms.bounds[0]
