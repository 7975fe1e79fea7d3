"""The tables of an engine's database: brought up to date, taken back, named, compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slaflow.store import schema as store

if TYPE_CHECKING:
    from slaflow.engine.app import Engine


def upgrade(app: Engine, revision: str = "head") -> None:
    """Brings the tables to *revision*, making an absent SQLite file. Raises ``StoreError``."""
    store.upgrade(app.database, revision)


def downgrade(app: Engine, revision: str) -> None:
    """Takes the tables back to *revision* (``base``: none at all). Raises ``StoreError``."""
    store.downgrade(app.database, revision)


def current(app: Engine) -> str | None:
    """The revision of the tables; None where there are none."""
    return store.current(app.database)


def check(app: Engine) -> list[str]:
    """How the tables differ from what this slaflow needs, a line each; empty when they are right."""
    return store.check(app.database)
