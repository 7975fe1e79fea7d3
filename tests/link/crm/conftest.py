"""CRMs on loopback, without a lead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from doubles.salesforce import SalesforceDouble
from support.an_organization import Clock, connected
from support.faulty import serving_as

from slaflow.link.crm.salesforce import Salesforce
from slaflow.net.client import Client


@pytest.fixture
def client() -> Iterator[Client]:
    opened = Client(("127.0.0.0/8",), timedelta(seconds=20))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def server() -> Iterator[SalesforceDouble]:
    with serving_as(SalesforceDouble) as double:
        yield double


@pytest.fixture
def org(server: SalesforceDouble) -> SalesforceDouble:
    """An organization of Salesforce."""
    server.forget()
    return server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def crm(org: SalesforceDouble, clock: Clock) -> Iterator[Salesforce]:
    crm = connected(org, clock)
    yield crm
    crm.close()
