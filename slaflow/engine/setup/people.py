"""People: recorded and removed; and who an actor is. Rows are ended, never overwritten."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from slaflow.engine import permits, streams
from slaflow.engine.access import leaving
from slaflow.engine.caller import Caller, Who, written_once
from slaflow.engine.context import Context
from slaflow.engine.setup.person_names import check_new_name
from slaflow.engine.setup.person_shares import DEFAULT, share
from slaflow.engine.transaction import written
from slaflow.errors import USAGE, SlaflowError, UnknownName
from slaflow.language import _, marked
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


class PartyMissing(SlaflowError):
    """Somebody new without a side."""

    code = "party_missing"
    exit_code = USAGE

    def __init__(self, email: str, known: Iterable[str]) -> None:
        sides = _(" or ").join(sorted(known)) or _("a party")
        super().__init__(
            _("{email} is not known; give their side with --party: {sides}").format(email=email, sides=sides)
        )


class ManagesThemselves(SlaflowError):
    """A person who would answer to themselves, by way of others or not."""

    code = "manages_themselves"

    def __init__(self, email: str, manager: str, chain: Sequence[str]) -> None:
        if email == manager:
            super().__init__(
                _("{email} cannot manage themselves; name another with --manager").format(email=email)
            )
        else:
            above = _(", who answers to ").join((*chain[1:], email))
            super().__init__(
                _("{manager} cannot manage {email}: they answer to {above}").format(
                    manager=manager, email=email, above=above
                )
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


class Kept(Enum):
    """What stands for a value that nobody gave: it stays as it is."""

    KEPT = "kept"


KEPT: Final = Kept.KEPT
Given: TypeAlias = str | int | Kept | None
CHANGEABLE = ("party", "name", "team", "manager", "role", "calendar", *DEFAULT)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A person as they stand now; ``before`` is how they stood, the very same where nothing changed."""

    person: Person
    before: Person | None = None

    @property
    def changes(self) -> dict[str, tuple[str | int | None, str | int | None]]:
        """What changed, before and after; nothing of somebody new."""
        if self.before is None:
            return {}
        pairs = {name: (getattr(self.before, name), getattr(self.person, name)) for name in CHANGEABLE}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def add(
    app: Context, email: str, given: Mapping[str, Given], at: datetime | None, *,
    by_address: bool, by: Who | None = None,
) -> Recorded:  # fmt: skip
    """Records a person, or changes of one who is known what is *given*: the row before ends, one begins.

    Args:
        given: of :data:`CHANGEABLE`; an empty text is none, of a weight 1.
        by_address: whether somebody new must be named by an e-mail address; other systems' keys may be
            anything that names no party and no team.
        by: who does it; None is an operator.

    Raises:
        NotPermitted, OwnStanding: it is not *by*'s to do.
        UnknownName, PersonRemoved: the party, team, calendar or manager is not known.
        NoName, NoAddress, PartyMissing: somebody new, without a name or a side to be known by.
        TeamOfOtherParty, ManagesThemselves: they cannot be there.
        InvalidShare: a weight or a limit is none.
    """
    now = app.present(at)
    wanted = _wanted(email, given)

    def recorded(conn: Connection) -> Recorded:
        directory = store.directory(conn)
        who = _of_people(app, conn, directory, by, now)
        before, spelt = directory.current(email), directory.spelt(email)
        if not directory.rows(email):
            check_new_name(email, parties(app, conn), teams(app, conn), by_address=by_address)
        if before is None and wanted.get("party") is None:
            raise _without_party(app, conn, email, directory)
        values = _values(before, wanted)
        _check_places(app, conn, values, wanted)
        if values["manager"] is not None and "manager" in wanted:
            values["manager"] = check_known(app, conn, values["manager"]).email
            _check_chain(directory, spelt, values["manager"], now)
        if before is not None and all(getattr(before, name) == values[name] for name in CHANGEABLE):
            return Recorded(before, before)
        if before is not None and (before.party, before.role) != (values["party"], values["role"]):
            if who.name == spelt:
                raise OwnStanding(spelt)
            leaving.sign_out(conn, spelt)
        return Recorded(record(conn, spelt, now=now, who=who, by=by, **values), before)

    return written(app, lambda conn: written_once(conn, by, now, lambda: recorded(conn)))


def _of_people(app: Context, conn: Connection, directory: Directory, by: Who | None, now: datetime) -> Actor:
    """Who records or removes people. Raises ``NotPermitted``."""
    if by is None:
        return SYSTEM_ACTOR
    who = actor(app, by, conn)
    permits.check(directory, who, "people", (), now)
    return who


def _wanted(email: str, given: Mapping[str, Given]) -> dict[str, Any]:
    """What is told of the person, as it is kept. Raises ``InvalidShare``."""
    told = {name: value for name, value in given.items() if not isinstance(value, Kept)}
    return {
        name: share(email, name, value) if name in DEFAULT else value or None for name, value in told.items()
    }


def _values(before: Person | None, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """How the person is to stand: as before but for what is told. Who comes back begins anew."""
    stood = {name: DEFAULT.get(name) if before is None else getattr(before, name) for name in CHANGEABLE}
    given = {name: value for name, value in wanted.items() if value or name not in ("party", "role")}
    return {**stood, "role": stood["role"] or "member", **given}


def _without_party(app: Context, conn: Connection, email: str, directory: Directory) -> SlaflowError:
    """Why somebody who is not known, or not any more, cannot be recorded without a side."""
    if directory.rows(email):
        return unknown(marked("user"), email, directory, zone(app, conn))
    return PartyMissing(email, parties(app, conn) - {LEAD, SYSTEM})


def _check_places(
    app: Context, conn: Connection, values: Mapping[str, Any], wanted: Mapping[str, Any]
) -> None:
    """Raises where what was told is no party, team, role or calendar; the rest stands as it was."""
    known = parties(app, conn) - {LEAD, SYSTEM}
    party, team, calendar = values["party"], values["team"], values["calendar"]
    if values["role"] not in ROLES:
        raise UnknownName("role", values["role"], ROLES)
    if "party" in wanted and known and party not in known:
        raise UnknownName("party", party, known)
    if "calendar" in wanted and known and calendar is not None:
        _check_calendar(app, conn, calendar)
    if team is None or not known:
        return
    declared = teams(app, conn)
    if "team" in wanted and team not in declared:
        raise UnknownName("team", team, declared)
    if not wanted.keys().isdisjoint(("party", "team")) and declared.get(team, party) != party:
        raise TeamOfOtherParty(team, declared[team], party)


def _check_calendar(app: Context, conn: Connection, name: str) -> None:
    """Raises where no agreement has the calendar; that some have it not is as it may be."""
    declared = calendars(app, conn)
    if name not in declared:
        raise UnknownName("calendar", name, declared)


def _check_chain(directory: Directory, email: str, manager: str, now: datetime) -> None:
    """Raises ``ManagesThemselves`` where *manager* answers to *email*."""
    chain: list[str] = []
    above: str | None = manager
    while above is not None and above not in chain:
        if above == email:
            raise ManagesThemselves(email, manager, chain)
        chain.append(above)
        person = directory.person(above, now)
        above = person.manager if person else None


class OwnStanding(SlaflowError):
    """Somebody who would take their own rights away, or give themselves others."""

    code = "own_standing"

    def __init__(self, email: str) -> None:
        super().__init__(
            _(
                "{email} cannot change their own side or role, or remove themselves; another admin does it"
            ).format(email=email)
        )


class TeamOfOtherParty(SlaflowError):
    """A person of one party in a team of another."""

    code = "team_of_other_party"

    def __init__(self, team: str, party: str, given: str) -> None:
        super().__init__(
            _(
                'team "{team}" belongs to {party}, not to {given}; name a team of {given}, or none: --team ""'
            ).format(team=team, party=party, given=given)
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
        who = _of_people(app, conn, store.directory(conn), by, now)
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
