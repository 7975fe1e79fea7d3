"""Open time from a handoff on, by the calendar of who took the lead; and by what that was reckoned."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache

from slaflow.engine.setup.activation import tzdata_release
from slaflow.lifecycle.people import Directory
from slaflow.store.database import Connection
from slaflow.store.kept import passages as store
from slaflow.store.kept.passages import Passage
from slaflow.store.kept.touches import Ending
from slaflow.store.rows import workflows as workflow_store
from slaflow.store.rows.workflows import Version
from slaflow.workflow.model.workflow import Workflow

SECOND = timedelta(seconds=1)
ACTED = ("accepted", "returned")
"""The outcomes that a person decided."""


def opening(
    workflow: Workflow, people: Directory, owner: str | None, at: datetime
) -> Callable[[datetime], int]:
    """Open seconds from *at* on: of the team of *owner* as of then, else of the first calendar."""
    person = people.person(owner, at)
    team = workflow.teams.get(person.team or "") if person else None
    calendar = workflow.calendars[team.calendar if team and team.calendar else workflow.first_calendar]
    return lambda then: int(calendar.open_time(at, then) / SECOND)


def reckoning(version: Version) -> int:
    """A number that is another where open time under that version may be."""
    return _number(version.digest, version.holidays, _release())


def reckonings_at(conn: Connection, at: datetime) -> dict[str, int] | None:
    """That number of each version, by digest, where the rows tell all of the log as it was known at *at*;
    None where they do not: something lies behind that instant, or not everything has its row yet."""
    newest = store.newest(conn)
    if (newest is not None and newest > at) or not store.is_whole(conn) or store.tells_more(conn):
        return None
    oldest_first = reversed(workflow_store.versions(conn))
    return {version.digest: reckoning(version) for version in oldest_first}


@lru_cache(maxsize=128)
def _number(*facts: str) -> int:
    return int.from_bytes(hashlib.sha256("\n".join(facts).encode()).digest()[:7])


@lru_cache(maxsize=1)
def _release() -> str:
    return tzdata_release()


def reckon(row: Passage, workflow: Workflow, people: Directory, reckoned: int) -> None:
    """Puts into *row* how long it took to what has happened."""
    decided = row.decided_at if row.outcome in ACTED else None
    if decided or row.touched_at:
        open_seconds = opening(workflow, people, row.took_owner, row.at)
        row.decision = None if decided is None else open_seconds(decided)
        row.first_touch = None if row.touched_at is None else open_seconds(row.touched_at)
        row.first_attempt = None if row.attempted_at is None else open_seconds(row.attempted_at)
    else:
        row.decision = row.first_touch = row.first_attempt = None
    row.reckoned = reckoned


def reckon_end(row: Ending, workflow: Workflow, people: Directory, reckoned: int) -> Ending:
    """*row* with how long the lead had been worked."""
    open_seconds = opening(workflow, people, row.owner, row.since_at)(row.at)
    return row._replace(open=open_seconds, reckoned=reckoned)
