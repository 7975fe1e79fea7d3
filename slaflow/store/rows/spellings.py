"""How addresses are spelt in the tables: people are one per address, rows and entries keep what was written.

Each spelling is found by index, one step from a text to the next: a table of a million rows has some
hundred owners. Source: rules.md, 31.2.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Literal

from sqlalchemy import Connection, text

from slaflow.lifecycle.people import Directory
from slaflow.workflow.identity import folded, normal

_IN_QUESTION = {
    "sqlite": r"key GLOB '*[^ -~]*' OR key GLOB ' *' OR key GLOB '* ' OR key GLOB '* |*' OR key GLOB '*| *'",
    "postgresql": r"key ~ '[^ -~]|^ | $| \||\| '",
}
Place = Literal["lead.owner", "entry.actor"]
"""Where people are named, by table and column; each has an index that begins with it."""


class Spelt:
    """The texts in a *place*, read when the first is asked for, for as many questions as a page has."""

    def __init__(self, connection: Connection, place: Place) -> None:
        self._connection, self._place = connection, place

    def of(self, names: Collection[str]) -> list[str]:
        """Every text there that is one of *names*, whatever the spelling."""
        keys = {folded(name) for name in names}
        return [text for text, key in self._texts if key in keys]

    @cached_property
    def _texts(self) -> list[tuple[str, str]]:
        return [(found, folded(found)) for found in _texts(self._connection, self._place)]


def spellings(connection: Connection, place: Place, names: Collection[str]) -> list[str]:
    """Every text in *place* that is one of *names*, whatever the spelling."""
    return Spelt(connection, place).of(names)


def variants(connection: Connection, directory: Directory) -> Mapping[str, str]:
    """Every other spelling of a person or an owner, with the one that stands for all."""
    known = [*(person.email for person in directory.people), *_texts(connection, "lead.owner")]
    first: dict[str, str] = {}
    for spelling in known:
        first.setdefault(folded(spelling), directory.spelt(spelling))
    return {each: first[folded(each)] for each in known if first[folded(each)] != each}


def leads_spelt_otherwise(connection: Connection) -> list[int]:
    """The leads whose key is not what keys are compared by now, by id.

    Cost: reads the keys alone, and only those that ASCII does not settle.
    """
    rows = connection.execute(text(f"SELECT id, key FROM lead WHERE {_IN_QUESTION[connection.dialect.name]}"))
    return sorted(lead_id for lead_id, key in rows if normal(key) != key or folded(key) != key.lower())


def _texts(connection: Connection, place: Place) -> Iterator[str]:
    table, column = place.split(".")
    query = f"""
        WITH RECURSIVE found(name) AS (
            SELECT min({column}) FROM {table}
            UNION ALL
            SELECT (SELECT min({column}) FROM {table} WHERE {column} > found.name)
            FROM found WHERE found.name IS NOT NULL)
        SELECT name FROM found WHERE name IS NOT NULL"""
    yield from connection.execute(text(query)).scalars()
