"""Keeps the words by which leads are found, in the transaction that makes or changes them."""

from __future__ import annotations

from collections.abc import Iterable

from slaflow.engine.context import Context
from slaflow.engine.held import Held
from slaflow.store.database import Connection
from slaflow.store.rows import words as store
from slaflow.workflow.search_words import words_of


def keep(app: Context, conn: Connection, done: Iterable[Held]) -> None:
    """Writes the words of leads that are new, or whose fields are others than they were found with."""
    fresh: list[tuple[str, int]] = []
    more: list[tuple[str, int]] = []
    for held in done:
        lead = held.lead
        if lead is None or lead.erased_at is not None or not (held.is_new or held.is_moved):
            continue
        if held.is_new:
            fresh += [(word, lead.id) for word in words_of(app.workflow(lead.digest), lead.key, lead.fields)]
        elif lead.fields != held.fields:
            known = words_of(app.workflow(lead.digest), lead.key, lead.fields)
            more += [(word, lead.id) for word in known]
    if fresh or more:
        store.keep(conn, fresh, more)
