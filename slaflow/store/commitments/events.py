"""Events that commitments count, found in the log by its indexes: when they happened, and known by when.

An input happened when it says so (``occurred_at``), a consequence at its ``at``. An entry is known once it
and every input before it in its stream had arrived, whenever it was written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import (
    FromClause,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.expression import ColumnElement, Subquery

from slaflow.store.dialect import unindexed, value_at
from slaflow.store.figures.expressions import data_of
from slaflow.store.tables.log import archived_stream, entry
from slaflow.workflow.model.commitment import Happening

Keep = Callable[[ColumnElement[Any]], ColumnElement[Any]]
FOUND, _BEFORE = (entry.alias(name) for name in ("found", "before"))
"""Made once: an alias with all its columns takes longer to make than a small figure to count."""

WRITTEN, ERASED = "=", "#"
"""Before a noted value: it stands in its entry, or the lead was erased and this is what is kept of it."""
JUST_AFTER = timedelta(microseconds=1)
"""The least step of an instant: what ends with an instant included ends before the next."""


@dataclass(frozen=True, slots=True)
class Window:
    """``[start, end)`` is the period; outcomes count until ``decided_by``, all as known by ``known_by``.

    ``digests`` are the agreement's versions; ``noted`` those whose entries hold the note of that key,
    ``given`` the notes of others' entries, by ``lead:seq``. ``written_before`` is the id of the entry since
    which none counts. ``without_archived`` leaves out leads whose entries were moved into files, as what is
    left of them would count for something else.
    """

    start: datetime
    end: datetime
    decided_by: datetime
    known_by: datetime
    digests: Sequence[str]
    noted: Mapping[str, Sequence[str]]
    given: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    written_before: int | None = None
    without_archived: bool = False


def happened_in(
    window: Window, happening: Happening, start: datetime, end: datetime,
    hit: Happening | None = None,
) -> Subquery:  # fmt: skip
    """Where it happened in ``[start, end)``: lead, seq, instant, owner, what it adds, whether it is *hit*.

    Of a happening that counts by values, what it adds is the value behind a mark of where that is from.
    """
    found = FOUND
    asked = is_such(found, window, happening)
    is_hit: ColumnElement[Any] = false() if hit is None else is_such(found, window, hit)
    adds: ColumnElement[Any] = literal_column("NULL", Text)
    if happening.noted is not None and happening.adds is not None:
        adds = _note(found, window, happening.noted)
    elif happening.noted is not None and happening.distinct is not None:
        mark = case((found.c.data.is_(None), literal(ERASED, Text)), else_=literal(WRITTEN, Text))
        adds = mark.concat(_note(found, window, happening.noted))
    columns = [
        found.c.lead, found.c.seq, _happened_at(found).label("happened"), found.c.owner,
        adds.label("adds"), is_hit.label("hit"),
    ]  # fmt: skip
    return union_all(*in_time(found, window, start, end, asked, columns)).subquery()


def in_time(
    found: FromClause, window: Window, start: datetime, end: datetime, asked: ColumnElement[bool],
    columns: Sequence[ColumnElement[Any]],
) -> tuple[Select[Any], Select[Any]]:  # fmt: skip
    """What was logged in ``[start, end)``, and what was logged later but happened there: an index each."""
    known = and_(asked, is_counted(found, window))
    promptly = and_(found.c.at >= start, found.c.at < end, _happened_at(found) >= start)
    belated = and_(
        found.c.occurred_at < found.c.at, found.c.occurred_at >= start, found.c.occurred_at < end,
        unindexed(found.c.at) >= end,
    )  # fmt: skip
    return select(*columns).where(known, promptly), select(*columns).where(known, belated)


def is_counted(found: FromClause, window: Window, keep: Keep = unindexed) -> ColumnElement[bool]:
    """Whether the entry is one of the agreement's, and known by then."""
    asked = [found.c.digest.in_(window.digests), is_known(found, window, keep)]
    if window.without_archived:
        gone = select(archived_stream.c.stream).where(archived_stream.c.stream == found.c.stream)
        asked.append(~exists(gone))
    return and_(*asked)


def is_known(found: FromClause, window: Window, keep: Keep) -> ColumnElement[bool]:
    """Whether it and every input before it in its stream had arrived; *keep*s it from other indexes."""
    by, before = window.known_by, _BEFORE
    told_later = select(before.c.id).where(
        before.c.stream == found.c.stream, before.c.seq <= found.c.seq, before.c.arrived_at > by
    )
    known = and_(keep(found.c.at) <= by, ~exists(told_later))
    if window.written_before is None:
        return known
    return and_(known, keep(found.c.id) < window.written_before)


def _happened_at(found: FromClause) -> ColumnElement[Any]:
    return func.coalesce(found.c.occurred_at, found.c.at, type_=entry.c.at.type)


def is_such(found: FromClause, window: Window, happening: Happening) -> ColumnElement[bool]:
    names = sorted(happening.names)
    kind, to, trigger = (unindexed(found.c[name]) for name in ("kind", "to", "trigger"))
    if happening.kind == "enter":
        moved = or_(found.c["from"].is_(None), found.c["from"] != found.c.to)
        such = and_(kind.in_(("transition", "created")), to.in_(names), moved)
    elif happening.kind in ("trigger", "override"):
        such = and_(kind == "transition", trigger.in_(names))
        if happening.kind == "override":
            such = and_(such, value_at(data_of(found), "overridden").is_not(None))
    elif happening.kind == "assign":
        such = and_(kind == "assigned", unindexed(found.c.owner).is_not(None))
    elif happening.kind == "step":
        falls = kind.in_(("warned", "breached", "escalated"))
        such = and_(falls, unindexed(found.c.target).in_(names), found.c.step == happening.step)
    else:
        such = and_(kind == "activity", value_at(data_of(found), "activity").in_(names))
    if happening.noted is None:
        return such
    return and_(such, is_noted(found, window, happening.noted))


def is_verdict(found: FromClause, targets: Sequence[str], keep: Keep = unindexed) -> ColumnElement[bool]:
    kind, target = keep(found.c.kind), keep(found.c.target)
    return and_(kind.in_(("breached", "clock_met")), target.in_(targets))


def is_noted(found: FromClause, window: Window, key: str) -> ColumnElement[bool]:
    return _note(found, window, key).is_not(None)


def _note(found: FromClause, window: Window, key: str) -> ColumnElement[Any]:
    """What is noted under *key* of the entry: in its own data, or given beside it; null where it is not."""
    is_own = found.c.digest.in_(window.noted.get(key, ()))
    own = case((is_own, value_at(data_of(found), "counts", key)))
    if not window.given.get(key):
        return own
    notes = literal(orjson.dumps(window.given[key]).decode(), Text)
    place = cast(found.c.lead, Text) + ":" + cast(found.c.seq, Text)
    return func.coalesce(own, value_at(notes, place), type_=Text)
