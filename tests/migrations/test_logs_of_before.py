"""A log that version 0.1 wrote, before agreements could say more, is as good after an upgrade as it was.

``logs/`` holds its rows on either database, revision 0004: two months of eleven leads under the office
agreement with commitments, some of them imported, one erased, with breaches, lifts, restatements, signatures.
"""

from __future__ import annotations

import gzip
from collections import Counter
from datetime import timedelta
from pathlib import Path

from sqlalchemy import inspect
from support.builders import utc
from support.office import MIA

from slaflow.engine.app import Engine
from slaflow.log.entry import Entry
from slaflow.notify.plan import plan
from slaflow.report.sla import sla
from slaflow.settings.reach import Reach
from slaflow.store import schema
from slaflow.store.database import Database
from slaflow.store.rows import outbox

LOGS = Path(__file__).with_name("logs")
WRITTEN = utc("2026-05-20T09:00")
THEN = "0004"


def restored(url: str, *changes: str) -> Engine:
    """The rows in tables as they were then, with *changes* made to them, and these upgraded."""
    database = Database(url)
    schema.upgrade(database, THEN)
    rows = gzip.decompress((LOGS / f"0.1-{database.dialect}.sql.gz").read_bytes()).decode()
    with database.migrating() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        for name in {"identity", "counter"} & set(inspect(connection).get_table_names()):
            connection.exec_driver_sql(f"DELETE FROM {name}")  # what the migrations put there
        driver.executescript(rows) if database.dialect == "sqlite" else driver.execute(rows)
        for change in changes:
            connection.exec_driver_sql(change)
    app = Engine(database, now=lambda: WRITTEN)
    app.upgrade()
    return app


def told(app: Engine) -> list[Entry]:
    return list(app.log())


def test_it_verifies_is_decided_alike_counts_alike_and_goes_on(empty_database_url: str) -> None:
    app = restored(empty_database_url)
    assert schema.check(app.database) == []
    kinds = Counter(entry.kind for entry in told(app))
    assert (kinds["breached"], kinds["breach_lifted"], kinds["signed"], kinds["erased"]) == (26, 2, 2, 1)
    assert app.verify().ok
    report = app.replay()
    assert report.ok
    assert (report.leads, report.unchecked) == (10, [("lead:3", "erased")])

    before = told(app)
    march = app.review("office-deal", "2026-03")
    assert {each["status"] for each in march["commitments"]} == {"closed"}
    assert [each["party"] for each in march["signatures"]] == ["marketing", "sales"]
    assert sla(app, at=WRITTEN)["targets"]["respond"]["breached"] > 0
    assert told(app) == before

    later = WRITTEN + timedelta(days=16)
    lead = int(app.add({"email": "new@example.com", "country": "SE"}, "marketing", at=WRITTEN)["id"])
    app.record(lead, "demo", "lead", at=WRITTEN)
    app.tick(later)
    assert told(app)[: len(before)] == before
    assert app.verify().ok
    assert app.replay().ok
    assert MIA in {person.email for person in app.people(later)}
    app.database.dispose()


def test_messages_that_waited_since_then_are_sent_unless_they_are_old(empty_database_url: str) -> None:
    """Nobody sent anything before; nobody gets the mail of months."""
    app = restored(
        empty_database_url,
        "UPDATE message SET status = 'waiting'",
        "UPDATE message SET at = '2026-05-20T08:00:00.000000Z' WHERE id = (SELECT max(id) FROM message)",
    )
    mail = {"kind": "mail", "host": "127.0.0.1", "from": "leads@example.com"}
    planned = plan(app, Reach.model_validate({"channels": {"mail": mail}}))
    assert (planned.messages, planned.deliveries, planned.stale) == (33, 1, 32)
    with app.database.read() as conn:
        assert Counter(each.status for each in outbox.list_messages(conn)) == {"waiting": 1, "stale": 32}
    app.database.dispose()
