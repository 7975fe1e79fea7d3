"""The small agreement in force, on every database."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.small import AGREEMENT, NOW
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.store.database import Database


def agreed(database: Database) -> None:
    """The small agreement in force."""
    Engine(database, now=lambda: NOW).activate(AGREEMENT)


@pytest.fixture
def app(world_of: Callable[[Fill], Database]) -> Engine:
    """An engine whose clock stands at NOW, with the small agreement in force."""
    return Engine(world_of(agreed), now=lambda: NOW)
