"""A lead that cannot be saved is left out like one that cannot be decided; the rest of its batch go on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from support.office import DAY, FRIDAY, MONDAY, handed_over, kinds, on_one_database, stored

from slaflow.engine.app import Engine
from slaflow.store.errors import NoRoom, StoreFailed
from slaflow.store.rows import backlog
from slaflow.store.rows import leads as lead_store

on_postgresql = pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
WEDNESDAY = MONDAY + 2 * DAY


def three_due(app: Engine) -> list[int]:
    return [handed_over(app, f"lead{n}", FRIDAY + timedelta(minutes=n)) for n in range(3)]


def forged(app: Engine, lead: int, **changes: Any) -> None:
    """Puts a copy of the lead's last entry into the log by hand, with some columns changed."""
    with app.database.write() as conn:
        last = text("SELECT * FROM entry WHERE lead = :lead ORDER BY seq DESC LIMIT 1")
        row = dict(conn.execute(last, {"lead": lead}).mappings().one()) | changes
        del row["id"]
        names = ", ".join(f'"{name}"' for name in row)
        values = ", ".join(f":{name}" for name in row)
        conn.execute(text(f"INSERT INTO entry ({names}) VALUES ({values})"), row)


def set_fields(app: Engine, lead: int, value: str) -> str:
    """Writes the column as somebody with rights to the database might; gives what it held."""
    with app.database.write() as conn:
        values = {"id": lead, "value": value}
        before: str = conn.execute(text("SELECT fields FROM lead WHERE id = :id"), values).scalar_one()
        conn.execute(text("UPDATE lead SET fields = :value WHERE id = :id"), values)
    return before


def left_out(app: Engine) -> tuple[int, str]:
    """The only lead that a tick on Wednesday leaves out, and why; the others are through, and it waits."""
    report = app.tick(WEDNESDAY)
    assert report.leads == 2
    ((lead, because),) = report.failed
    with app.database.read() as conn:
        (noted,) = lead_store.failing(conn)
    assert (noted.lead_id, noted.failure, noted.failures) == (lead, because, 1)
    assert noted.retry_at == WEDNESDAY + timedelta(minutes=1)
    assert app.tick(WEDNESDAY).failed == []
    return lead, because


def test_a_place_in_the_log_that_somebody_took(app: Engine) -> None:
    first, second, third = three_due(app)
    with app.database.read() as conn:
        head = conn.execute(text("SELECT seq FROM lead WHERE id = :id"), {"id": second}).scalar_one()
    forged(app, second, seq=head + 1)
    lead, because = left_out(app)
    assert lead == second
    assert "somebody else changed the same" in because
    assert all("breached" in kinds(app, each) for each in (first, third))


def test_a_breach_that_is_in_the_log_already(app: Engine) -> None:
    """Written by hand where nobody looks for it: the lead's clock does not know of it."""
    _, second, _ = three_due(app)
    clock = {"target": "respond", "clock": 1, "step": "100%", "kind": "breached"}
    forged(app, second, stream="elsewhere", seq=1, **clock)
    lead, because = left_out(app)
    assert lead == second
    assert because.startswith("this was recorded before and happens only once")


def test_a_lead_that_cannot_even_be_read(app: Engine) -> None:
    first, second, third = three_due(app)
    fields = set_fields(app, second, "{")
    with app.database.read() as conn:
        assert backlog.due_leads(conn, WEDNESDAY, 9) == [first, second, third]
    lead, because = left_out(app)
    assert lead == second
    assert because.startswith("JSONDecodeError: ")
    set_fields(app, second, fields)
    assert app.tick(WEDNESDAY + timedelta(minutes=1)).leads == 1
    assert "breached" in kinds(app, second)
    with app.database.read() as conn:
        assert lead_store.failing(conn) == []
    assert app.verify().bad is None


REFUSING = {
    "sqlite": "CREATE TRIGGER refusing BEFORE UPDATE ON lead WHEN OLD.id = {lead} AND NEW.seq <> OLD.seq "
    "BEGIN SELECT RAISE(ABORT, 'no'); END",
    "postgresql": "ALTER TABLE lead ADD CONSTRAINT refusing CHECK (id <> {lead} OR seq <= {seq})",
}


def test_a_row_that_the_database_does_not_take(app: Engine) -> None:
    _, second, _ = three_due(app)
    with app.database.migrating() as conn:
        seq = conn.execute(text("SELECT seq FROM lead WHERE id = :id"), {"id": second}).scalar_one()
        conn.execute(text(REFUSING[app.database.dialect].format(lead=second, seq=seq)))
    lead, because = left_out(app)
    assert lead == second
    assert because.startswith("database ")


@on_postgresql
def test_a_statement_that_fails_for_everybody_is_no_leads_fault(app: Engine) -> None:
    """As behind a pooler that mixes up who prepared what."""
    three_due(app)
    app.tick(MONDAY)
    with app.database.migrating() as conn:
        conn.execute(text("ALTER TABLE message RENAME COLUMN recipient TO somebody"))
    with pytest.raises(StoreFailed):
        app.tick(WEDNESDAY)
    with app.database.read() as conn:
        assert lead_store.failing(conn) == []


@on_one_database
def test_a_disk_that_is_full_is_no_leads_fault(app: Engine) -> None:
    three_due(app)
    before = stored(app.database)
    with app.database.read() as conn:
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
        conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(NoRoom):
        app.tick(WEDNESDAY)
    assert stored(app.database) == before
    with app.database.read() as conn:
        assert lead_store.failing(conn) == []
        conn.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert app.tick(WEDNESDAY).leads == 3
