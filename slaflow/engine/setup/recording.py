"""Recording people, one or many together: each stands as before but for what is given of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import Any, Final, TypeAlias

from slaflow.engine.access import leaving
from slaflow.engine.caller import Who, written_once
from slaflow.engine.context import Context
from slaflow.engine.setup import people
from slaflow.engine.setup.people import OwnStanding
from slaflow.engine.setup.person_names import check_new_name
from slaflow.engine.transaction import written
from slaflow.errors import ENVIRONMENT, USAGE, SlaflowError, UnknownName
from slaflow.language import _, marked
from slaflow.lifecycle.dealing.shares import DEFAULT, share
from slaflow.lifecycle.people import Person
from slaflow.store.database import Connection
from slaflow.store.rows import people as store
from slaflow.workflow.identity import folded
from slaflow.workflow.model.parties import LEAD, SYSTEM


class PartyMissing(SlaflowError):
    """Somebody new without a side."""

    code = "party_missing"
    exit_code = USAGE

    def __init__(self, email: str, known: Iterable[str]) -> None:
        self.email, self.sides = email, _(" or ").join(sorted(known)) or _("a party")
        super().__init__(
            _("{email} is not known; give their side with --party: {sides}").format(
                email=email, sides=self.sides
            )
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


class TeamOfOtherParty(SlaflowError):
    """A person of one party in a team of another."""

    code = "team_of_other_party"

    def __init__(self, team: str, party: str, given: str) -> None:
        super().__init__(
            _(
                'team "{team}" belongs to {party}, not to {given}; name a team of {given}, or none: --team ""'
            ).format(team=team, party=party, given=given)
        )


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
        recording = _Recording(app, conn, now, by)
        meant = recording.meant(email, wanted, by_address=by_address)
        recording.check_chain(meant)
        return recording.record(meant)

    return written(app, lambda conn: written_once(conn, by, now, lambda: recorded(conn)))


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of a list of people says, by its ``number`` there; ``given`` as of :func:`add`."""

    number: int
    email: str
    given: Mapping[str, Given]


class TwiceTold(SlaflowError):
    """The same person on two lines of one list, however spelt."""

    code = "twice_told"

    def __init__(self, email: str, number: int) -> None:
        super().__init__(
            _("{email} stands on line {number} already; say it on one").format(email=email, number=number)
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of each line, in their order; where any has a fault, those by line, and nothing else."""

    recorded: tuple[Recorded, ...] = ()
    faults: Mapping[int, SlaflowError] = field(default_factory=dict)


def add_all(
    app: Context, lines: Sequence[Line], at: datetime | None, *, dry_run: bool = False, by: Who | None = None
) -> Outcome:
    """Records everybody of *lines* in one transaction, or nobody; who manages whom in any order.

    Somebody new is named by an e-mail address. *dry_run*: all is decided, and nothing stays.

    Raises:
        NotPermitted: it is not *by*'s to do.
    """
    now = app.present(at)

    def recorded(conn: Connection) -> Outcome:
        recording = _Recording(app, conn, now, by, newcomers=[line.email for line in lines])
        found, faults = _judged(recording, lines)
        if faults:
            return Outcome(faults=faults)
        return Outcome(tuple(recording.record(found[line.number]) for line in lines))

    if dry_run:
        with app.database.rehearsal() as conn:
            return recorded(conn)
    return written(app, recorded)


def _judged(
    recording: _Recording, lines: Sequence[Line]
) -> tuple[dict[int, _Meant], dict[int, SlaflowError]]:
    """How each line would have somebody stand, and why it cannot, by number."""
    found: dict[int, _Meant] = {}
    faults: dict[int, SlaflowError] = {}
    first: dict[str, int] = {}
    for line in lines:
        try:
            if (number := first.setdefault(folded(line.email), line.number)) != line.number:
                raise TwiceTold(line.email, number)
            wanted = _wanted(line.email, line.given)
            found[line.number] = recording.meant(line.email, wanted, by_address=True)
        except SlaflowError as error:
            if error.exit_code == ENVIRONMENT:
                raise
            faults[line.number] = error
    together = {folded(meant.email): meant for meant in found.values()}
    for number, meant in found.items():
        try:
            recording.check_chain(meant, together)
        except ManagesThemselves as error:
            faults[number] = error
    return found, dict(sorted(faults.items()))


@dataclass(frozen=True, slots=True)
class _Meant:
    """How somebody is to stand, spelt as they are known; ``manager_told``: who manages them was told now."""

    email: str
    before: Person | None
    values: Mapping[str, Any]
    manager_told: bool


class _Recording:
    """Who records people now, the people there are, and the agreements in force; within a transaction.

    *newcomers* are recorded together, and may manage each other.
    """

    def __init__(
        self, app: Context, conn: Connection, now: datetime, by: Who | None, newcomers: Iterable[str] = ()
    ) -> None:
        self.app, self.conn, self.now, self.by = app, conn, now, by
        self.directory = store.directory(conn)
        self.who = people.recorder(app, conn, self.directory, by, now)
        self._newcomers = {folded(email): self.directory.spelt(email) for email in reversed([*newcomers])}

    @cached_property
    def parties(self) -> set[str]:
        return people.parties(self.app, self.conn)

    @cached_property
    def sides(self) -> set[str]:
        """The parties on which people are."""
        return self.parties - {LEAD, SYSTEM}

    @cached_property
    def teams(self) -> dict[str, str]:
        return people.teams(self.app, self.conn)

    @cached_property
    def calendars(self) -> set[str]:
        return people.calendars(self.app, self.conn)

    def meant(self, email: str, wanted: Mapping[str, Any], *, by_address: bool) -> _Meant:
        """How *email* is to stand. Raises as :func:`add` but for ``ManagesThemselves``."""
        before, spelt = self.directory.current(email), self.directory.spelt(email)
        if not self.directory.rows(email):
            check_new_name(email, self.parties, self.teams, by_address=by_address)
        if before is None and wanted.get("party") is None:
            raise self._without_party(email)
        values = _values(before, wanted)
        self._check_places(values, wanted)
        manager_told = values["manager"] is not None and "manager" in wanted
        if manager_told:
            values["manager"] = self._known(values["manager"])
        if before is not None and (before.party, before.role) != (values["party"], values["role"]):
            if self.who.name == spelt:
                raise OwnStanding(spelt)
        return _Meant(spelt, before, values, manager_told)

    def check_chain(self, meant: _Meant, together: Mapping[str, _Meant] = {}) -> None:
        """Raises ``ManagesThemselves`` where whoever was told to manage them answers to them.

        *together* are those recorded with them, by their folded address.
        """
        manager = meant.values["manager"]
        chain: list[str] = []
        above = manager if meant.manager_told else None
        while above is not None and above not in chain:
            if above == meant.email:
                raise ManagesThemselves(meant.email, manager, chain)
            chain.append(above)
            above = self._manager_of(above, together)

    def record(self, meant: _Meant) -> Recorded:
        """Has them stand so from now on; who stands so already gets no entry."""
        before, values = meant.before, meant.values
        if before is not None:
            if all(getattr(before, name) == values[name] for name in CHANGEABLE):
                return Recorded(before, before)
            if (before.party, before.role) != (values["party"], values["role"]):
                leaving.sign_out(self.conn, meant.email)
        person = people.record(self.conn, meant.email, now=self.now, who=self.who, by=self.by, **values)
        return Recorded(person, before)

    def _manager_of(self, email: str, together: Mapping[str, _Meant]) -> str | None:
        if (meant := together.get(folded(email))) is not None:
            manager: str | None = meant.values["manager"]
            return manager
        person = self.directory.person(email, self.now)
        return person.manager if person else None

    def _known(self, manager: str) -> str:
        """*manager* as they are spelt: known, or recorded together with others."""
        if (newcomer := self._newcomers.get(folded(manager))) is not None:
            return newcomer
        return people.check_known(self.app, self.conn, manager).email

    def _without_party(self, email: str) -> SlaflowError:
        """Why somebody who is not known, or not any more, cannot be recorded without a side."""
        if self.directory.rows(email):
            return people.unknown(marked("user"), email, self.directory, people.zone(self.app, self.conn))
        return PartyMissing(email, self.sides)

    def _check_places(self, values: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
        """Raises where what was told is no party, team, role or calendar; the rest stands as it was."""
        known = self.sides
        party, team, calendar = values["party"], values["team"], values["calendar"]
        if values["role"] not in people.ROLES:
            raise UnknownName("role", values["role"], people.ROLES)
        if "party" in wanted and known and party not in known:
            raise UnknownName("party", party, known)
        # That some agreements have not the calendar is as it may be.
        if "calendar" in wanted and known and calendar is not None and calendar not in self.calendars:
            raise UnknownName("calendar", calendar, self.calendars)
        if team is None or not known:
            return
        if "team" in wanted and team not in self.teams:
            raise UnknownName("team", team, self.teams)
        if not wanted.keys().isdisjoint(("party", "team")) and self.teams.get(team, party) != party:
            raise TeamOfOtherParty(team, self.teams[team], party)


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
