"""Counting the figures that are asked for, one after the other, beside everything else that goes on.

Each is taken in hand, counted in one read, and kept in a transaction of its own. Whoever is ended midway
leaves the old figures as they were; another takes it up when its time in hand is over.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Generic, TypeVar

from slaflow.engine.context import Context
from slaflow.engine.figures.kept import HOUR, SELDOM
from slaflow.engine.transaction import written
from slaflow.errors import SlaflowError
from slaflow.store.database import Connection
from slaflow.store.kept import figures as store
from slaflow.store.kept.figures import Place

IN_HAND = timedelta(minutes=5)
UNREAD = timedelta(days=14)
"""What nobody has looked at for so long is forgotten."""
App = TypeVar("App", bound=Context)
log = logging.getLogger("slaflow.figures")


class Counter(Generic[App]):
    """Counts with *counts*: by the name of a report what gives its figures for a place."""

    def __init__(self, app: App, counts: Mapping[str, Callable[[App, Place], Mapping[str, Any]]]) -> None:
        self.app, self.counts = app, counts

    def round(self) -> Iterator[Place]:
        """Counts all that is asked for; gives each as it is done, so that one may stop after any."""
        while (place := self._take()) is not None:
            if self._count(place):
                yield place

    def ask_for_old(self) -> None:
        """Asks for what is old and read by somebody, and forgets what nobody reads; once a minute, say."""
        now = self.app.present()

        def asked(conn: Connection) -> None:
            store.ask_for_old(conn, now - SELDOM, now - HOUR - SELDOM, now)
            store.forget(conn, now - UNREAD)

        written(self.app, asked)

    def _take(self) -> Place | None:
        now = self.app.present()
        with self.app.database.read() as conn:
            if not store.is_waiting(conn, now):
                return None
        return written(self.app, lambda conn: store.take(conn, now, now + IN_HAND))

    def _count(self, place: Place) -> bool:
        try:
            with self.app.database.one_read():
                with self.app.database.read() as conn:
                    known = store.known(conn)
                now = self.app.present()
                figures = self.counts[place.report](self.app, place)
        except (SlaflowError, KeyError) as error:
            # Of an agreement or a report that is gone, say: the next look at its page asks again.
            log.warning("%s of %s was not counted: %s", place.report, place.period or "everything", error)
            written(self.app, lambda conn: store.let_go(conn, place))
            return False
        return written(self.app, lambda conn: store.keep(conn, place, known, now, figures))
