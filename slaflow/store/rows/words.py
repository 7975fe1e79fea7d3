"""The words by which leads are found.

Words that a lead had once stay until it is erased: who finds by them looks whether they still hold. So a
change costs the words that are new, and nobody has to know those of before.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from slaflow.store.bulk.rows import insert_rows
from slaflow.store.tables.leads import lead_word

_WRITTEN = ("word", "lead")
_KNOWN = "(word, lead) DO NOTHING"
_LAST = "\U0010ffff"


def keep(connection: Connection, fresh: Sequence[tuple[str, int]], more: Sequence[tuple[str, int]]) -> None:
    """Words and their leads: those of *fresh* leads are new, of the others some may be known."""
    insert_rows(connection, lead_word, _WRITTEN, sorted(fresh))
    insert_rows(connection, lead_word, _WRITTEN, sorted(more), _KNOWN)


def forget(connection: Connection, lead_id: int) -> None:
    """Takes out all words of a lead; goes through the table once, as nothing else asks by lead."""
    connection.execute(delete(lead_word).where(lead_word.c.lead == lead_id))


def beginning(connection: Connection, start: str, most: int) -> list[int]:
    """The leads of the first *most* words that begin with *start*, in the order of these; by index."""
    query = select(lead_word.c.lead).where(lead_word.c.word >= start, lead_word.c.word < start + _LAST)
    query = query.order_by(lead_word.c.word, lead_word.c.lead).limit(most)
    return list(dict.fromkeys(connection.execute(query).scalars()))
