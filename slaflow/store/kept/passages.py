"""Handoffs with what came of each: read and written by lead, and whether all of them are there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)

from slaflow.log.entry import Entry
from slaflow.store.bulk.rows import insert_rows, update_rows
from slaflow.store.tables.erasure import erasure
from slaflow.store.tables.leads import lead
from slaflow.store.tables.log import BLANK, entry
from slaflow.store.tables.passages import derived, passage
from slaflow.store.types import instant_writer, one_of

RULES = 2
"""The version of the rules by which rows are made; another one has them made anew."""
TELLING = ("created", "activity", "transition", "migrated", "erased")
"""Kinds of entries without which no row changes."""
_NAME = "passage"
_BATCH = 1000


@dataclass(slots=True)
class Passage:
    """One handoff, in the order of its columns; the last three but one are open seconds.

    ``cycle`` counts the handoffs forward before it, ``handed_at`` is the one before, ``until_at`` the next.
    ``touched_again_at`` is the second least instant of a touch; of more touches nothing is asked.
    """

    id: int | None
    lead: int
    seq: int
    at: datetime
    digest: str | None
    trigger: str | None
    from_state: str | None
    to_state: str | None
    by_system: bool
    gave: str | None
    gave_owner: str | None
    took: str | None
    took_owner: str | None
    direction: str
    score: float | None
    stage: str | None
    fit: str | None
    touchpoints: str | None
    reason: str | None
    cycle: int
    handed_at: datetime | None
    until_at: datetime | None = None
    came_back: bool = False
    given_back: bool = False
    is_held: bool = False
    outcome: str = "open"
    decided_at: datetime | None = None
    touched_at: datetime | None = None
    touched_again_at: datetime | None = None
    attempted_at: datetime | None = None
    decision: int | None = None
    first_touch: int | None = None
    first_attempt: int | None = None
    reckoned: int | None = None


_COLUMNS = tuple(passage.c)
_NAMES = tuple(field.name for field in fields(Passage))
_INSERTED = _NAMES[1:]
_UPDATED = (*_NAMES[_NAMES.index("until_at") :], "id")
_OF_LEADS = select(*_COLUMNS).where(one_of(passage.c.lead, "leads")).order_by(passage.c.lead, passage.c.seq)
_DELETE = delete(passage).where(one_of(passage.c.lead, "leads"))
_TOLD = (
    select(*entry.c)
    .where(one_of(entry.c.stream, "names"), entry.c.kind.in_(TELLING))
    .order_by(entry.c.stream, entry.c.seq)
)
_HELD = select(lead.c.id).where(one_of(lead.c.id, "leads")).order_by(lead.c.id).with_for_update()
_OF = literal_column("entry.lead", BigInteger())
_BLANKED = {
    # Not told so, SQLite goes through all entries of a kind.
    dialect: select(_OF).select_from(text(log)).where(BLANK, _OF.not_in(select(erasure.c.lead))).limit(1)
    for dialect, log in {"sqlite": "entry INDEXED BY entry_blank", "postgresql": "entry"}.items()
}
_LAST_MOVED = (
    select(entry.c.lead)
    .where(entry.c.kind == "transition")
    .order_by(entry.c.id.desc())
    .limit(bindparam("most"))
)


def of_leads(connection: Connection, lead_ids: Collection[int]) -> dict[int, list[Passage]]:
    """The rows of those leads that have any, each lead's in the order of its log."""
    found: dict[int, list[Passage]] = {}
    for row in connection.execute(_OF_LEADS, {"leads": lead_ids}).all():
        found.setdefault(row[1], []).append(Passage(*row))
    return found


def save(connection: Connection, passages: Collection[Passage]) -> None:
    """Stores rows: those without ``id`` are inserted, of the others what may change is written.

    Raises:
        ConflictingChange: a row is gone.
    """
    _write(connection, [each for each in passages if each.id is None], _INSERTED, insert_rows)
    _write(connection, [each for each in passages if each.id is not None], _UPDATED, update_rows)


def _write(connection: Connection, passages: Sequence[Passage], names: tuple[str, ...], write: Any) -> None:
    read = attrgetter(*names)
    rows = [read(each) for each in passages]
    if connection.dialect.name == "sqlite":
        text = instant_writer("sqlite")
        rows = [tuple([text(v) if type(v) is datetime else v for v in row]) for row in rows]
    write(connection, passage, names, rows)


def remove(connection: Connection, lead_ids: Collection[int]) -> None:
    """Deletes the rows of those leads."""
    connection.execute(_DELETE, {"leads": lead_ids})


def hold(connection: Connection, lead_ids: Collection[int]) -> None:
    """Keeps others from writing of those leads until the transaction ends."""
    connection.execute(_HELD, {"leads": lead_ids}).all()


def told(connection: Connection, lead_ids: Collection[int]) -> Iterator[Entry]:
    """The entries of those leads of which their rows are made, lead by lead."""
    names = {"names": [f"lead:{lead_id}" for lead_id in lead_ids]}
    with connection.execute(_TOLD.execution_options(yield_per=_BATCH), names) as rows:
        for row in rows:
            yield Entry._make(row)


def forget_open_times(connection: Connection, since: datetime) -> None:
    """Has the open times of handoffs since that instant reckoned again by whoever asks for them."""
    known = update(passage).where(passage.c.at >= since, passage.c.reckoned.is_not(None))
    connection.execute(known.values(reckoned=None))


def is_whole(connection: Connection) -> bool:
    """Whether every handoff, touch and end has its row, made by the rules of this slaflow."""
    query = select(derived.c.made_by).where(derived.c.name == _NAME)
    return connection.execute(query).scalar() == RULES


def note_whole(connection: Connection, *, is_whole: bool) -> None:
    """Remembers whether every handoff, touch and end has its row."""
    connection.execute(delete(derived).where(derived.c.name == _NAME))
    if is_whole:
        connection.execute(insert(derived).values(name=_NAME, made_by=RULES))


def tells_more(connection: Connection) -> bool:
    """Whether something was blanked in the log and not here, by others than who erases a lead."""
    return connection.execute(_BLANKED[connection.dialect.name]).first() is not None


def moved_last(connection: Connection, most: int) -> list[int]:
    """The leads of the latest transitions, so many of these."""
    return sorted(set(connection.execute(_LAST_MOVED, {"most": most}).scalars()))


def newest(connection: Connection) -> datetime | None:
    """The latest instant of the log; None where it is empty."""
    found: datetime | None = connection.execute(select(func.max(entry.c.at))).scalar()
    return found
