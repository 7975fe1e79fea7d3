"""What is owed, as the queue asks for it: the most urgent promises of each clock's version and calendar.

At a fixed instant open time left never falls as the due instant grows within one version and calendar, so
that the least due of each are the only ones that can be the most urgent of all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Integer, Select, Text, bindparam, func, select, tuple_, union

from slaflow.clock.state import Clock, Status
from slaflow.store.dialect import epoch, in_stream, unindexed
from slaflow.store.rows.clocks import COLUMNS, from_row
from slaflow.store.tables.leads import clock, lead
from slaflow.store.tables.log import entry
from slaflow.store.types import Instant, one_of

SECOND = timedelta(seconds=1)
_CLOCKS_OF_ONE = 8


class Group(NamedTuple):
    """Promises that are counted alike: of one party, under one version, on one calendar."""

    owed_by: str
    digest: str
    calendar: str


class Candidate(NamedTuple):
    """An open promise, by the row of its clock, and what it is ranked by."""

    clock: int
    lead: int
    digest: str
    calendar: str
    status: Status
    left: timedelta
    base_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Owed:
    """An open promise and the lead it is about; ``owner`` is the lead's owner now; without it may wait."""

    lead_id: int
    key: str
    state: str
    owner: str | None
    waits_for: str | None
    waits_since: datetime | None
    clock: Clock


_PLACE = (clock.c.owed_by, clock.c.digest, clock.c.calendar)
_IS_OPEN = clock.c.ended_at.is_(None)
_OWED_BY = in_stream(clock.c.owed_by)
"""Where owners are asked for: a planner would go through all that a party owes, instead of what they own."""
_THEIRS = one_of(unindexed(lead.c.owner), "owners")
"""Where what a party owes is gone through, and not what they own."""
MUCH = 2500
"""Leads; to rank all that is owed about so many takes as long as to look whose a party's most urgent are."""
_NEXT_GROUP = select(*_PLACE).where(_IS_OPEN).order_by(*_PLACE).limit(1)
_END = datetime.max.replace(tzinfo=UTC)
# With the due instant the index is left and entered again behind the group, instead of being gone through.
_BEHIND = tuple_(*_PLACE, clock.c.due_at) > tuple_(
    bindparam("owed_by"),
    bindparam("digest"),
    bindparam("calendar"),
    bindparam("due_at", type_=Instant()),
)
_FELL = select(clock.c.lead).where(clock.c.wake_at <= bindparam("now", type_=Instant()))
_AHEAD = select(entry.c.lead).where(entry.c.at > bindparam("now", type_=Instant()), entry.c.lead.is_not(None))
_CANDIDATE = (clock.c.id, *(clock.c[name] for name in Candidate._fields[1:]))
_UNSETTLED = union(_FELL, _AHEAD)
_STANDS = clock.c.lead.not_in(_UNSETTLED)
"""As it is saved: nothing fell in the lead, and its log does not end later than now."""
_STANDS_BY_LEAD = lead.c.id.not_in(_UNSETTLED)
"""The same where leads are found first: PostgreSQL would reckon the whole of it once for each of them."""
_OF_GROUP = select(*_CANDIDATE).where(
    _IS_OPEN, clock.c.owed_by == bindparam("owed_by"), clock.c.digest == bindparam("digest"),
    clock.c.calendar == bindparam("calendar"),
)  # fmt: skip
_RUNNING = _OF_GROUP.where(clock.c.paused_at.is_(None))
_LEAST = _RUNNING.where(clock.c.due_at.is_not(None)).order_by(clock.c.due_at).limit(bindparam("most"))
_AS_SOON = _RUNNING.where(
    clock.c.due_at >= bindparam("start", type_=Instant()), clock.c.due_at < bindparam("end", type_=Instant())
)
_WITHOUT_DUE = _RUNNING.where(clock.c.due_at.is_(None))
_PAUSED = _OF_GROUP.where(clock.c.paused_at.is_not(None))
_BY_CLOCK = (
    select(lead.c.id, lead.c.key, lead.c.state, lead.c.owner, lead.c.waits_for, lead.c.waits_since, *COLUMNS)
    .join(lead, clock.c.lead == lead.c.id)
    .where(one_of(clock.c.id, "clocks"))
    .order_by(clock.c.id)
)


_MOST, _PARTY = bindparam("most", type_=Integer()), bindparam("party", type_=Text())
# Asked lead by lead, until there are enough: joined, all that is owed would be gone through.
_FIRST_OWED = select(clock.c.id).where(clock.c.lead == lead.c.id, _IS_OPEN, _OWED_BY == _PARTY).limit(1)
_OWES = _FIRST_OWED.scalar_subquery().is_not(None)


def _counted(rows: Select[Any]) -> Select[Any]:
    return select(func.count()).select_from(rows.limit(_MOST).subquery())


_MANY_OF_OWNERS = _counted(select(lead.c.id).where(one_of(lead.c.owner, "owners"), _OWES))
_MANY_OF_NOBODY = _counted(select(lead.c.id).where(lead.c.owner.is_(None), _OWES))
_OF_PARTY = (_IS_OPEN, clock.c.owed_by == _PARTY)
_CLOCKS_OF_PARTY = _counted(select(clock.c.owed_by).where(*_OF_PARTY))
_LEADS_OF_PARTY = select(func.count(clock.c.lead.distinct())).where(*_OF_PARTY)


def unsettled(connection: Connection, now: datetime) -> list[int]:
    """The leads that are not as they are saved: something fell in them by *now*, or their log is ahead."""
    return sorted(connection.execute(union(_FELL, _AHEAD), {"now": now}).scalars())


def fallen(connection: Connection, now: datetime, most: int) -> list[int]:
    """At most so many of the leads in which something fell by *now*, those first in which it fell first."""
    fell = select(clock.c.lead, clock.c.wake_at).where(clock.c.wake_at <= now)
    some = fell.order_by(clock.c.wake_at).limit(most).subquery()
    query = select(some.c.lead).group_by(some.c.lead).order_by(func.min(some.c.wake_at), some.c.lead)
    return list(connection.execute(query).scalars())


def leads_owing(connection: Connection, owners: Collection[str] | None, party: str | None) -> list[int]:
    """The leads that owe such a promise as they are saved: of *owners* (None: anybody's), by *party*."""
    query = select(clock.c.lead).distinct().where(_IS_OPEN, clock.c.owed_by.is_not(None))
    if owners is not None:
        query = query.join(lead, clock.c.lead == lead.c.id).where(one_of(lead.c.owner, "owners"))
    if party is not None:
        query = query.where(clock.c.owed_by == party)
    return list(connection.execute(query, {} if owners is None else {"owners": owners}).scalars())


def of_owners(
    connection: Connection,
    owners: Collection[str],
    party: str | None,
    most: int | None,
    settled_at: datetime | None,
    *,
    own_much: bool,
) -> list[Candidate]:
    """As :func:`of_anybody`, about the leads of *owners*, who have :func:`much` or not."""
    if most is not None and party is not None and own_much:
        return _of_groups(connection, party, most, settled_at, owners)
    owned = one_of(lead.c.owner, "owners")
    return _of_leads(connection, owned, party, most, {"owners": owners, "now": settled_at})


def much(connection: Connection, owners: Collection[str]) -> bool:
    """Whether *owners* have so many leads that what their party owes is gone through sooner, by urgency."""
    some = select(lead.c.id).where(one_of(lead.c.owner, "owners")).limit(MUCH).subquery()
    found = connection.execute(select(func.count(some.c.id)), {"owners": owners}).scalar_one()
    return int(found) == MUCH


def of_nobody(
    connection: Connection, party: str | None, most: int | None, settled_at: datetime | None
) -> list[Candidate]:
    """As :func:`of_anybody`, about the leads that nobody owns."""
    return _of_leads(connection, lead.c.owner.is_(None), party, most, {"now": settled_at})


def how_many(
    connection: Connection, owners: Collection[str] | None, party: str, most: int, *, unowned: bool = False
) -> int:
    """How many leads owe such a promise as they are saved, *most* at most, which bounds the cost too."""
    values: dict[str, Any] = {"party": party, "most": most}
    if unowned:
        return int(connection.execute(_MANY_OF_NOBODY, values).scalar_one())
    if owners is not None:
        return int(connection.execute(_MANY_OF_OWNERS, {**values, "owners": owners}).scalar_one())
    # So many clocks that the leads of which they are cannot be fewer, unless each has a great many.
    enough = most * _CLOCKS_OF_ONE
    if connection.execute(_CLOCKS_OF_PARTY, {"party": party, "most": enough}).scalar_one() == enough:
        return most
    return min(int(connection.execute(_LEADS_OF_PARTY, {"party": party}).scalar_one()), most)


def _of_leads(
    connection: Connection, owned: Any, party: str | None, most: int | None, values: dict[str, Any]
) -> list[Candidate]:
    settled_at = values["now"]
    query = select(*_CANDIDATE).join(lead, clock.c.lead == lead.c.id)
    query = query.where(_IS_OPEN, _OWED_BY.is_not(None), owned)
    if party is not None:
        query = query.where(_OWED_BY == party)
    if most is None:
        return _candidates(connection, query, values, _STANDS_BY_LEAD)
    standing = query if settled_at is None else query.where(_STANDS_BY_LEAD)
    ranked = _ranked(standing.where(clock.c.paused_at.is_(None)), most)
    found = [Candidate(*row) for row in connection.execute(ranked, values)]
    if len(found) < most:
        paused = query.where(clock.c.paused_at.is_not(None))
        found += _candidates(connection, paused, values, _STANDS_BY_LEAD)
    return found


def _ranked(running: Select[Any], most: int) -> Select[Any]:
    """Of each group the *most* with the least due instant, whoever shares the last second, or has none."""
    alike = (*_PLACE, clock.c.due_at.is_(None))
    rank = func.rank().over(partition_by=alike, order_by=epoch(clock.c.due_at)).label("place")
    ranked = running.add_columns(rank).subquery()
    return select(*(ranked.c[column.name] for column in _CANDIDATE)).where(ranked.c.place <= most)


def of_anybody(
    connection: Connection, party: str | None, most: int | None, settled_at: datetime | None
) -> list[Candidate]:
    """Open promises as they are saved: all, or those among which the *most* urgent are.

    With *settled_at* without those of leads that are :func:`unsettled` then.
    """
    return _of_groups(connection, party, most, settled_at, None)


def _of_groups(
    connection: Connection,
    party: str | None,
    most: int | None,
    settled_at: datetime | None,
    owners: Collection[str] | None,
) -> list[Candidate]:
    groups, asked = list(_groups(connection, party)), {"now": settled_at, "owners": owners}
    found = [each for group in groups for each in _running(connection, group, most, asked)]
    if most is None or len(found) < most:
        for group in groups:
            found += _candidates(connection, _about(_PAUSED, asked), {**group._asdict(), **asked})
    return found


def _about(query: Select[Any], asked: dict[str, Any]) -> Select[Any]:
    """*query*, of those leads alone that the owners asked for own, where any are."""
    if asked["owners"] is None:
        return query
    return query.join(lead, clock.c.lead == lead.c.id).where(_THEIRS)


def _second(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def _groups(connection: Connection, party: str | None) -> Iterator[Group]:
    """The groups in which anything is owed, each found by one step in the index."""
    last = None if party is None else Group(party, "", "")
    while True:
        query = (
            _NEXT_GROUP.where(clock.c.owed_by.is_not(None)) if last is None else _NEXT_GROUP.where(_BEHIND)
        )
        row = connection.execute(query, {} if last is None else {**last._asdict(), "due_at": _END}).first()
        if row is None or (party is not None and row[0] != party):
            return
        last = Group(*row)
        yield last


def _running(
    connection: Connection, group: Group, most: int | None, asked: dict[str, Any]
) -> list[Candidate]:
    """The running ones of a group: all, or the *most* with the least due instant, as in :func:`_ranked`."""
    values: dict[str, Any] = {**group._asdict(), **asked}
    if most is None:
        return _candidates(connection, _about(_RUNNING, asked), values)
    found = _candidates(connection, _about(_LEAST, asked), {**values, "most": most})
    if len(found) == most:
        # Rows of one second are put in order by their leads, so all of them have to be there.
        assert found[-1].due_at is not None
        second = _second(found[-1].due_at)
        found = [each for each in found if each.due_at is not None and each.due_at < second]
        found += _candidates(
            connection, _about(_AS_SOON, asked), {**values, "start": second, "end": second + SECOND}
        )
    return found + _candidates(connection, _about(_WITHOUT_DUE, asked), values)


def _candidates(
    connection: Connection, query: Select[Any], values: dict[str, Any], stands: Any = _STANDS
) -> list[Candidate]:
    asked = query if values["now"] is None else query.where(stands)
    rows = connection.execute(asked, {name: value for name, value in values.items() if value is not None})
    return [Candidate(*row) for row in rows]


def read(connection: Connection, clocks: Collection[int]) -> list[Owed]:
    """The promises of those clocks."""
    rows = connection.execute(_BY_CLOCK, {"clocks": clocks})
    return [Owed(row[0], row[1], row[2], row[3], row[4], row[5], from_row(row[6:])) for row in rows]
