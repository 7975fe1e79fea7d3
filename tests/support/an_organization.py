"""The link's connection to an organization of Salesforce, and what is asked over it."""

from __future__ import annotations

import json
from datetime import timedelta

from doubles.salesforce import CLIENT_ID, CLIENT_SECRET, SalesforceDouble
from support.builders import utc
from support.faulty import Answer, answer

from slaflow.link.crm.opening import opened
from slaflow.link.crm.salesforce import Salesforce
from slaflow.link.crm.shapes import Write
from slaflow.net.client import Client
from slaflow.settings.reach import Reach

LOOPBACK = ("127.0.0.0/8",)
STATE = "Slaflow_State__c"


class Clock:
    """What time it is for the link."""

    def __init__(self) -> None:
        self.now = utc("2026-03-09 12:00")


def connected(org: SalesforceDouble, clock: Clock, secret: str = CLIENT_SECRET) -> Salesforce:
    """The link's connection, as slaflow.toml names it."""
    table = {"kind": "salesforce", "url": org.url(), "client_id": CLIENT_ID, "map": "crm.link.yaml"}
    reach = Reach.model_validate({"crms": {"crm": {**table, "client_secret_env": "SECRET"}}})
    client = Client(LOOPBACK, timedelta(seconds=20))
    found = opened(reach, "crm", client, {"SECRET": secret}, lambda: clock.now)
    assert isinstance(found, Salesforce)
    return found


def a_lead(org: SalesforceDouble, email: str | None = None, **fields: object) -> str:
    """The id of a lead that is there."""
    return org.has("Lead", LastName="Lee", Company="Acme", Email=email, **fields)


def fault(status: int, code: str, text: str = "") -> Answer:
    """An answer that refuses a request."""
    return answer(status, json.dumps([{"errorCode": code, "message": text}]).encode())


def outcomes(crm: Salesforce, *writes: Write) -> list[tuple[str, str | None]]:
    """What comes of writes to leads, and why."""
    return [(each.outcome, each.reason) for each in crm.write("Lead", writes)]
