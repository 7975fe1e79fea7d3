"""Leads that are at rest, and their log moved into files."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from support.builders import utc
from support.small import AGREEMENT
from support.tampering import let_go, run

from slaflow.engine.app import Engine
from slaflow.engine.log.checkpoints import Trusted, trusted
from slaflow.exchange.archive.reader import Archived, at_hand
from slaflow.exchange.archive.run import ArchiveReport, archive
from slaflow.log.entry import Entry
from slaflow.log.keys import PrivateKey
from slaflow.store.database import Database

MARCH = utc("2026-03-01T08:00")
APRIL = utc("2026-04-01T00:00")
NOW = utc("2026-05-01T08:00")
DAY = timedelta(days=1)
KEY = PrivateKey("leads", bytes(32))
everywhere = pytest.mark.parametrize("dialect", ["sqlite", "postgresql"], indirect=True)


def six_leads(database: Database) -> None:
    """Six leads of March: the first four closed, the fifth still owed a word, the sixth closed in April."""
    engine = at_rest(database)
    engine.activate(AGREEMENT, at=MARCH - DAY)
    for number in range(1, 7):
        a_lead(engine, number, MARCH + number * DAY)
    for number in (1, 2, 3, 4):
        engine.fire(number, "win", "sales", {"amount": "100"}, at=MARCH + (number + 1) * DAY)
    engine.fire(6, "win", "sales", {"amount": "100"}, at=APRIL + DAY)


def at_rest(database: Database) -> Engine:
    """An engine long after all that happened."""
    return Engine(database, now=lambda: NOW)


def a_lead(engine: Engine, number: int, at: datetime) -> None:
    engine.add({"email": f"kim{number}@example.com", "source": "web"}, "marketing", at=at)
    engine.fire(number, "promote", "marketing", at=at)


def archived(app: Engine, folder: Path, **rest: int) -> ArchiveReport:
    return archive(app, APRIL, folder, **rest)


def files(app: Engine, folder: Path) -> Archived:
    return at_hand(app, [folder])


def everything(app: Engine) -> list[Entry]:
    return list(app.log())


def ids(app: Engine) -> list[int | None]:
    return [entry.id for entry in everything(app)]


def signed(app: Engine) -> Trusted:
    return trusted(app.checkpoint(KEY).note.encode(), [KEY.public])


def behind(app: Engine, *statements: str) -> None:
    """What somebody does who owns the database."""
    with app.database.write() as connection:
        let_go(connection)
        if app.database.dialect == "postgresql":
            connection.execute(text("ALTER TABLE entry DISABLE TRIGGER USER"))
        run(connection, *statements)
