"""People: stored and removed; and who an actor is. Rows are ended, never overwritten."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from slaflow.engine import permits, streams
from slaflow.engine.access import leaving
from slaflow.engine.caller import Caller, Who, written_once
from slaflow.engine.context import Context
from slaflow.engine.transaction import written
from slaflow.errors import SlaflowError, UnknownName
from slaflow.language import _, marked
from slaflow.lifecycle.dealing.shares import DEFAULT
from slaflow.lifecycle.decision import Draft
from slaflow.lifecycle.lead import SYSTEM_ACTOR, Actor
from slaflow.lifecycle.people import Directory, Person
from slaflow.store import locks
from slaflow.store.database import Connection
from slaflow.store.kept import passages as passage_store
from slaflow.store.kept import touches as touch_store
from slaflow.store.rows import people as store
from slaflow.store.rows import workflows as workflow_store
from slaflow.workflow.identity import UnseenCharacter, unseen
from slaflow.workflow.model.parties import LEAD, SYSTEM
from slaflow.workflow.model.workflow import Workflow

ROLES = ("member", "manager", "auditor", "admin")


class PersonRemoved(UnknownName):
    """Somebody who was known and is not any more; ``removed_at`` says since when."""

    code = "person_removed"

    def __init__(self, what: str, last: Person, zone: ZoneInfo) -> None:
        super().__init__(what, last.email)
        assert last.valid_until is not None
        self.removed_at = last.valid_until
        local = f"{self.removed_at.astimezone(zone):%a %Y-%m-%d %H:%M}"
        command = f"slaflow user add {shlex.quote(last.email)} --party {last.party}"
        self.args = (
            _("{who}: they were removed on {local} ({key}); add them again with '{command}'").format(
                who=self.args[0], local=local, key=zone.key, command=command
            ),
        )


def zone(app: Context, conn: Connection) -> ZoneInfo:
    """The zone of the agreements in force; UTC where they differ or there is none."""
    return zone_among(app.remember(version) for version in workflow_store.all_active(conn).values())


def zone_among(agreements: Iterable[Workflow]) -> ZoneInfo:
    """The zone of *agreements*; UTC where they differ or there is none."""
    zones = {each.timezone for each in agreements}
    return ZoneInfo(zones.pop() if len(zones) == 1 else "UTC")


def parties(app: Context, conn: Connection) -> set[str]:
    """Every party of every active agreement, with ``lead`` and ``system``."""
    active = workflow_store.all_active(conn).values()
    return {party for v in active for party in app.remember(v).parties} | {LEAD, SYSTEM}


def teams(app: Context, conn: Connection) -> dict[str, str]:
    """Every team of every active agreement, with its party."""
    active = workflow_store.all_active(conn).values()
    return {team.name: team.party for v in active for team in app.remember(v).teams.values()}


def calendars(app: Context, conn: Connection) -> set[str]:
    """Every calendar of every active agreement."""
    active = workflow_store.all_active(conn).values()
    return {name for v in active for name in app.remember(v).calendars}


def actor(app: Context, name: Who, conn: Connection) -> Actor:
    """Who *name* is, judged against the people known now; who asks by a way of their own is known already.

    Raises:
        UnknownName: neither a party nor a known person.
    """
    if isinstance(name, Caller):
        return name.actor
    known = parties(app, conn)
    if name in known:
        return Actor(name, name)
    directory = store.directory(conn)
    person = directory.current(name)
    if person is None:
        raise unknown(marked("user or party"), name, directory, zone(app, conn), known)
    return Actor(person.email, person.party)


def unknown(
    what: str, name: str, directory: Directory, zone: ZoneInfo, known: Iterable[str] = ()
) -> SlaflowError:
    """Why *name* is nobody: removed, and when; or never known, with the nearest who is, or of *known*."""
    if rows := directory.rows(name):
        return PersonRemoved(what, rows[-1], zone)
    if unseen(name):
        return UnseenCharacter(what, name)
    there = (email for email in directory.known_emails() if directory.current(email))
    return UnknownName(what, name, {*known, *there})


def check_known(app: Context, conn: Connection, email: str) -> Person:
    """The person called *email*, however spelt, as known now.

    Raises:
        PersonRemoved: they are not any more.
        UnknownName: nobody ever was called that; the nearest is named.
        UnseenCharacter: nor can anybody be.
    """
    directory = store.directory(conn)
    person = directory.current(email)
    if person is None:
        raise unknown(marked("user"), email, directory, zone(app, conn))
    return person


def recorder(app: Context, conn: Connection, directory: Directory, by: Who | None, now: datetime) -> Actor:
    """Who records or removes people. Raises ``NotPermitted``."""
    if by is None:
        return SYSTEM_ACTOR
    who = actor(app, by, conn)
    permits.check(directory, who, "people", (), now)
    return who


class OwnStanding(SlaflowError):
    """Somebody who would take their own rights away, or give themselves others."""

    code = "own_standing"

    def __init__(self, email: str) -> None:
        super().__init__(
            _(
                "{email} cannot change their own side or role, or remove themselves; another admin does it"
            ).format(email=email)
        )


def record(
    conn: Connection, email: str, party: str, now: datetime, *, name: str | None = None,
    team: str | None = None, manager: str | None = None, role: str = "member", calendar: str | None = None,
    weight: int = 1, capacity: int | None = None, per_day: int | None = None,
    who: Actor = SYSTEM_ACTOR, by: Who | None = None,
) -> Person:  # fmt: skip
    """Stores a person as valid from *now* and logs it in the stream ``people``."""
    saved = store.add_person(
        conn, email, party, at=now, name=name, team=team, manager=manager, role=role, calendar=calendar,
        weight=weight, capacity=capacity, per_day=per_day,
    )  # fmt: skip
    data = {
        "change": "recorded", "email": saved.email, "party": saved.party, "name": saved.name,
        "team": saved.team, "manager": saved.manager, "role": saved.role, "order": saved.order,
    }  # fmt: skip
    # Only where something else is told of them: entries of earlier releases stay what they were.
    alone = {"calendar": None, **DEFAULT}
    told = {name: value for name in alone if (value := getattr(saved, name)) != alone[name]}
    log(conn, now, {**data, **told}, who, by)
    return saved


def log(
    conn: Connection, now: datetime, data: dict[str, Any], who: Actor = SYSTEM_ACTOR, by: Who | None = None
) -> None:
    """Tells of a change in the stream ``people``, and by which way *by* came."""
    # So that an entry's id tells whether who wrote it knew of this change; replay goes by that.
    locks.wait_for_all(conn)
    draft = Draft(0, "person", "input", now, who.name, who.party, arrived_at=now, occurred_at=now, data=data)
    streams.append(conn, "people", draft, now, by=by)
    passage_store.forget_open_times(conn, now)
    touch_store.forget_open_times(conn, now)


def remove(app: Context, email: str, at: datetime | None, by: Who | None = None) -> Person:
    """Ends the person's row, gives it; leads stay where they are until a step or somebody assigns them.

    Raises:
        NotPermitted, OwnStanding: it is not *by*'s to do, None: an operator's.
        UnknownName, PersonRemoved: nobody is called that.
    """
    now = app.present(at)

    def recorded(conn: Connection) -> Person:
        who = recorder(app, conn, store.directory(conn), by, now)
        person = check_known(app, conn, email)
        if who.name == person.email:
            raise OwnStanding(person.email)
        store.end_person(conn, person.email, now)
        leaving.leave(conn, person.email, now)
        log(conn, now, {"change": "removed", "email": person.email}, who, by)
        return person

    return written(app, lambda conn: written_once(conn, by, now, lambda: recorded(conn)))


def listed(app: Context, at: datetime | None) -> Sequence[Person]:
    """Everybody there is as of *at*, in the order in which they were recorded."""
    with app.database.read() as conn:
        return list(store.list_people(conn, app.present(at)))
