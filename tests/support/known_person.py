"""A person of whom something is known in every place that keeps any, and where to look for it."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url
from support.office import ANNA, DAY, FRIDAY, HOUR, MONDAY, handed_over

from slaflow.engine.app import Engine
from slaflow.engine.leads.commands import Refused
from slaflow.store.rows import leads as lead_store

TOLD = ("zyxkim", "Quuxborough", "31415926", "her mother")
"""What is known of the person: identity, a field, an answer, an activity's field."""
REASON = "asked for in request 17"
LATER = MONDAY + 2 * DAY


def a_person_is_known(app: Engine) -> int:
    """A lead with something of the person in every place that keeps any; gives its id."""
    lead = handed_over(app, "zyxkim", company="Quuxborough Ltd")
    app.record(lead, "call", ANNA, {"outcome": "left word with her mother"}, at=FRIDAY + HOUR)
    app.fire(lead, "accept", ANNA, at=FRIDAY + HOUR)
    app.change(lead, {"callback_on": "2026-03-27"}, ANNA, at=FRIDAY + HOUR)
    app.answer(lead, "value", "sales", {"expected_value": "31415926"}, at=FRIDAY + HOUR)
    with pytest.raises(Refused):
        app.fire(lead, "win", ANNA, {"amount": "her mother pays"}, at=FRIDAY + HOUR)
    with app.database.write() as conn:
        lead_store.note_failure(conn, lead, MONDAY, "ValueError: zyxkim@example.com")
    return lead


def files_of(url: str) -> list[Path]:
    """The files that the database keeps its tables in; none where they are on another machine."""
    place = make_url(url)
    if place.drivername.startswith("sqlite"):
        file = Path(place.database or "")
        return list(file.parent.glob(f"{file.name}*"))
    plain = place.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        row = connection.execute(
            "SELECT current_setting('data_directory') || '/base/' || oid FROM pg_database "
            "WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    folder = Path(row[0])
    return [file for file in folder.iterdir() if file.is_file()] if folder.is_dir() else []


def found_in(files: list[Path], words: tuple[str, ...] = TOLD) -> set[str]:
    """Those of *words* that stand in any of the files, in whatever case."""
    held = [file.read_bytes().lower() for file in files]
    return {word for word in words if any(word.lower().encode() in content for content in held)}
