"""A file that tells of somebody who was erased: it tells of somebody new."""

from __future__ import annotations

import pytest
from exchange.small import EVENTS, EVENTS_HEADER, Import, kinds, reasons

from slaflow.engine.app import Engine
from slaflow.store import leads

ROWS = (
    "kim@example.com,web,promote,2026-03-01T10:00:00Z,,,",
    "kim@example.com,web,visit,2026-03-01T11:00:00Z,,,",
    "kim@example.com,web,win,2026-03-02T10:00:00Z,sales,,",
    "liv@example.com,web,promote,2026-03-01T10:00:00Z,,,",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_what_was_imported_of_an_erased_lead_is_forgotten_and_makes_a_new_one(
    app: Engine, load: Import
) -> None:
    load(EVENTS, EVENTS_HEADER, *ROWS)
    told = kinds(app, "kim@example.com")
    app.erase("kim@example.com", "asked for", "sales")
    again = load(EVENTS, EVENTS_HEADER, *ROWS)
    assert (again.leads_added, again.events, again.unchanged) == (1, 2, 1)
    assert reasons(again) == ["amount is required"]
    assert app.show("kim@example.com")["id"] == 3
    assert kinds(app, "kim@example.com") == told
    assert app.verify().bad is None


def test_what_was_imported_under_an_earlier_identity_goes_too(app: Engine, load: Import) -> None:
    load(EVENTS, EVENTS_HEADER, *ROWS[:2])
    app.change("kim@example.com", {"email": "kim@example.org"}, "sales")
    app.erase("kim@example.org", "asked for", "sales")
    with app.database.read() as conn:
        left = conn.exec_driver_sql("SELECT count(*) FROM imported").scalar()
    assert left == 0


def test_a_rehearsal_remembers_nothing(app: Engine, load: Import) -> None:
    load(EVENTS, EVENTS_HEADER, *ROWS, dry_run=True)
    with app.database.read() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM imported").scalar() == 0
        assert list(leads.select(conn)) == []
