"""How versions up to 0.1 compared: each spelling of a key was somebody, each form of an address a lead."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from slaflow.store import schema
from slaflow.store.database import Database
from slaflow.workflow.identity import earlier_key

FOLDING = (
    "slaflow.lifecycle.people",
    "slaflow.log.people",
    "slaflow.store.rows.people",
    "slaflow.exchange.imports.actors",
)
KEYED = ("slaflow.exchange.imports.row", "slaflow.engine.leads.commands", "slaflow.lifecycle.transition")


@contextmanager
def as_before(database: Database) -> Iterator[None]:
    """What is done inside is done as then; afterwards the tables are brought up to date."""
    with pytest.MonkeyPatch.context() as patch:
        for module in FOLDING:
            patch.setattr(f"{module}.folded", lambda spelling: spelling)
        for module in KEYED:
            patch.setattr(f"{module}.identity_key", earlier_key)
        patch.setattr("slaflow.workflow.model.values.unseen", lambda address: None)
        yield
    schema.downgrade(database, "0002")
    with database.migrating() as connection:
        # It stays on the way down, for who comes up again.
        connection.execute(text("ALTER TABLE identity DROP COLUMN told_apart_until"))
    schema.upgrade(database)
