"""Jobs as rows: asked for, claimed, gone on with, ended. Whoever writes about one has to hold it still."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, text, update
from sqlalchemy.sql.expression import ColumnElement

from slaflow.store.tables.jobs import job, job_part

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
_LET_GO: dict[str, Any] = {"status": WAITING, "worker": None, "lease_until": None, "done": 0, "of": None}


@dataclass(frozen=True, slots=True)
class Job:
    """A row; ``done`` of ``of`` is how far it is, ``of`` None where nobody knows."""

    id: int
    kind: str
    asked_by: str
    party: str | None
    parameters: dict[str, Any]
    status: str
    done: int
    of: int | None
    made_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    worker: str | None
    lease_until: datetime | None
    tries: int
    result: dict[str, Any] | None
    error: str | None
    file_name: str | None
    file_type: str | None
    file_bytes: int | None
    holds_leads: bool
    erased_at: datetime | None
    expires_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether something is still to come of it."""
        return self.status in (WAITING, RUNNING)

    @property
    def has_file(self) -> bool:
        return self.status == DONE and self.file_name is not None and self.erased_at is None


_ALL = select(*job.c)


def ask(
    connection: Connection, kind: str, asked_by: str, party: str | None, parameters: Mapping[str, Any],
    at: datetime, *, holds_leads: bool,
) -> int:  # fmt: skip
    """Keeps a new one; gives its number."""
    values = {"kind": kind, "asked_by": asked_by, "party": party, "parameters": dict(parameters)}
    more = {"status": WAITING, "made_at": at, "result": None, "holds_leads": holds_leads}
    found: int = connection.execute(insert(job).values(values | more).returning(job.c.id)).scalar_one()
    return found


def find(connection: Connection, job_id: int) -> Job | None:
    row = connection.execute(_ALL.where(job.c.id == job_id)).one_or_none()
    return None if row is None else Job(*row)


def of_whom(connection: Connection, asked_by: str | None, most: int) -> list[Job]:
    """The latest that *asked_by* asked for (None: anybody), newest first."""
    query = _ALL.order_by(job.c.id.desc()).limit(most)
    return [Job(*row) for row in connection.execute(_by(query, asked_by))]


def open_of(connection: Connection, asked_by: str) -> int:
    """How many of theirs are still to end."""
    query = select(func.count()).where(job.c.asked_by == asked_by, job.c.ended_at.is_(None))
    return int(connection.execute(query).scalar_one())


def next_open(
    connection: Connection, kinds: Sequence[str], now: datetime, *, lock: bool = False
) -> Job | None:
    """The first of those *kinds* that waits, or whose holder is heard no more; with *lock* nobody else's
    until the transaction ends."""
    query = _ALL.where(_is_free(now), job.c.ended_at.is_(None), job.c.kind.in_(kinds))
    query = query.order_by(job.c.id).limit(1)
    row = connection.execute(query.with_for_update(skip_locked=True) if lock else query).one_or_none()
    return None if row is None else Job(*row)


def claim(connection: Connection, job_id: int, worker: str, now: datetime, until: datetime) -> None:
    """Puts it into *worker*'s hand, from its beginning; what a former one left of a file goes."""
    forget_parts(connection, [job_id])
    held = {"status": RUNNING, "worker": worker, "lease_until": until, "tries": job.c.tries + 1}
    begun = {"started_at": now, "done": 0, "of": None}
    connection.execute(update(job).where(job.c.id == job_id).values({**held, **begun}))


def go_on(
    connection: Connection, job_id: int, worker: str, until: datetime, done: int, of: int | None
) -> bool:
    """Keeps it in *worker*'s hand; False where it is theirs no more."""
    values = {"lease_until": until, "done": done, "of": of}
    return connection.execute(update(job).where(_held(job_id, worker)).values(values)).rowcount > 0


def is_held(connection: Connection, job_id: int, worker: str) -> bool:
    """Whether it is in *worker*'s hand, and stays there until this transaction ends."""
    query = select(job.c.id).where(_held(job_id, worker)).with_for_update()
    return connection.execute(query).first() is not None


def add_part(connection: Connection, job_id: int, part: int, data: bytes) -> None:
    connection.execute(insert(job_part).values(job=job_id, part=part, data=data))


def part(connection: Connection, job_id: int, number: int) -> bytes | None:
    query = select(job_part.c.data).where(job_part.c.job == job_id, job_part.c.part == number)
    found: bytes | None = connection.execute(query).scalar()
    return found


def end(
    connection: Connection, job_id: int, worker: str, status: str, at: datetime, expires_at: datetime,
    **said: Any,
) -> bool:  # fmt: skip
    """Ends it; False where it is *worker*'s no more. *said* are columns: its result, error and file."""
    ended = {"status": status, "ended_at": at, "expires_at": expires_at, "worker": None, "lease_until": None}
    query = update(job).where(_held(job_id, worker)).values({**ended, **said})
    is_theirs = connection.execute(query).rowcount > 0
    if is_theirs and status != DONE:
        forget_parts(connection, [job_id])
    return is_theirs


def give_back(connection: Connection, job_id: int, worker: str) -> None:
    """Has somebody else begin it anew; that it was begun does not count."""
    values = {**_LET_GO, "tries": job.c.tries - 1}
    connection.execute(update(job).where(_held(job_id, worker)).values(values))


def cancel(connection: Connection, job_id: int, at: datetime, expires_at: datetime) -> bool:
    """Ends it whoever has it in hand; False where it has ended."""
    values = {"status": CANCELLED, "ended_at": at, "expires_at": expires_at}
    is_open = and_(job.c.id == job_id, job.c.ended_at.is_(None))
    let_go = {"worker": None, "lease_until": None}
    if not connection.execute(update(job).where(is_open).values({**values, **let_go})).rowcount:
        return False
    forget_parts(connection, [job_id])
    return True


def sweep(connection: Connection, now: datetime, limit: int) -> int:
    """Forgets up to *limit* that are kept no longer, files and all; how many they were."""
    query = select(job.c.id).where(job.c.expires_at <= now).order_by(job.c.expires_at).limit(limit)
    over = list(connection.execute(query.with_for_update(skip_locked=True)).scalars())
    if over:
        forget_parts(connection, over)
        connection.execute(delete(job).where(job.c.id.in_(over)))
    return len(over)


def forget_leads(connection: Connection, at: datetime) -> None:
    """Takes away whatever may tell of a lead; what is in somebody's hand is begun anew.

    Nobody begins one until this transaction ends: what they then read is without what is erased in it.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE job IN SHARE ROW EXCLUSIVE MODE"))
    telling = job.c.holds_leads
    in_hand = and_(telling, job.c.status == RUNNING)
    connection.execute(update(job).where(in_hand).values({**_LET_GO, "tries": job.c.tries - 1}))
    ended = and_(telling, job.c.ended_at.is_not(None), job.c.erased_at.is_(None))
    connection.execute(update(job).where(ended).values(result=None, error=None, erased_at=at))
    # Last: who was about to add a part has added it by now, or finds that the job is theirs no more.
    connection.execute(delete(job_part).where(job_part.c.job.in_(select(job.c.id).where(telling))))


def forget_parts(connection: Connection, job_ids: Sequence[int]) -> None:
    connection.execute(delete(job_part).where(job_part.c.job.in_(job_ids)))


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(job.c.status == WAITING, and_(job.c.status == RUNNING, job.c.lease_until <= now))


def _held(job_id: int, worker: str) -> ColumnElement[bool]:
    return and_(job.c.id == job_id, job.c.worker == worker, job.c.status == RUNNING)


def _by(query: Any, asked_by: str | None) -> Any:
    return query if asked_by is None else query.where(job.c.asked_by == asked_by)
