"""Jobs from the side of who asks: asked for, looked at, called off, their files read.

One's own alone, and only while one still has the right to such a job; an admin sees everybody's.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from slaflow.engine import permits
from slaflow.engine.caller import Who, written_once
from slaflow.engine.jobs.errors import JobHasEnded, JobNotThere, NoFile, TooManyJobs, UnknownKind
from slaflow.engine.jobs.kinds import Kinds
from slaflow.engine.permits import Asker, NotPermitted
from slaflow.engine.transaction import written
from slaflow.language import _
from slaflow.store.database import Connection
from slaflow.store.jobs import queue as store
from slaflow.store.jobs.queue import Job
from slaflow.workflow.identity import folded
from slaflow.workflow.model.parties import SYSTEM

if TYPE_CHECKING:
    from slaflow.engine.app import Engine

__all__ = ["KEPT_FOR", "Job", "ask", "cancel", "file", "find", "listed"]

KEPT_FOR = timedelta(days=7)
"""What came of a job, from its end on."""
AT_ONCE = 5
"""As many of one person's may be open."""
LISTED = 50


def ask(
    app: Engine, kinds: Kinds, who: Asker, name: str, asked: Mapping[str, Any], by: Who | None = None
) -> int:
    """Has a job be done by whoever is free; gives its number. *by* may have a key for it.

    Raises:
        UnknownKind: nobody does such jobs.
        NotPermitted: it is not theirs to ask for.
        TooManyJobs: others of theirs are still to end.
    """
    kind = kinds.get(name)
    if kind is None:
        raise UnknownKind(name, kinds)
    if not _may(kinds, who, name):
        raise NotPermitted(permits.denied(who, _(permits.WHO[kind.operation])))
    parameters, now, key = kind.check(app, asked), app.now(), folded(who.name)

    def asked_for(conn: Connection) -> int:
        if store.open_of(conn, key) >= AT_ONCE:
            raise TooManyJobs(AT_ONCE)
        return store.ask(conn, name, key, who.party, parameters, now, holds_leads=kind.holds_leads)

    return written(app, lambda conn: written_once(conn, by, now, lambda: asked_for(conn), int))


def find(app: Engine, kinds: Kinds, who: Asker, job_id: int) -> Job:
    """The job as it stands. Raises ``JobNotThere``."""
    with app.database.read() as conn:
        return _theirs(kinds, who, job_id, store.find(conn, job_id), app.now())


def listed(app: Engine, kinds: Kinds, who: Asker, *, everybodys: bool = False) -> list[Job]:
    """The latest of theirs, newest first; with *everybodys* an admin's list is of all."""
    key = None if everybodys and _sees_all(who) else folded(who.name)
    with app.database.read() as conn:
        found = store.of_whom(conn, key, LISTED)
    now = app.now()
    return [each for each in found if _is_theirs(kinds, who, each, now)]


def cancel(app: Engine, kinds: Kinds, who: Asker, job_id: int) -> None:
    """Calls it off, also where somebody is at it. Raises ``JobNotThere``, ``JobHasEnded``."""
    now = app.now()

    def called_off(conn: Connection) -> None:
        _theirs(kinds, who, job_id, store.find(conn, job_id), now)
        if not store.cancel(conn, job_id, now, now + KEPT_FOR):
            raise JobHasEnded(job_id)

    written(app, called_off)


def file(app: Engine, kinds: Kinds, who: Asker, job_id: int) -> tuple[Job, Iterator[bytes]]:
    """The job and its file, read a piece at a time as it is taken. Raises ``JobNotThere``, ``NoFile``."""
    job = find(app, kinds, who, job_id)
    if job.erased_at is not None:
        raise NoFile(
            job_id,
            _("a lead was erased since, and no copy of what was known of them stays; ask anew"),
            is_gone=True,
        )
    if not job.has_file:
        raise NoFile(job_id, _("it has not ended") if job.is_open else _("none came of it"))
    return job, _pieces(app, job_id)


def _pieces(app: Engine, job_id: int) -> Iterator[bytes]:
    number = 0
    while (piece := _piece(app, job_id, number)) is not None:
        yield zlib.decompress(piece)
        number += 1


def _piece(app: Engine, job_id: int, number: int) -> bytes | None:
    # A transaction for each: a slow reader is not to hold one open.
    with app.database.read() as conn:
        return store.part(conn, job_id, number)


def _theirs(kinds: Kinds, who: Asker, job_id: int, job: Job | None, now: datetime) -> Job:
    if job is None or not _is_theirs(kinds, who, job, now):
        raise JobNotThere(job_id)
    return job


def _is_theirs(kinds: Kinds, who: Asker, job: Job, now: datetime) -> bool:
    own = job.asked_by == folded(who.name) or _sees_all(who)
    is_kept = job.expires_at is None or now < job.expires_at
    return own and is_kept and _may(kinds, who, job.kind)


def _sees_all(who: Asker) -> bool:
    return who.party == SYSTEM or who.role == "admin"


def _may(kinds: Kinds, who: Asker, name: str) -> bool:
    kind = kinds.get(name)
    return kind is not None and (permits.may(who, kind.operation) or permits.may_ever(who, kind.operation))
