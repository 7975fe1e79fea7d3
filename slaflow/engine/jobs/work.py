"""A job in hand: how far it is, its file, and a pulse by which others know that somebody is at it."""

from __future__ import annotations

import zlib
from contextlib import suppress
from datetime import timedelta
from threading import Event, Thread
from types import TracebackType
from typing import TYPE_CHECKING

from slaflow.engine.jobs.errors import FileTooLong
from slaflow.engine.jobs.kinds import Parameters
from slaflow.engine.transaction import written
from slaflow.errors import SlaflowError
from slaflow.store.database import Connection
from slaflow.store.jobs import queue as store
from slaflow.store.jobs.queue import Job

if TYPE_CHECKING:
    from slaflow.engine.app import Engine

LEASE = timedelta(seconds=60)
PULSE_SECONDS = 2.0
PIECE = 2**20
"""Bytes of a file in one row, before they are compressed."""
MOST_BYTES = 4 * 2**30
LEVEL = 3


class TakenAway(Exception):
    """The job is somebody else's by now, was called off, or is to be begun anew; nothing of it is kept."""


class Ending(Exception):
    """Whoever does it is to end; somebody else begins it anew."""


class InHand:
    """What a job's function is given. The pulse is another thread's, so that none is held up by the other."""

    def __init__(self, app: Engine, job: Job, worker: str, ending: Event) -> None:
        self._app, self._job, self._worker, self._ending = app, job, worker, ending
        self._lost, self._over = Event(), Event()
        self._pulse = Thread(target=self._beat, name="pulse of a job", daemon=True)
        self._how_far: tuple[int, int | None] = (0, None)
        self._rest, self._pieces = bytearray(), 0
        self.bytes = 0
        self.file: tuple[str, str] | None = None

    def __enter__(self) -> InHand:
        self._pulse.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        self._over.set()
        self._pulse.join()

    @property
    def parameters(self) -> Parameters:
        return self._job.parameters

    def progress(self, done: int, of: int | None = None) -> None:
        self._how_far = done, of
        self._check()

    def name_file(self, name: str, type: str) -> None:
        self.file = name, type

    def write(self, data: bytes) -> None:
        self._check()
        self._rest += data
        self.bytes += len(data)
        if self.bytes > MOST_BYTES:
            raise FileTooLong(MOST_BYTES)
        while len(self._rest) >= PIECE:
            self._keep(bytes(self._rest[:PIECE]))
            del self._rest[:PIECE]

    def finish_file(self) -> None:
        """Keeps what is left of the file."""
        if self._rest:
            self._keep(bytes(self._rest))
            self._rest.clear()

    def _check(self) -> None:
        if self._lost.is_set():
            raise TakenAway
        if self._ending.is_set():
            raise Ending

    def _keep(self, piece: bytes) -> None:
        data = zlib.compress(piece, LEVEL)

        def kept(conn: Connection) -> None:
            if not store.is_held(conn, self._job.id, self._worker):
                raise TakenAway
            store.add_part(conn, self._job.id, self._pieces, data)

        written(self._app, kept)
        self._pieces += 1

    def _beat(self) -> None:
        while not self._over.wait(PULSE_SECONDS) and not self._lost.is_set():
            # What stands in the way for a moment costs nothing: the lease lasts for many beats.
            with suppress(SlaflowError):
                self._tell()

    def _tell(self) -> None:
        until, (done, of) = self._app.now() + LEASE, self._how_far

        def told(conn: Connection) -> bool:
            return store.go_on(conn, self._job.id, self._worker, until, done, of)

        if not written(self._app, told):
            self._lost.set()
