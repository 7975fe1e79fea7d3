"""Questions to Salesforce in SOQL, of which no part is what somebody else wrote, unless it is quoted. Pure.

Source: SOQL and SOSL Reference, "Quoted String Escape Sequences", "Date Formats and Date Literals in WHERE".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

LONGEST_VALUE = 255
"""Characters of the longest text field that can be asked for; a longer value stands in none."""
MOST_ASKED = 8_000
"""Bytes of values in one question, as they go into a URL: that may have 16,384 with all else in it."""

_NAME = re.compile(r"[A-Za-z](?:_{0,2}[A-Za-z0-9])*")
_ESCAPES = {
    **{chr(code): f"\\u{code:04X}" for code in (*range(0x20), 0x7F)},
    **{"\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"},
    **{"\\": "\\\\", "'": "\\'"},
}


def is_name(text: str) -> bool:
    """Whether an object or a field can have that name: letters, digits, ``_``, ``__c``."""
    return len(text) <= 80 and _NAME.fullmatch(text) is not None


def literal(value: str) -> str:
    """*value* as a text that is quoted, whatever it holds."""
    return f"'{''.join(map(_escaped, value))}'"


def instant(at: datetime) -> str:
    """*at* as it is written there: UTC, to the millisecond, cut off."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def question(
    fields: Iterable[str], object: str, where: str, order: Sequence[str] = (), limit: int | None = None
) -> str:
    """The question for *fields*, each named once, of the records for which *where* holds.

    Raises:
        ValueError: a name is none.
    """
    names = list({name.casefold(): name for name in ("Id", *fields)}.values())
    for name in (*names, object, *order):
        if not is_name(name):
            raise ValueError(f"{name!r} is no name")
    ends = f" ORDER BY {', '.join(order)}" if order else ""
    ends += f" LIMIT {limit}" if limit is not None else ""
    return f"SELECT {', '.join(names)} FROM {object} WHERE {where}{ends}"


def among(field: str, values: Sequence[str]) -> str:
    """That *field* holds one of *values*. Raises ``ValueError`` where it is no name."""
    if not is_name(field):
        raise ValueError(f"{field!r} is no name")
    return f"{field} IN ({', '.join(map(literal, values))})"


def after(at: datetime, id: str) -> str:
    """That a record stands behind the one that was changed at *at* and has that *id*."""
    then = instant(at)
    return f"(SystemModstamp > {then} OR (SystemModstamp = {then} AND Id > {literal(id)}))"


def askable(values: Collection[str]) -> Iterator[list[str]]:
    """*values* in parts that go into one question each, without those that stand in no field."""
    part: list[str] = []
    room = MOST_ASKED
    for value in dict.fromkeys(values):
        if not value.strip() or len(value) > LONGEST_VALUE:
            continue
        size = len(quote(f"{literal(value)}, "))
        if part and size > room:
            yield part
            part, room = [], MOST_ASKED
        part.append(value)
        room -= size
    if part:
        yield part


def _escaped(character: str) -> str:
    if "\ud800" <= character <= "\udfff":
        return f"\\u{ord(character):04X}"
    return _ESCAPES.get(character, character)
