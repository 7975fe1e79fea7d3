"""Filters of the log, looked over before they are used: what can only be a slip finds nothing, silently."""

from __future__ import annotations

from slaflow.engine.context import Context
from slaflow.engine.leads.filters import UnknownFilter, undeclared
from slaflow.errors import InvertedRange
from slaflow.lifecycle.decision import KINDS, instant_text
from slaflow.store.database import Connection
from slaflow.store.log import entries as store
from slaflow.store.log.filter import LogFilter
from slaflow.store.rows import people as people_store
from slaflow.store.rows.spellings import spellings


def checked(app: Context, filters: LogFilter) -> LogFilter:
    """*filters* as they are.

    Raises:
        UnknownFilter: a kind, actor, party, target or trigger that nobody knows, with the nearest.
        InvertedRange: ``from_`` lies after ``to``.
    """
    if filters.from_ is not None and filters.to is not None and filters.from_ > filters.to:
        start, end = instant_text(filters.from_), instant_text(filters.to)
        raise InvertedRange(f"--from ({start}) lies after --to ({end}); swap them")
    for kind in (*filters.kinds, *(() if filters.kind is None else (filters.kind,))):
        if kind not in KINDS:
            raise UnknownFilter("kind", kind, KINDS)
    if any((filters.actor, filters.party, filters.target, filters.trigger)):
        with app.database.read() as conn:
            for what in ("actor", "party", "target", "trigger"):
                _check_name(app, conn, what, getattr(filters, what))
    return filters


def _check_name(app: Context, conn: Connection, what: str, name: str | None) -> None:
    """One that stands in the log is good, whatever was declared; that question is answered by index."""
    if name is None:
        return
    people = people_store.directory(conn).known_emails() if what == "actor" else ()
    known = undeclared(app, conn, "party" if what == "actor" else what, name, people)
    if known is None:
        return
    if what == "actor" and (
        people_store.directory(conn).rows(name) or spellings(conn, "entry.actor", [name])
    ):
        return
    only = LogFilter(limit=1, **{what: name})  # type: ignore[arg-type]  # all four are text
    if next(store.entries(conn, only), None) is None:
        raise UnknownFilter(what, name, known)
