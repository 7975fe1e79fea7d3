"""Who carries out the batches of a round: the caller, and beside it a second hand where two find work.

While the server writes what one has decided, the other decides the next. Both claim as two processes would,
each on a connection of its own, so neither the log nor a lead can tell how many there were. SQLite has one
writer at a time, and what falls due has to be read after what is being written: there one does it all.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from queue import SimpleQueue
from threading import Event, Thread

from slaflow.engine.context import Context
from slaflow.engine.tick.batch import Settled, settle_batch

FEW = 100
"""Who asks for batches of fewer leads wants little in hand at a time, and so one of them."""


class Hands:
    """The batches of one round, of at most *limit* leads each, in which something fell before *at*."""

    def __init__(self, app: Context, at: datetime, limit: int) -> None:
        self._app, self._at, self._limit = app, at, limit
        self._may_be_two = app.database.dialect == "postgresql"
        self._done: SimpleQueue[Settled | Exception | None] = SimpleQueue()
        self._stopped = Event()
        self._second: Thread | None = None

    def take(self) -> Settled:
        """A batch that was committed, by whichever hand; an empty one once nothing more is to be had.

        Raises as :func:`~slaflow.engine.tick.batch.settle_batch`, for either hand.
        """
        if self._second is not None and not self._done.empty():
            if (found := self._given()) is not None:
                return found
        mine = settle_batch(self._app, self._at, self._limit)
        if mine:
            self._call_second(len(mine))
            return mine
        while self._second is not None:
            # Of what it has in hand more may be due once that is saved.
            if (found := self._given()) is not None:
                return found
        return mine

    def rest(self) -> Iterator[Settled]:
        """Ends the round: what the second hand still committed of the batch it was at."""
        self._stopped.set()
        while self._second is not None:
            found = self._done.get()
            if isinstance(found, Settled):
                yield found
            else:
                self._second = None

    def _call_second(self, claimed: int) -> None:
        """Begins the second hand's work where a whole batch was found, so that there may be another."""
        if self._may_be_two and self._second is None and claimed >= max(self._limit, FEW):
            # Nobody who has been told twice to stop waits for a server that does not answer.
            self._second = Thread(target=self._work, name="slaflow-second-hand", daemon=True)
            self._second.start()

    def _given(self) -> Settled | None:
        """What the second hand has done; None where it found nothing more, or what it failed with."""
        found = self._done.get()
        if isinstance(found, Settled):
            return found
        self._second = None
        if found is not None:
            raise found
        return None

    def _work(self) -> None:
        failed_with = None
        try:
            while not self._stopped.is_set():
                if not (settled := settle_batch(self._app, self._at, self._limit)):
                    break
                self._done.put(settled)
        except Exception as error:
            failed_with = error
        finally:
            self._done.put(failed_with)
