"""A file that tells of somebody who was erased: it is said, and who means it tells of somebody new."""

from __future__ import annotations

import pytest
from support.small import EVENTS, EVENTS_HEADER, LEADS, Import, entries, kinds, reasons, refused_rows

from slaflow.engine.app import Engine
from slaflow.exchange.imports import run
from slaflow.store.rows import leads

ROWS = (
    "kim@example.com,web,promote,2026-03-01T10:00:00Z,,,",
    "kim@example.com,web,visit,2026-03-01T11:00:00Z,,,",
    "kim@example.com,web,win,2026-03-02T10:00:00Z,sales,,",
    "liv@example.com,web,promote,2026-03-01T10:00:00Z,,,",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


WORDS = "a lead of this identity was erased on 2026-04-01; with --resurrect it is recorded anew"


def imported(app: Engine) -> int:
    with app.database.read() as conn:
        return int(conn.exec_driver_sql("SELECT count(*) FROM imported").scalar() or 0)


@pytest.mark.parametrize("at_once", [1, 2, 2500])
def test_rows_of_an_erased_lead_are_refused_and_leave_no_trace(
    app: Engine, load: Import, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    load(EVENTS, EVENTS_HEADER, *ROWS)
    app.erase("kim@example.com", "asked for", "sales")
    before, known = entries(app), imported(app)
    monkeypatch.setattr(run, "AT_ONCE", at_once)
    again = load(
        EVENTS, EVENTS_HEADER, *ROWS, "max@example.com,web,visit,2026-03-01T10:00:00Z,,,", retry=True
    )
    assert (again.ok, again.leads_added, again.events, again.unchanged) == (False, 1, 1, 1)
    assert {row for row, _ in again.rejected} == {1, 2, 3}
    assert set(reasons(again)) == {WORDS}
    assert {row["email"] for row in refused_rows(again)} == {"kim@example.com"}
    assert [entry for entry in entries(app) if entry["lead"] in (1, 2)] == [e for e in before if e["lead"]]
    # What is remembered of an event is a hash that anybody can make who guesses the identity.
    assert imported(app) == known + 2
    assert app.verify().bad is None


def test_a_row_without_events_is_refused_once(app: Engine, load: Import) -> None:
    lines = ("email,source,employees,since", "kim@example.com,web,7,2026-03-01", "liv@example.com,web,7,")
    load(LEADS, *lines)
    app.erase("kim@example.com", "asked for", "sales")
    for options in ({"dry_run": True}, {}, {}):
        again = load(LEADS, *lines, **options)
        assert (again.rejected, again.leads_added, again.unchanged) == ([(1, WORDS)], 0, 1)


def test_on_purpose_they_make_a_new_lead_with_the_same_history(app: Engine, load: Import) -> None:
    load(EVENTS, EVENTS_HEADER, *ROWS)
    told = kinds(app, "kim@example.com")
    app.erase("kim@example.com", "asked for", "sales")
    before = entries(app)
    trial = load(EVENTS, EVENTS_HEADER, *ROWS, resurrect=True, dry_run=True)
    assert (trial.leads_added, trial.notes, entries(app)) == (
        1, ["1 erased lead would be recorded anew"], before,
    )  # fmt: skip
    again = load(EVENTS, EVENTS_HEADER, *ROWS, resurrect=True)
    assert (again.leads_added, again.events, again.unchanged) == (1, 2, 1)
    assert (reasons(again), again.notes) == (["amount is required"], ["1 erased lead was recorded anew"])
    assert app.show("kim@example.com")["id"] == 3
    assert kinds(app, "kim@example.com") == told
    last = load(EVENTS, EVENTS_HEADER, *ROWS)
    assert (last.leads_added, last.events, reasons(last)) == (0, 0, ["amount is required"])
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
