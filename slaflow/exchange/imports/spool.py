"""What a file says, put in order: rows may come in any order, what happened is applied in order of time.

A temporary SQLite file of this import alone, no part of the store: it holds what does not fit in memory
and is gone afterwards. Instants are microseconds since 1970, UTC.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import orjson

from slaflow.exchange.imports.rejects import Refused
from slaflow.exchange.imports.row import LEAD_PLACE, Reading
from slaflow.exchange.imports.table import Row
from slaflow.lifecycle.lead import Actor

SIZE_AT_ONCE = 8_000_000
"""Bytes of what is held in memory at a time, however few rows that are."""

_TABLES = """
CREATE TABLE row (number INTEGER PRIMARY KEY, key TEXT, created_at INTEGER, first_at INTEGER,
                  line INTEGER, raw BLOB NOT NULL, applied INTEGER NOT NULL DEFAULT 0);
CREATE TABLE said (id INTEGER PRIMARY KEY, row INTEGER NOT NULL, place INTEGER NOT NULL, key TEXT NOT NULL,
                   at INTEGER, kind TEXT NOT NULL, name TEXT NOT NULL, inputs BLOB NOT NULL,
                   actor TEXT NOT NULL, party TEXT NOT NULL, digest TEXT NOT NULL, former TEXT);
CREATE TABLE refusal (row INTEGER NOT NULL, place INTEGER NOT NULL, reason TEXT NOT NULL,
                      PRIMARY KEY (row, place)) WITHOUT ROWID;
CREATE TABLE lead (position INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, row INTEGER NOT NULL,
                   opened_at INTEGER NOT NULL, known_since INTEGER);
CREATE TABLE work (position INTEGER PRIMARY KEY, said INTEGER NOT NULL, at INTEGER NOT NULL,
                   by_clock INTEGER NOT NULL, repeats INTEGER NOT NULL, of_new_lead INTEGER NOT NULL);
CREATE TABLE former (said INTEGER PRIMARY KEY, digest TEXT NOT NULL, key TEXT NOT NULL,
                     differs INTEGER NOT NULL, known INTEGER NOT NULL DEFAULT 0);
"""

# A lead begins with the earliest creation its rows give, else with its earliest event, else now.
_LEADS = """
INSERT INTO lead (key, row, opened_at)
SELECT key, number, opened_at FROM (
    SELECT key, number, coalesce(created_at, first_at, :now) AS opened_at,
           row_number() OVER (
               PARTITION BY key
               ORDER BY created_at IS NULL, coalesce(created_at, first_at, :now), number) AS rank
    FROM row WHERE key IS NOT NULL)
WHERE rank = 1 ORDER BY opened_at, number
"""

# Lead values come at the row's creation unless that lies before the lead's, else at its first event,
# else at the command's clock; those that open a lead come before all else. What lies ahead is now.
_WORK = f"""
INSERT INTO work (said, at, by_clock, repeats, of_new_lead)
SELECT id, min(coalesce(at, :now), :now), at IS NULL, repeats, of_new_lead FROM (
    SELECT said.id, said.row, said.place, lead.position, lead.known_since IS NULL AS of_new_lead,
           lead.row = said.row AND lead.known_since IS NULL AS opens,
           row_number() OVER (PARTITION BY digest ORDER BY said.row, said.place) - 1 AS repeats,
           CASE WHEN said.place > {LEAD_PLACE} THEN said.at
                WHEN row.created_at >= coalesce(lead.known_since, lead.opened_at) THEN row.created_at
                WHEN row.first_at >= coalesce(lead.known_since, lead.opened_at) THEN row.first_at END AS at
    FROM said JOIN row ON row.number = said.row JOIN lead ON lead.key = said.key)
ORDER BY position, place = {LEAD_PLACE} AND opens DESC, min(coalesce(at, :now), :now), row, place
"""

# Rows that are equal now and were not then had another number among their equals.
_FORMER = """
INSERT INTO former (said, digest, key, differs)
SELECT id, digest, coalesce(former, digest) || '-' || repeats, former IS NOT NULL FROM (
    SELECT id, digest, former, row_number() OVER (
        PARTITION BY coalesce(former, digest) ORDER BY row, place) - 1 AS repeats FROM said)
WHERE digest IN (SELECT digest FROM said WHERE former IS NOT NULL)
"""

# Another number counts only where the row that took its place was imported under its own name then.
_FORGET = """
DELETE FROM former WHERE NOT known OR (
    NOT differs AND digest NOT IN (SELECT digest FROM former WHERE differs AND known))
"""

_NEXT = """
SELECT work.position, said.row, said.place, said.key, work.at, work.by_clock, said.kind, said.name,
       said.inputs, said.actor, said.party, said.digest || '-' || work.repeats, work.of_new_lead,
       former.key
FROM work JOIN said ON said.id = work.said LEFT JOIN former ON former.said = said.id
WHERE work.position > ? ORDER BY work.position LIMIT ?
"""


class Item(NamedTuple):
    """One thing to be applied. ``by_clock``: it comes at the command's clock, ``at`` only sorts it.

    ``import_key`` is what the event is known by once it was imported, ``former_key`` what it was known by
    before; ``of_new_lead`` says that this import is the first to tell of the lead.
    """

    position: int
    row: int
    place: int
    key: str
    at: int
    by_clock: bool
    kind: str
    name: str
    inputs: Mapping[str, Any]
    actor: Actor
    import_key: str
    of_new_lead: bool
    former_key: str | None


@contextmanager
def open_spool() -> Iterator[Spool]:
    """An empty spool, gone at the end."""
    with TemporaryDirectory(prefix="slaflow-import-") as folder:
        with closing(sqlite3.connect(Path(folder) / "spool")) as connection:
            connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _TABLES)
            yield Spool(connection)


class Spool:
    """The rows of one file: filled, put in order once, then taken from in order."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.rows = 0
        self._has_former = False

    def add(self, rows: Sequence[tuple[Row, Reading]]) -> None:
        """Takes up rows and what was read in each."""
        many = self._connection.executemany
        many("INSERT INTO row (number, key, created_at, first_at, line, raw) VALUES (?, ?, ?, ?, ?, ?)", (
            (row.number, read.key, read.created_at, _first_at(read), row.line, row.raw)
            for row, read in rows
        ))  # fmt: skip
        many("INSERT INTO said VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (
            (row.number, said.place, read.key, said.at, said.kind, said.name, orjson.dumps(said.inputs),
             said.actor.name, said.actor.party, said.digest, said.former)
            for row, read in rows for said in read.said
        ))  # fmt: skip
        self._has_former |= any(said.former is not None for _, read in rows for said in read.said)
        self.refuse((row.number, place, why) for row, read in rows for place, why in read.refusals)
        self.rows += len(rows)

    def refuse(self, refusals: Iterable[tuple[int, int, str]]) -> None:
        """Notes refusals as (row, place, reason)."""
        self._connection.executemany("INSERT OR REPLACE INTO refusal VALUES (?, ?, ?)", refusals)

    def gather_leads(self, now: int) -> None:
        """Finds out which leads the rows are about and when each begins, in that order."""
        self._connection.execute(_LEADS, {"now": now})

    def lead_keys(self, at_once: int) -> Iterator[list[str]]:
        """The leads' keys, some at a time."""
        after = 0
        query = "SELECT position, key FROM lead WHERE position > ? ORDER BY position LIMIT ?"
        while page := self._connection.execute(query, (after, at_once)).fetchall():
            after = page[-1][0]
            yield [key for _, key in page]

    def mark_known(self, since: Mapping[str, int]) -> None:
        """Notes leads that were there before, by key, with the instant of their creation."""
        marks = ((at, key) for key, at in since.items())
        self._connection.executemany("UPDATE lead SET known_since = ? WHERE key = ?", marks)

    def put_in_order(self, now: int) -> int:
        """Sorts everything said into the order in which it is to be applied; gives how much that is."""
        return self._connection.execute(_WORK, {"now": now}).rowcount

    def former_keys(self, at_once: int) -> Iterator[list[str]]:
        """What earlier versions knew things by, where that is something else; some at a time."""
        if not self._has_former:
            return
        self._connection.execute(_FORMER)
        after = 0
        query = "SELECT said, key FROM former WHERE said > ? ORDER BY said LIMIT ?"
        while page := self._connection.execute(query, (after, at_once)).fetchall():
            after = page[-1][0]
            yield [key for _, key in page]

    def keep_former(self, known: Iterable[str]) -> None:
        """Keeps of all those only the *known* ones."""
        self._connection.execute("CREATE INDEX former_key ON former (key)")
        marks = ((key,) for key in known)
        self._connection.executemany("UPDATE former SET known = 1 WHERE key = ?", marks)
        self._connection.execute(_FORGET)

    def after(self, position: int, at_once: int) -> list[Item]:
        """The next items after *position*, at most *at_once*, and fewer where they are long."""
        items: list[Item] = []
        size = 0
        for (turn, row, place, key, at, by_clock, kind, name, inputs, actor, party, import_key, new, former
             ) in self._connection.execute(_NEXT, (position, at_once)):  # fmt: skip
            items.append(Item(turn, row, place, key, at, bool(by_clock), kind, name, orjson.loads(inputs),
                              Actor(actor, party), import_key, bool(new), former))  # fmt: skip
            size += len(inputs)
            if size > SIZE_AT_ONCE:
                break
        return items

    def mark_applied(self, rows: Iterable[int]) -> None:
        """Notes rows of which something was applied."""
        self._connection.executemany("UPDATE row SET applied = 1 WHERE number = ?", ((row,) for row in rows))

    def unchanged(self) -> int:
        """How many rows had nothing applied and nothing refused."""
        query = "SELECT count(*) FROM row WHERE NOT applied AND number NOT IN (SELECT row FROM refusal)"
        return int(self._connection.execute(query).fetchone()[0])

    def refusals(self) -> Iterator[Refused]:
        """Every refusal, in order of the rows."""
        found = "SELECT row, line, reason, raw FROM refusal JOIN row ON row.number = refusal.row"
        yield from map(Refused._make, self._connection.execute(f"{found} ORDER BY row, place"))


def _first_at(read: Reading) -> int | None:
    return min((s.at for s in read.said if s.place > LEAD_PLACE and s.at is not None), default=None)
