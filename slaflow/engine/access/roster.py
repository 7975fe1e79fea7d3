"""Who is recorded, and who of them can sign in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from slaflow.engine.context import Context
from slaflow.lifecycle.people import Person
from slaflow.store.access import credentials, links
from slaflow.store.rows import people
from slaflow.workflow.identity import folded

Way = Literal["signs in", "invited", "not yet"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A person, and whether they can sign in: they have a password, or a link to choose one."""

    person: Person
    way: Way


def roster(app: Context) -> list[Entry]:
    """Everybody who is recorded now, in the order in which they were."""
    now = app.now()
    with app.database.read() as conn:
        known, invited = credentials.everybody(conn), links.everybody(conn, now)
        return [Entry(each, _way(each, known, invited)) for each in people.list_people(conn, now)]


def _way(person: Person, known: set[str], invited: set[str]) -> Way:
    key = folded(person.email)
    return "signs in" if key in known else "invited" if key in invited else "not yet"
