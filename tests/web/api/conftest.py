"""The API on every kind of database: an office with a lead that sales was just handed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient
from support.asking import System, desked, system
from support.office import Present
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.store.database import Database


@pytest.fixture
def app(world_of: Callable[[Fill], Database], present: Present) -> Engine:
    return Engine(world_of(desked), now=present)


@pytest.fixture
def crm(app: Engine, client: TestClient) -> System:
    """A system of sales that may do everything."""
    return system(app, client)
