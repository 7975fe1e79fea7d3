"""Leads that are one by now: told apart when they were added, and of the same identity as it is compared now.

Both stay as they are, with their logs; what comes in goes to the one that has the key.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from slaflow.engine.context import Context
from slaflow.language import _
from slaflow.store.database import Connection
from slaflow.store.rows import leads as store
from slaflow.store.rows.spellings import leads_spelt_otherwise
from slaflow.workflow.identity import identity_key


@dataclass(frozen=True, slots=True)
class Doubled:
    """A lead, and the one that has their common key."""

    lead_id: int
    same_as: int

    def __str__(self) -> str:
        return _(
            "lead #{lead} and lead #{other} are of one identity, spelt in two ways; what comes in goes to "
            "#{other}; give one another with 'slaflow lead set', or erase it"
        ).format(lead=self.lead_id, other=self.same_as)


def doubled(app: Context, conn: Connection) -> Iterator[Doubled]:
    """Every lead whose identity is another's, by id."""
    for lead in store.read(conn, leads_spelt_otherwise(conn)).values():
        key = identity_key(app.workflow(lead.digest), lead.fields)
        same_as = None if key is None else store.ids_by_key(conn, [key]).get(key)
        if same_as is not None and same_as != lead.id:
            yield Doubled(lead.id, same_as)
