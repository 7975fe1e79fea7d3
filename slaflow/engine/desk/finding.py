"""Leads found by their number or by how what they are known by begins; or, unasked, one's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from slaflow.engine.context import Context
from slaflow.engine.desk.reading import see_all, zone_for
from slaflow.engine.desk.rows import LeadRow, row
from slaflow.lifecycle.lead import Actor
from slaflow.store.database import Connection
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import people as people_store
from slaflow.store.rows.spellings import spellings
from slaflow.workflow.identity import folded

MOST = 50


@dataclass(frozen=True, slots=True)
class Found:
    """Leads in order of what they are known by; ``is_cut``: there are more."""

    rows: tuple[LeadRow, ...]
    is_cut: bool
    zone: str
    at: datetime


def find(app: Context, who: Actor, text: str) -> Found:
    """What *text* finds, at most :data:`MOST`; the least numbers first where nothing is asked for."""
    now, text = app.present(), text.strip()
    with app.database.read() as conn:
        directory = people_store.directory(conn)
        ids = _by_text(conn, text) if text else _of_owner(conn, who)
        seen = see_all(app, conn, directory, who, ids[:MOST], now)
        zone = zone_for(app, conn, who)
    return Found(tuple(map(row, seen)), len(ids) > MOST, zone, now)


def _of_owner(conn: Connection, who: Actor) -> list[int]:
    owners = spellings(conn, "lead.owner", [who.name])
    return [each.id for each in lead_store.select(conn, owner=owners, limit=MOST + 1)] if owners else []


def _by_text(conn: Connection, text: str) -> list[int]:
    number = text.removeprefix("#")
    found: dict[int, None] = {}
    if number.isascii() and number.isdigit() and len(number) < 19:
        found.update(dict.fromkeys(lead_store.read(conn, [int(number)])))
    keys = [key for start in dict.fromkeys((folded(text), text))
            for key, _ in lead_store.keys_from(conn, start, MOST + 1)]  # fmt: skip
    known = lead_store.ids_by_key(conn, keys)
    found.update(dict.fromkeys(known[key] for key in keys if key in known))
    return list(found)
