"""Figures as a page has them: at once as they are kept, and asked for anew where the log has gone on.

A page never counts. It says as of when its figures are; who counts is a worker, or the next tick.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from slaflow.engine.context import Context
from slaflow.engine.transaction import written
from slaflow.errors import SlaflowError
from slaflow.store.database import Connection
from slaflow.store.kept import figures as store
from slaflow.store.kept.figures import Place

__all__ = ["Figures", "Place", "Shown", "ask", "begin", "is_any", "show"]

Figures = Mapping[str, Any]
SELDOM = timedelta(minutes=5)
"""How long figures stand at least, however much goes on."""
HOUR = timedelta(hours=1)
MOST = 500
"""How many are kept: those that were read last."""
LONGEST = 200
"""Letters of a name in a place: nobody's is longer, and what a browser sends is bounded."""


@dataclass(frozen=True, slots=True)
class Shown:
    """``figures`` as of ``at``, both None before they were ever counted; ``is_coming``: they are being
    counted anew, ``is_old``: the log says more by now."""

    figures: Figures | None
    at: datetime | None
    is_coming: bool
    is_old: bool


def show(app: Context, place: Place) -> Shown:
    """What is kept of it. It is asked for where nothing is, or where it is old.

    Cost: a row; a transaction that writes where it is to be asked for, and once an hour.
    """
    now = app.present()
    with app.database.read() as conn:
        kept, known = store.find(conn, place), store.known(conn)
    if kept is None or kept.data is None or kept.at is None or kept.known.erasures != known.erasures:
        # What was counted before a lead was erased may hold what it held.
        _note(app, lambda conn: store.ask(conn, place, now, MOST))
        return Shown(None, None, is_coming=True, is_old=False)
    is_old = kept.known.last_entry < known.last_entry
    is_coming = kept.asked_at is not None
    if is_old and not is_coming and now - kept.at >= SELDOM:
        _note(app, lambda conn: store.ask(conn, place, now, MOST))
        is_coming = True
    if now - kept.read_at >= HOUR:
        _note(app, lambda conn: store.note_read(conn, place, now))
    return Shown(kept.data, kept.at, is_coming, is_old)


def ask(app: Context, place: Place) -> None:
    """Has it be counted anew by whoever counts next."""
    now = app.present()
    written(app, lambda conn: store.ask(conn, place, now, MOST))


def is_any(app: Context) -> bool:
    """Whether anybody ever asked for any."""
    with app.database.read() as conn:
        return store.is_any(conn)


def begin(app: Context, places: Iterable[Place]) -> None:
    """Has be counted what is looked at first, where nothing is kept of it."""
    now = app.present()

    def asked(conn: Connection) -> None:
        for place in places:
            if store.find(conn, place) is None:
                store.ask(conn, place, now, MOST)

    written(app, asked)


def _note(app: Context, what: Any) -> None:
    """Writes *what*; a page can be shown where that cannot be done now."""
    with suppress(SlaflowError):
        written(app, what)
