"""Who is recorded, and who of them can sign in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from slaflow.engine.access.sessions import IDLE
from slaflow.engine.context import Context
from slaflow.lifecycle.people import Person
from slaflow.store.access import credentials, linked, links
from slaflow.store.access import sessions as session_store
from slaflow.store.rows import people
from slaflow.workflow.identity import folded

Way = Literal["signs in", "invited", "not yet"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A person, and whether they can sign in: they have a password, or a link to choose one."""

    person: Person
    way: Way
    sessions: int
    is_linked: bool
    """How many they have now; whether another site says who they are."""


def roster(app: Context) -> list[Entry]:
    """Everybody who is recorded now, in the order in which they were."""
    now = app.now()
    with app.database.read() as conn:
        known, invited = credentials.everybody(conn), links.everybody(conn, now)
        begun, elsewhere = session_store.count_by_person(conn, now, now - IDLE), linked.everybody(conn)
        return [
            Entry(each, _way(each, known | elsewhere, invited), begun.get(key, 0), key in elsewhere)
            for each in people.list_people(conn, now)
            for key in [folded(each.email)]
        ]


def _way(person: Person, known: set[str], invited: set[str]) -> Way:
    key = folded(person.email)
    return "signs in" if key in known else "invited" if key in invited else "not yet"
