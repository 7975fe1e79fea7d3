"""Teams' turns: whom each drew last, in which round, and how many leads each member got on its last days."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, select, text

from slaflow.lifecycle.dealing.loads import Draw
from slaflow.store.bulk.rows import insert_rows
from slaflow.store.database import is_rehearsal
from slaflow.store.errors import ConflictingChange
from slaflow.store.tables.people import person, team
from slaflow.store.types import unread

DAYS = 40
"""Days of which it is kept how many leads each member got: the latest, be it that history is imported."""
Dealt = Mapping[str, Mapping[str, int]]
"""By local day, how many leads each member got."""

_SPACE = int.from_bytes(b"team")
_LOCK = text(f"SELECT pg_advisory_xact_lock({_SPACE}, hashtext(:team))")
_TRY = text(f"SELECT pg_try_advisory_xact_lock({_SPACE}, hashtext(:team))")
_TURNS = select(team.c.name, team.c.turn)
_ONE = select(team.c.turn, team.c.round, unread(team.c.dealt))
_NAMES = select(person.c.team).distinct().where(person.c.team.is_not(None))
"""A team of whom nobody is draws nothing."""
_ON_CONFLICT = "(name) DO UPDATE SET turn = excluded.turn, round = excluded.round, dealt = excluded.dealt"
_HELD = "slaflow_teams"
_together: set[str] = set()
"""Teams of which one transaction of this process drew while others drew in another order: they are taken at
once from then on, in the order of names."""


class _Thread(threading.local):
    """What the next transaction of a thread goes by: ``lost`` says that others were first in the last one.

    It is done over, and takes all teams there are before any other, so that it loses none again.
    """

    lost = False


_thread = _Thread()


class Standing(NamedTuple):
    """A team as the last transaction that drew left it."""

    turn: str | None = None
    round: int = 1
    dealt: Dealt = MappingProxyType({})


NOTHING: Mapping[str, Standing] = MappingProxyType({})


class LockedTeams(Mapping[str, str]):
    """Whom each team drew last. Who asks for one draws: until the transaction ends nobody else draws of it.

    So turns, rounds and loads are as the last one left them, and who draws of another team waits for nobody.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._standing: dict[str, Standing] = {}
        self._is_shared = connection.dialect.name == "postgresql" and not is_rehearsal(connection)
        self._held = _held(connection) if self._is_shared else set[str]()

    def standing(self, name: str) -> Standing:
        """The team, locked and read once.

        Raises:
            ConflictingChange: it is drawn from, and to wait for that might be to wait for ever; try again.
        """
        if name not in self._standing:
            if self._is_shared:
                self._lock(name)
            self._standing[name] = standing(self._connection, name)
        return self._standing[name]

    @property
    def held(self) -> frozenset[str] | None:
        """Teams of which nobody else draws by now; None: of none, as nobody else is there who would."""
        return frozenset(self._held) if self._is_shared else None

    def _lock(self, name: str) -> None:
        wanted = {name, *(_together if name in _together else ())} - self._held
        if _thread.lost:
            _thread.lost = False
            wanted |= {*self._connection.execute(_NAMES).scalars()} - self._held
        for each in sorted(wanted):
            if not self._held or each > max(self._held):
                self._connection.execute(_LOCK, {"team": each})
            elif not self._connection.execute(_TRY, {"team": each}).scalar_one():
                _together.update(self._held, wanted)
                _thread.lost = True
                raise ConflictingChange(f"others draw of the team {each}")
            self._held.add(each)

    def __getitem__(self, name: str) -> str:
        turn = self.standing(name).turn
        if turn is None:
            raise KeyError(name)
        return turn

    def __iter__(self) -> Iterator[str]:
        return iter(turns(self._connection))

    def __len__(self) -> int:
        return len(turns(self._connection))


def _held(connection: Connection) -> set[str]:
    """The teams that its transaction holds, by whichever of its batches."""
    transaction, of_last = connection.get_transaction(), connection.info.get(_HELD)
    if of_last is None or of_last[0] is not transaction:
        of_last = connection.info[_HELD] = transaction, set[str]()
    held: set[str] = of_last[1]
    return held


def standing(connection: Connection, name: str) -> Standing:
    """The team as it stands, unlocked."""
    row = connection.execute(_ONE.where(team.c.name == name)).first()
    return Standing() if row is None else Standing(row[0], row[1], orjson.loads(row[2]))


def turns(connection: Connection) -> dict[str, str]:
    """Whom each team drew last, unlocked."""
    return {name: turn for name, turn in connection.execute(_TURNS)}


def save_turns(
    connection: Connection, turns: Mapping[str, str], standings: Mapping[str, Standing] = NOTHING
) -> None:
    """Remembers who was drawn last of each team, and with *standings* the rest of what is kept of it."""
    rows = []
    # In the order of names, so that two transactions never wait for each other.
    for name, turn in sorted(turns.items()):
        standing = standings.get(name, Standing())
        rows.append((name, turn, standing.round, _json(standing.dealt)))
    insert_rows(connection, team, ("name", "turn", "round", "dealt"), rows, _ON_CONFLICT)


def after(draws: Iterable[Draw], before: Mapping[str, str]) -> dict[str, Standing]:
    """How teams stand after *draws*, oldest first; *before* is what these went by."""
    made: dict[str, list[Draw]] = {}
    for each in draws:
        made.setdefault(each.team, []).append(each)
    found = {}
    for name, drawn in made.items():
        known = before.standing(name).dealt if isinstance(before, LockedTeams) else {}
        found[name] = Standing(drawn[-1].email, drawn[-1].round, _counted(known, drawn))
    return found


def _json(dealt: Dealt) -> str:
    return orjson.dumps(
        {day: dict(counts) for day, counts in dealt.items()}, option=orjson.OPT_SORT_KEYS
    ).decode()


def _counted(known: Dealt, drawn: Iterable[Draw]) -> Dealt:
    days = {day: dict(counts) for day, counts in known.items()}
    for each in drawn:
        counts = days.setdefault(each.day.isoformat(), {})
        counts[each.email] = counts.get(each.email, 0) + 1
    return {day: days[day] for day in sorted(days)[-DAYS:]}
