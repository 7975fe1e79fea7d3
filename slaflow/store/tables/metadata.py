"""What all tables stand in, and what their migrations make beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import MetaData

TRIGGERS = {
    "sqlite": ("entry_no_delete", "entry_no_update"),
    "postgresql": ("entry_kept", "entry_not_emptied", "entry_stays"),
}
"""What keeps the log append-only; the migrations make them."""

metadata = MetaData()

ROOM_TO_UPDATE: dict[str, Any] = {"postgresql_with": {"fillfactor": 80}}
"""Rows that change with every event leave room on their page, so that most updates touch no index."""


def belongs_to(dialect: str) -> Callable[..., bool]:
    """What tells alembic which of the tables and indexes exist on *dialect*."""

    def include(thing: Any, name: str | None, kind: str, reflected: bool, compared_to: Any) -> bool:
        return bool(thing.info.get("only", dialect) == dialect)

    return include
