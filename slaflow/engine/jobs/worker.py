"""Who does the jobs: any number of them, on any number of machines, from one database.

Each claims one for a while and keeps it by a pulse. Of one that died nothing is heard, and another begins its
job anew, three times at most: what kills each process that touches it is not tried for ever.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
from collections.abc import Callable
from threading import Event
from typing import TYPE_CHECKING, Any

from slaflow.engine.jobs.asking import KEPT_FOR
from slaflow.engine.jobs.kinds import Kinds
from slaflow.engine.jobs.work import LEASE, Ending, InHand, TakenAway
from slaflow.engine.transaction import written
from slaflow.errors import SlaflowError
from slaflow.store.database import Connection
from slaflow.store.jobs import queue as store
from slaflow.store.jobs.queue import DONE, FAILED, Job

if TYPE_CHECKING:
    from slaflow.engine.app import Engine

MOST_TRIES = 3
log = logging.getLogger("slaflow.jobs")
NOT_OURS = "it broke off by a fault of slaflow's own; the server's log says which"
ENDED_THRICE = "whoever did it ended before it was done, three times; it may need more room than there is"


class JobWorker:
    """One of them, for a thread of its own; *app* is nobody else's. ``end`` may be called from any thread."""

    def __init__(self, app: Engine, kinds: Kinds) -> None:
        self.app, self.kinds = app, kinds
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._ending = Event()

    def end(self) -> None:
        """Has it give back what it has in hand, and do nothing more."""
        self._ending.set()

    @property
    def is_ending(self) -> bool:
        return self._ending.is_set()

    def wait(self, seconds: float) -> None:
        """So long, or until it is to end."""
        self._ending.wait(seconds)

    def run_once(self) -> bool:
        """Does the first job that waits; False where none does."""
        job = self._claimed()
        if job is None:
            return False
        if job.tries > MOST_TRIES:
            self._end(job, FAILED, error=ENDED_THRICE)
        else:
            self._do(job)
        return True

    def _claimed(self) -> Job | None:
        names, now = list(self.kinds), self.app.now()
        with self.app.database.read() as conn:
            if store.next_open(conn, names, now) is None:
                return None

        def claimed(conn: Connection) -> Job | None:
            found = store.next_open(conn, names, now, lock=True)
            if found is not None:
                store.claim(conn, found.id, self.name, now, now + LEASE)
            return None if found is None else store.find(conn, found.id)

        return written(self.app, claimed)

    def _do(self, job: Job) -> None:
        try:
            with InHand(self.app, job, self.name, self._ending) as work:
                result = self.kinds[job.kind].run(self.app, work)
                work.finish_file()
        except TakenAway:
            return
        except Ending:
            written(self.app, lambda conn: store.give_back(conn, job.id, self.name))
        except SlaflowError as error:
            self._end(job, FAILED, error=str(error))
        except Exception as error:
            # A fault of ours in one job: the others are still to be done.
            log.warning("job %s, %s, broke off: %s", job.id, job.kind, type(error).__name__)
            self._end(job, FAILED, error=NOT_OURS)
        else:
            name, type_ = work.file or (None, None)
            size = work.bytes if work.file else None
            self._end(job, DONE, result=result, file_name=name, file_type=type_, file_bytes=size)

    def _end(self, job: Job, status: str, **said: Any) -> None:
        now = self.app.now()
        written(
            self.app,
            lambda conn: store.end(conn, job.id, self.name, status, now, now + KEPT_FOR, **said),
        )


def work(worker: JobWorker, retried: Callable[[SlaflowError], float], every_seconds: float = 1.0) -> None:
    """Does jobs until it is to end; what the database stands in the way of is tried again after as many
    seconds as *retried* says."""
    while not worker.is_ending:
        try:
            if not worker.run_once():
                worker.wait(every_seconds)
        except SlaflowError as error:
            worker.wait(retried(error))
