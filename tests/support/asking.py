"""Another system that asks the API, by a token or by none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from httpx2 import Response
from sqlalchemy import select
from starlette.testclient import TestClient
from support.office import FOUNDED, FRIDAY, HOUR, handed_over, staffed
from support.promising import owing

from slaflow.engine.access import tokens
from slaflow.engine.app import Engine
from slaflow.store.database import Database
from slaflow.store.tables.metadata import metadata
from slaflow.store.tables.people import token

ROOT, AUDITOR = "root@example.com", "audrey@example.com"
EVERYTHING = ("read", "ingest", "write", "log")
MANAGING = (*EVERYTHING, "manage")
GOVERNING = owing()


def desked(database: Database) -> None:
    """Everybody recorded, an admin and an auditor too, and lead 1, which sales was handed on Friday."""
    app = staffed(Engine(database, now=lambda: FOUNDED))
    app.add_person(ROOT, "sales", role="admin", at=FOUNDED)
    app.add_person(AUDITOR, "sales", role="auditor", at=FOUNDED)
    handed_over(app)


def governed(database: Database) -> None:
    """As :func:`desked`, with promises per month; and lead 2, which sales was handed in the morning."""
    app = staffed(Engine(database, now=lambda: FRIDAY), GOVERNING)
    app.add_person(ROOT, "sales", role="admin", at=FOUNDED)
    app.add_person(AUDITOR, "sales", role="auditor", at=FOUNDED)
    handed_over(app)
    handed_over(app, "late", FRIDAY - 5.5 * HOUR)
    app.tick(FRIDAY)


@dataclass(frozen=True)
class System:
    """What asks: each request is sent with its token, None: with none."""

    client: TestClient
    secret: str | None

    def __call__(
        self, method: str, path: str, said: Any = None, *, key: str | None = None, **headers: str
    ) -> Response:
        """*path* is below /api/v1; *said* is sent as JSON, or as it is where it is bytes."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.secret is not None:
            sent.setdefault("authorization", f"Bearer {self.secret}")
        if key is not None:
            sent["idempotency-key"] = key
        url = f"/api/v1{path}"
        if isinstance(said, bytes):
            sent.setdefault("content-type", "application/json")
            return self.client.request(method, url, content=said, headers=sent)
        if said is None:
            return self.client.request(method, url, headers=sent)
        return self.client.request(method, url, json=said, headers=sent)


def system(
    app: Engine, client: TestClient, *scopes: str, party: str | None = "sales", person: str | None = None
) -> System:
    """One with a token of its own, for *scopes*, or for everything."""
    name = f"system-{len(tokens.listed(app))}"
    side = party if person is None else None
    every = EVERYTHING if person is None else MANAGING
    _, secret = tokens.add(app, name, scopes or every, party=side, person=person)
    return System(client, secret)


def all_rows(app: Engine) -> dict[str, list[Any]]:
    """Every table as it stands, but for when tokens were used."""
    found = {}
    with app.database.read() as conn:
        for each in metadata.sorted_tables:
            if each.info.get("only", app.database.dialect) == app.database.dialect:
                columns = [column for column in each.c if column is not token.c.used_at]
                found[each.name] = sorted(map(repr, conn.execute(select(*columns))))
    return found
