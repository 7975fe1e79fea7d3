"""People: recorded, away, removed; and who an actor is. Rows are ended, never overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from slaflow.engine.transaction import written
from slaflow.engine.workflows import log_in_stream
from slaflow.errors import USAGE, SlaflowError, UnknownName
from slaflow.hours.zones import in_utc
from slaflow.lifecycle.draft import Draft, instant_text
from slaflow.lifecycle.lead import Actor
from slaflow.lifecycle.people import Absence, Directory, Person
from slaflow.store import deciding
from slaflow.store import people as store
from slaflow.store import workflows as workflow_store
from slaflow.store.database import Connection
from slaflow.workflow.model import LEAD, SYSTEM

if TYPE_CHECKING:
    from slaflow.engine.app import Engine

ROLES = ("member", "manager", "auditor", "admin")


class InvalidAbsence(SlaflowError):
    """An absence that ends before it starts."""

    code = "invalid_absence"
    exit_code = USAGE


def parties(app: Engine, conn: Connection) -> set[str]:
    """Every party of every active agreement, with ``lead`` and ``system``."""
    active = workflow_store.all_active(conn).values()
    return {party for v in active for party in app.remember(v).parties} | {LEAD, SYSTEM}


def teams(app: Engine, conn: Connection) -> dict[str, str]:
    """Every team of every active agreement, with its party."""
    active = workflow_store.all_active(conn).values()
    return {team.name: team.party for v in active for team in app.remember(v).teams.values()}


def actor(app: Engine, name: str, conn: Connection) -> Actor:
    """Who *name* is, judged against the people known now.

    Raises:
        UnknownName: neither a party nor a known person.
    """
    known = parties(app, conn)
    if name in known:
        return Actor(name, name)
    directory = store.directory(conn)
    person = _current(directory, name)
    if person is None:
        raise UnknownName("user or party", name, {*known, *directory.known_emails()})
    return Actor(person.email, person.party)


def _current(directory: Directory, email: str) -> Person | None:
    rows = [p for p in _known_as(directory, email) if p.valid_until is None]
    return rows[-1] if rows else None


def _known_as(directory: Directory, email: str) -> list[Person]:
    """Every row of the person called *email*, whatever the case of its letters."""
    return [p for p in directory.people if p.email.lower() == email.lower()]


def check_known(conn: Connection, email: str) -> Person:
    """The person called *email* as known now. Raises ``UnknownName`` with the nearest."""
    directory = store.directory(conn)
    person = _current(directory, email)
    if person is None:
        raise UnknownName("user", email, directory.known_emails())
    return person


def add(
    app: Engine, email: str, party: str, name: str | None, team: str | None, manager: str | None,
    role: str, at: datetime | None,
) -> Person:  # fmt: skip
    """Records a person, or changes one: the row before ends, a new one begins.

    Raises:
        UnknownName: the party, team or manager is not known.
    """
    now = app.present(at)

    def recorded(conn: Connection) -> Person:
        _check_places(app, conn, party, team)
        leader = None if manager is None else check_known(conn, manager).email
        before = _known_as(store.directory(conn), email)
        spelt = before[0].email if before else email
        return record(conn, spelt, party, now, name=name, team=team, manager=leader, role=role)

    return written(app, recorded)


def _check_places(app: Engine, conn: Connection, party: str, team: str | None) -> None:
    known = parties(app, conn) - {LEAD, SYSTEM}
    if known and party not in known:
        raise UnknownName("party", party, known)
    if team is None or not known:
        return
    declared = teams(app, conn)
    if team not in declared:
        raise UnknownName("team", team, declared)
    if declared[team] != party:
        raise TeamOfOtherParty(team, declared[team], party)


class TeamOfOtherParty(SlaflowError):
    """A person of one party in a team of another."""

    code = "team_of_other_party"

    def __init__(self, team: str, party: str, given: str) -> None:
        super().__init__(f'team "{team}" belongs to {party}, not to {given}; name a team of {given}')


def record(
    conn: Connection, email: str, party: str, now: datetime, *, name: str | None = None,
    team: str | None = None, manager: str | None = None, role: str = "member",
) -> Person:  # fmt: skip
    """Stores a person as valid from *now* and logs it in the stream ``people``."""
    saved = store.add_person(conn, email, party, at=now, name=name, team=team, manager=manager, role=role)
    _log(conn, now, {
        "change": "recorded", "email": saved.email, "party": saved.party, "name": saved.name,
        "team": saved.team, "manager": saved.manager, "role": saved.role, "order": saved.order,
    })  # fmt: skip
    return saved


def _log(conn: Connection, now: datetime, data: dict[str, Any]) -> None:
    # So that an entry's id tells whether who wrote it knew of this change; replay goes by that.
    deciding.wait_for_all(conn)
    draft = Draft(0, "person", "input", now, "system", "system", arrived_at=now, occurred_at=now, data=data)
    log_in_stream(conn, "people", draft, now)


def away(app: Engine, email: str, starts_at: datetime, ends_at: datetime, at: datetime | None) -> None:
    """Records an absence; it takes effect when recorded, never earlier.

    Raises:
        InvalidAbsence: it ends before it starts.
        UnknownName: nobody is called that.
    """
    first, last = in_utc(starts_at), in_utc(ends_at)
    if last <= first:
        raise InvalidAbsence(f"{email}: an absence ends after it starts; swap --from and --until")
    now = app.present(at)

    def recorded(conn: Connection) -> None:
        person = check_known(conn, email)
        store.add_absence(conn, Absence(person.email, first, last, now))
        data = {"change": "away", "from": instant_text(first), "until": instant_text(last)}
        _log(conn, now, {"email": person.email, **data})

    written(app, recorded)


def remove(app: Engine, email: str, at: datetime | None) -> None:
    """Ends the person's row; leads stay where they are until somebody assigns them."""
    now = app.present(at)

    def recorded(conn: Connection) -> None:
        person = check_known(conn, email)
        store.end_person(conn, person.email, now)
        _log(conn, now, {"change": "removed", "email": person.email})

    written(app, recorded)


def listed(app: Engine, at: datetime | None) -> Sequence[Person]:
    """Everybody there is as of *at*, in the order in which they were recorded."""
    with app.database.read() as conn:
        return list(store.list_people(conn, app.present(at)))
