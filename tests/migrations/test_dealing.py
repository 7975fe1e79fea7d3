"""Which leads still weigh on their owner is found out for those that were there before anybody asked."""

from __future__ import annotations

from sqlalchemy import select
from support.builders import utc
from support.office import Present

from slaflow.engine.app import Engine
from slaflow.store import schema
from slaflow.store.database import Database
from slaflow.store.tables.leads import lead as lead_table

BEFORE = "0023"
AGREEMENT = """
workflow: dealt
parties: {{marketing: {{desk: desk@example.com}}, sales: {{desk: floor@example.com}}}}
lead: {{identity: [email], fields: {{email: email}}}}
states:
  fresh: {{held_by: sales, initial: true}}
  "no": {lost}
  won: {{final: true}}
transitions:
  - {{trigger: lose, from: fresh, to: "no", by: sales}}
  - {{trigger: win, from: fresh, to: won, by: sales}}
{more}
"""
FIRST = AGREEMENT.format(
    lost="{held_by: sales}", more='  - {trigger: again, from: "no", to: fresh, by: sales}'
)
"""Lost leads may come back."""
SECOND = AGREEMENT.format(lost="{final: true}", more="")


def closed(database: Database) -> dict[int, bool]:
    with database.read() as conn:
        return {number: bool(is_closed) for number, is_closed in conn.execute(
            select(lead_table.c.id, lead_table.c.closed)
        )}  # fmt: skip


def test_leads_are_closed_by_the_version_they_live_under(database: Database) -> None:
    app = Engine(database, now=Present(utc("2026-03-02T08:00")))
    app.add_person("root@example.com", "sales", role="admin")
    for text in (FIRST, SECOND):
        app.activate(text)
        for trigger in (None, "lose", "win"):
            name = f"{app.active().digest[:8]}-{trigger}"
            lead = app.add({"email": f"{name}@example.com"}, "marketing")["id"]
            if trigger is not None:
                app.fire(lead, trigger, "sales")
    app.erase(1, "asked for it", "root@example.com")
    before = closed(database)
    assert before == {1: True, 2: False, 3: True, 4: False, 5: True, 6: True}
    schema.downgrade(database, BEFORE)
    schema.upgrade(database)
    assert closed(database) == before
    assert schema.check(database) == []
    again = app.replay()
    assert (again.findings, again.impossible) == ([], None)
