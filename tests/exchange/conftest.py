"""The small agreement in force, and files to import under it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.small import AGREEMENT, NOW, Import
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.exchange.imports.run import ImportReport, import_file
from slaflow.store.database import Database


@pytest.fixture(params=["sqlite"])
def dialect(request: pytest.FixtureRequest) -> str:
    """SQLite will do for what is decided before the database; some files ask for both."""
    return str(request.param)


def agreed(database: Database) -> None:
    """The small agreement in force."""
    Engine(database, now=lambda: NOW).activate(AGREEMENT)


@pytest.fixture
def app(world_of: Callable[[Fill], Database]) -> Engine:
    """An engine whose clock stands at NOW, with the small agreement in force."""
    return Engine(world_of(agreed), now=lambda: NOW)


@pytest.fixture
def load(app: Engine, tmp_path: Path) -> Import:
    """Imports lines by a map: ``load(map, *lines, file=..., **options)``."""

    def imported(map: str, *lines: str, file: str = "leads.csv", **options: Any) -> ImportReport:
        (tmp_path / "map.yaml").write_text(map, encoding="utf-8")
        (tmp_path / file).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return import_file(app, tmp_path / file, tmp_path / "map.yaml", **options)

    return imported
