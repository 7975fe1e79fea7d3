"""A part of the log: the streams whose names lie between two others, however many there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, exists, or_, select
from sqlalchemy.sql.expression import ColumnElement

from slaflow.store.tables.log import entry, stream

_LEAD = re.compile("lead:([1-9][0-9]{0,17})")
_LEAST, _GREATEST = -(2**63), 2**63 - 1
_DIGITS = len(str(_GREATEST))
_NAMELESS = select(
    exists().where(entry.c.stream.is_(None)) | exists().where(stream.c.name.is_(None))
)  # SQLite can be brought to keep some


class Part(NamedTuple):
    """The streams from *first* on and before *end*, in byte order; both are leads', None is no bound."""

    first: str | None = None
    end: str | None = None

    def names(self, column: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        """What a column that holds names of streams must fulfil."""
        first = [] if self.first is None else [column >= self.first]
        return first if self.end is None else [*first, column < self.end]

    def leads(self, column: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        """What a column that holds ids of leads must fulfil, so that an index finds them."""
        if self == WHOLE:
            return []
        return [or_(*(column.between(least, greatest) for least, greatest in self.lead_ids()))]

    def lead_ids(self) -> Iterator[tuple[int, int]]:
        """Ranges of ids, both ends among them: names of equally many digits stand in the order of numbers."""
        for digits in range(1, _DIGITS + 1):
            least = _LEAST if digits == 1 else 10 ** (digits - 1)
            if self.first is not None:
                least = max(10 ** (digits - 1), _least_from(self.first, digits))
            greatest = min(10**digits - 1, _GREATEST)
            if self.end is not None:
                greatest = min(greatest, _least_from(self.end, digits) - 1)
            if least <= greatest:
                yield least, greatest


WHOLE = Part()


def _least_from(name: str, digits: int) -> int:
    """The least number of so many digits whose lead's name does not stand before *name*."""
    number = name.removeprefix("lead:")
    if len(number) <= digits:
        return int(number.ljust(digits, "0"))
    return int(number[:digits]) + 1


def parts(connection: Connection, entries: int) -> Iterator[Part]:
    """Parts of at least *entries* entries each but the last, together the whole log, in the order of names.

    Cost: one walk along the index of streams, a piece whenever a part is asked for.
    """
    first, place = None, ""
    while (name := _further(connection, place, entries)) is not None:
        if _LEAD.fullmatch(name):
            yield Part(first, name)
            first = name
        place = name
    yield Part(first)


def _further(connection: Connection, place: str, entries: int) -> str | None:
    """The stream so many entries on from the start of *place*, a later one in any case."""
    if not place and connection.execute(_NAMELESS).scalar():
        return None
    name = _name(connection, entry.c.stream >= place, entries)
    if name == place:
        name = _name(connection, entry.c.stream > place, 0)
    # What is no text, or none that can be asked for, and all behind it stay in one part.
    return name if isinstance(name, str) and name.isprintable() else None


def _name(connection: Connection, where: ColumnElement[bool], after: int) -> Any:
    query = select(entry.c.stream).where(where).order_by(entry.c.stream, entry.c.seq)
    return connection.execute(query.offset(after).limit(1)).scalar()
