"""CRMs on loopback, without a lead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from slaflow.net.client import Client


@pytest.fixture
def client() -> Iterator[Client]:
    opened = Client(("127.0.0.0/8",), timedelta(seconds=20))
    yield opened
    opened.close()
