"""The tables of an engine's database: brought up to date, taken back, named, compared."""

from __future__ import annotations

from slaflow.engine.context import Context
from slaflow.engine.leads.same_person import doubled
from slaflow.engine.passages import rebuild
from slaflow.store import schema as store
from slaflow.store import statistics
from slaflow.store.rows import people
from slaflow.store.tables.all import REVISIONS


def upgrade(app: Context, revision: str = "head") -> None:
    """Brings the tables to *revision*, making an absent SQLite file. Raises ``StoreError``."""
    store.upgrade(app.database, revision)
    if store.current(app.database) == REVISIONS[-1]:
        rebuild.complete(app)
    statistics.refresh(app.database)


def told_on_upgrade(app: Context) -> list[str]:
    """What somebody should know once the tables are those of this slaflow, a line each."""
    with app.database.read() as conn:
        directory = people.directory(conn)
        joined = [f"{each} is {directory.spelt(each)} from now on" for each in people.doubled(conn)]
        return [*joined, *map(str, doubled(app, conn))]


def downgrade(app: Context, revision: str) -> None:
    """Takes the tables back to *revision* (``base``: none at all). Raises ``StoreError``."""
    store.downgrade(app.database, revision)


def current(app: Context) -> str | None:
    """The revision of the tables; None where there are none."""
    return store.current(app.database)


def check(app: Context) -> list[str]:
    """How the tables differ from what this slaflow needs, a line each; empty when they are right."""
    return store.check(app.database)
