"""Who is there at an instant: people, teams, absences, and whose turn it is.

A :class:`Directory` is a snapshot handed to the core; rows are valid from and until, so that any
past instant can be asked about. People are one per address or key, however it is spelt: whoever is named
is the person recorded first so, and is called as they were first recorded.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from slaflow.lifecycle.dealing.loads import Draw, Loads, Since
from slaflow.workflow.identity import folded


@dataclass(frozen=True, slots=True)
class Person:
    """One person as they stood from ``valid_from`` until ``valid_until`` (None: still).

    ``order`` is the order in which people were first recorded; it orders a team's members. ``calendar`` names
    their own, which not every agreement has. ``weight`` (0 to 100) is their share of what their team gets,
    ``capacity`` the open leads they take and ``per_day`` their new leads a day, None: as their team.
    """

    email: str
    party: str
    order: int
    valid_from: datetime
    valid_until: datetime | None = None
    name: str | None = None
    team: str | None = None
    manager: str | None = None
    role: str = "member"
    calendar: str | None = None
    weight: int = 1
    capacity: int | None = None
    per_day: int | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """Away from ``starts_at`` until ``ends_at`` (half-open), known since ``recorded_at``.

    ``stand_in`` hears what they would; leads go by the agreement all the same. ``back_at``: it was ended
    then, be it before it began.
    """

    email: str
    starts_at: datetime
    ends_at: datetime
    recorded_at: datetime
    stand_in: str | None = None
    back_at: datetime | None = None

    @property
    def over_at(self) -> datetime:
        """From when on it holds no more."""
        return self.ends_at if self.back_at is None else min(self.ends_at, self.back_at)

    def covers(self, at: datetime) -> bool:
        """Whether they were known to be away at *at*."""
        return max(self.starts_at, self.recorded_at) <= at < self.over_at


@dataclass(frozen=True)
class Directory:
    """Everybody there is or was, and each team's round-robin turn (the member drawn last)."""

    people: tuple[Person, ...] = ()
    absences: tuple[Absence, ...] = ()
    turns: Mapping[str, str] = field(default_factory=dict)
    recalls: bool = True
    """Whether a step that assigns asks where who left was last; versions up to 0.1 did not."""
    folds: bool = True
    """Whether spellings of one address are one person; versions up to 0.1 told them apart."""
    loads: Loads | None = None
    """What the other leads tell; None: nothing, so that neither limits nor shares count."""
    is_supposed: bool = False
    """Whether a team of which no turn is known draws by place: what never was read no other leads."""

    def __post_init__(self) -> None:
        rows: dict[str, list[Person]] = {}
        for person in sorted(self.people, key=lambda p: p.order):
            rows.setdefault(self._key(person.email), []).append(person)
        away: dict[str, list[Absence]] = {}
        for absence in self.absences:
            away.setdefault(self._key(absence.email), []).append(absence)
        edges = {at for p in self.people for at in (p.valid_from, p.valid_until) if at is not None}
        leaves = {max(a.starts_at, a.recorded_at) for a in self.absences} | {a.over_at for a in self.absences}
        object.__setattr__(self, "_rows", rows)
        object.__setattr__(self, "_away", away)
        object.__setattr__(self, "_edges", sorted(edges))
        object.__setattr__(self, "_all_edges", sorted(edges | leaves))
        object.__setattr__(self, "_members", {})
        object.__setattr__(self, "_present", {})
        object.__setattr__(self, "_there", {})
        object.__setattr__(self, "_able", {})
        object.__setattr__(self, "_removed", {})
        object.__setattr__(self, "_places", {key: place for place, key in enumerate(rows)})
        for key, known in rows.items():
            rows[key] = [self._as_first_spelt(person, known[0].email) for person in known]

    _rows: dict[str, list[Person]] = field(init=False, repr=False, compare=False)
    """Each person's rows by their key, those under the address recorded first before all others."""
    _places: dict[str, int] = field(init=False, repr=False, compare=False)
    _away: dict[str, list[Absence]] = field(init=False, repr=False, compare=False)
    _edges: list[datetime] = field(init=False, repr=False, compare=False)
    """Every instant from which on somebody stands otherwise."""
    _members: dict[tuple[str, int], tuple[str, ...]] = field(init=False, repr=False, compare=False)
    """Teams looked up before, between two edges."""
    _all_edges: list[datetime] = field(init=False, repr=False, compare=False)
    """Those, and every instant from which on somebody is away or back."""
    _present: dict[tuple[str, int], tuple[str, ...]] = field(init=False, repr=False, compare=False)
    """Who of a team was there, looked up before, between two of all edges."""
    _there: dict[tuple[str, int], tuple[Person, ...]] = field(init=False, repr=False, compare=False)
    _able: dict[tuple[str, int], tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _removed: dict[tuple[str, int], bool] = field(init=False, repr=False, compare=False)
    """Who was looked up before, by their key, between two edges."""

    def _key(self, email: str) -> str:
        return folded(email) if self.folds else email

    def _as_first_spelt(self, person: Person, email: str) -> Person:
        manager = None if person.manager is None else self.spelt(person.manager)
        if (person.email, person.manager) == (email, manager):
            return person
        return replace(person, email=email, manager=manager)

    def rows(self, email: str | None) -> list[Person]:
        """What is recorded of the person called *email*, whatever the spelling; empty if nothing is."""
        return [] if email is None else self._rows.get(self._key(email), [])

    def spelt(self, email: str) -> str:
        """*email* as the person was first recorded; as it is where it is nobody's."""
        known = self.rows(email)
        return known[0].email if known else email

    def person(self, email: str | None, at: datetime) -> Person | None:
        """The person called *email* as they stood at *at*, or None if there was none."""
        return next((p for p in self.rows(email) if stands_at(p, at)), None)

    def current(self, email: str) -> Person | None:
        """The person called *email* as they stand in the row that has no end; None if there is none."""
        return next((p for p in self.rows(email) if p.valid_until is None), None)

    def of_party(self, email: str | None, party: str, at: datetime) -> Person | None:
        """*email* as of *party* at *at*; who was removed by then, or is of another now, as they last were."""
        found = self.person(email, at)
        if not self.recalls or (found is not None and found.party == party):
            return found
        rows = [p for p in self.rows(email) if p.valid_from <= at and p.party == party]
        return rows[-1] if rows else None

    def is_removed(self, email: str, at: datetime) -> bool:
        """Whether *email* was a known person once and is none at *at*."""
        between = self._key(email), bisect_right(self._edges, at)
        if between not in self._removed:
            rows = [p for p in self.rows(email) if p.valid_from <= at]
            self._removed[between] = bool(rows) and not any(stands_at(p, at) for p in rows)
        return self._removed[between]

    def is_present(self, email: str, at: datetime) -> bool:
        """Whether *email* is a known person at *at* who is not away then."""
        return self.person(email, at) is not None and not self.is_away(email, at)

    def is_away(self, email: str, at: datetime) -> bool:
        """Whether an absence known by *at* covers it, or the person was removed by then."""
        known = self._away.get(self._key(email))
        if known and any(a.covers(at) for a in known):
            return True
        return self.is_removed(email, at)

    def stand_in(self, email: str, at: datetime) -> str | None:
        """Who, of the same party and not away at *at*, hears what *email* would, who is away then.

        Who is away too may have a stand-in in turn. None where nobody is left, or none is needed.
        """
        if self._key(email) not in self._away:
            # Mostly nobody is away, and everybody who is told anything is asked about.
            return None
        person, passed = self.person(email, at), set[str]()
        party = person.party if person else None
        while person is not None and person.party == party and self._key(person.email) not in passed:
            if not self.is_away(person.email, at):
                return person.email if passed else None
            passed.add(self._key(person.email))
            person = self.person(self._named_to_stand_in(person.email, at), at)
        return None

    def _named_to_stand_in(self, email: str, at: datetime) -> str | None:
        """By the absence told last of those that cover *at* and name somebody."""
        known = self._away.get(self._key(email), ())
        there = [a for a in known if a.stand_in and a.covers(at)]
        return max(there, key=lambda a: a.recorded_at).stand_in if there else None

    def members(self, team: str, at: datetime) -> tuple[str, ...]:
        """The team's members at *at*, in the order in which they were recorded."""
        between = team, bisect_right(self._edges, at)
        if between not in self._members:
            found = (next((p for p in rows if stands_at(p, at)), None) for rows in self._rows.values())
            self._members[between] = tuple(p.email for p in found if p is not None and p.team == team)
        return self._members[between]

    def present(self, team: str, at: datetime) -> tuple[str, ...]:
        """Its members at *at* who are not away then, in the same order."""
        between = team, bisect_right(self._all_edges, at)
        if between not in self._present:
            there = (email for email in self.members(team, at) if not self.is_away(email, at))
            self._present[between] = tuple(there)
        return self._present[between]

    def there(self, team: str, at: datetime) -> tuple[Person, ...]:
        """As :meth:`present`, each as they stand then."""
        between = team, bisect_right(self._all_edges, at)
        if between not in self._there:
            found = (self.person(email, at) for email in self.present(team, at))
            self._there[between] = tuple(each for each in found if each is not None)
        return self._there[between]

    def able(self, team: str, at: datetime) -> tuple[str, ...]:
        """Its members who are there at *at* and have a weight, in the same order: leads go to them."""
        between = team, bisect_right(self._all_edges, at)
        if between not in self._able:
            self._able[between] = tuple(each.email for each in self.there(team, at) if each.weight)
        return self._able[between]

    def of(self, party: str, at: datetime) -> tuple[str, ...]:
        """Who is of *party* at *at* and not away, in the order in which they were recorded."""
        found = (self.person(email, at) for email in self.known_emails())
        there = (p.email for p in found if p is not None and p.party == party)
        return tuple(email for email in there if not self.is_away(email, at))

    def away_until(self, email: str, at: datetime) -> datetime | None:
        """When *email*, who is away at *at*, is back; None of who is not away, or will not be back."""
        until: datetime | None = None
        while (end := self._absent_until(email, until or at)) is not None:
            until = end
        return until

    def _absent_until(self, email: str, at: datetime) -> datetime | None:
        known = self._away.get(self._key(email), ())
        return max((a.over_at for a in known if a.covers(at)), default=None)

    def known_emails(self) -> tuple[str, ...]:
        """Everybody's address, past people too, for did-you-mean."""
        return tuple(rows[0].email for rows in self._rows.values())

    def place(self, email: str | None) -> int | None:
        """Where *email* comes in the order in which people were first recorded; None if it never was."""
        return None if email is None else self._places.get(self._key(email))

    def after_turn(self, team: str, email: str) -> Directory:
        """This directory once *email* was drawn for *team*; shares everything else."""
        return self._but(turns=_Turns(self.turns, {team: email}))

    def after_draw(self, draw: Draw) -> Directory:
        """As :meth:`after_turn`; the team's round and what was dealt that day go on too."""
        loads = self.loads
        if loads is not None:
            loads = (loads if isinstance(loads, Since) else Since(loads, {})).after(draw)
        return self._but(turns=_Turns(self.turns, {draw.team: draw.email}), loads=loads)

    def reading(self, loads: Loads) -> Directory:
        """This directory, with what *loads* tell of other leads; shares everything else."""
        return self._but(loads=loads)

    def supposed(self) -> Directory:
        """This directory for what never was, where a team draws by place; shares everything else."""
        return self._but(is_supposed=True)

    def without_recall(self) -> Directory:
        """This directory as versions that forgot who left decided with it; shares everything else."""
        return self._but(recalls=False)

    def told_apart(self) -> Directory:
        """This directory as versions read it for which each spelling was a person of its own."""
        return Directory(self.people, self.absences, self.turns, self.recalls, False, self.loads)

    def _but(self, **changed: object) -> Directory:
        twin = object.__new__(Directory)
        twin.__dict__.update(self.__dict__, **changed)
        return twin


class _Turns(Mapping[str, str]):
    """Turns, with those drawn since. The others are not read for it: reading one may lock its team."""

    _before: Mapping[str, str]
    _since: Mapping[str, str]

    def __init__(self, before: Mapping[str, str], since: Mapping[str, str]) -> None:
        self._before, self._since = before, since
        if isinstance(before, _Turns):
            self._before, self._since = before._before, {**before._since, **since}

    def __getitem__(self, team: str) -> str:
        return self._since[team] if team in self._since else self._before[team]

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(self._before), **self._since})

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __repr__(self) -> str:
        return repr(dict(self))


def stands_at(person: Person, at: datetime) -> bool:
    """Whether the row is the valid one at *at*; half-open."""
    return person.valid_from <= at and (person.valid_until is None or at < person.valid_until)
