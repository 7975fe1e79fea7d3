"""Leads that were there before there were words are found by theirs."""

from __future__ import annotations

from sqlalchemy import select
from support.clicked import founded, new_lead
from support.office import FRIDAY

from slaflow.engine.app import Engine
from slaflow.store import schema
from slaflow.store.database import Database
from slaflow.store.rows import leads
from slaflow.store.tables.leads import lead_word
from slaflow.workflow.search_words import words_of


def test_the_words_of_leads_are_read_from_them_but_for_those_erased(database: Database) -> None:
    founded(database)
    app = Engine(database, now=lambda: FRIDAY)
    app.change(1, {"company": "Ångström & Co", "remark": "Straße"}, "sales", at=FRIDAY)
    gone = new_lead(app, "gone")
    app.add_person("root@example.com", "sales", role="admin")
    app.erase(gone, "asked for it", "root@example.com", at=FRIDAY)
    schema.downgrade(database, "0021")
    schema.upgrade(database)
    with database.read() as conn:
        found = {tuple(row) for row in conn.execute(select(lead_word.c.word, lead_word.c.lead))}
        held = leads.read(conn, [1])[1]
    asked = words_of(app.workflow(held.digest), held.key, held.fields)
    assert {"kim", "example", "com", "ångström", "co", "strasse"} == set(asked)
    assert found >= {(word, 1) for word in asked}
    assert not [each for each in found if each[1] == gone]
