"""Who a row says did something: a party, a person known when the command runs, or one to be recorded."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from slaflow.engine.setup import people
from slaflow.engine.setup.people import unknown
from slaflow.exchange.errors import RowRefused
from slaflow.lifecycle.lead import Actor
from slaflow.lifecycle.people import Directory, Person
from slaflow.store.database import Connection
from slaflow.store.rows import people as people_store
from slaflow.workflow.identity import check_seen, folded
from slaflow.workflow.model.parties import LEAD, SYSTEM
from slaflow.workflow.model.workflow import Workflow


class Actors:
    """Parties and people as of *now*; ``new`` gathers people nobody recorded yet, with their party."""

    def __init__(self, workflow: Workflow, directory: Directory, now: datetime) -> None:
        self.parties = (*workflow.parties, LEAD, SYSTEM)
        self.new: dict[str, str] = {}
        self._directory = directory
        self._zone = ZoneInfo(workflow.timezone)
        everybody = {email: directory.rows(email) for email in directory.known_emails()}
        there = {email: [p for p in rows if _is_there(p, now)] for email, rows in everybody.items()}
        self._known = {email: Actor(email, rows[0].party) for email, rows in there.items() if rows}
        self._folded = {folded(email): actor for email, actor in self._known.items()}
        spellings = [p.email for p in directory.people if _is_there(p, now)]
        self._spellings = frozenset(spellings)
        self._last_spelt = {each.lower(): each for each in spellings}

    def named(self, name: str) -> Actor:
        """The party or the known person called *name*.

        Raises:
            PersonRemoved: they are not known any more.
            UnknownName: nobody is or was called that; the nearest is named.
        """
        if name in self.parties:
            return Actor(name, name)
        found = self._person(name)
        if found is None:
            raise unknown("user or party", name, self._directory, self._zone, {*self.parties, *self._known})
        return found

    def person(self, key: str, party: str) -> Actor:
        """The person with this *key*, however spelt; one not known yet will be of *party*, spelt like that.

        Who was removed acts in what is imported of them as who they were last: an import takes nobody back.

        Raises:
            RowRefused: *key* is what a party is called.
            UnseenCharacter: somebody new, with something in *key* that nobody sees.
        """
        if key in self.parties:
            raise RowRefused(f'"{key}" is a party, not a person of {party}')
        found = self._person(key)
        if found is None:
            rows = self._directory.rows(key)
            found = Actor(rows[-1].email, rows[-1].party) if rows else self._newcomer(key, party)
            self._known[key] = self._folded[folded(key)] = found
        return found

    def _newcomer(self, key: str, party: str) -> Actor:
        check_seen("user", key)
        self.new[key] = party
        return Actor(key, party)

    def _person(self, name: str) -> Actor | None:
        found = self._known.get(name)
        if found is None and (found := self._folded.get(folded(name))) is not None:
            self._known[name] = found
        return found

    def named_before(self, name: str, actor: Actor, *, by_key: bool) -> str:
        """What the *actor* called *name* was for versions up to 0.1, for which each spelling was somebody.

        *by_key*: the map gives a party, so that the cell was a person's key as it stood.
        """
        if by_key or name in self._spellings:
            return name
        return self._last_spelt.get(name.lower(), actor.name)


def record_new(conn: Connection, actors: Actors, now: datetime) -> None:
    """Records those whom nobody knew, from *now* on."""
    known = people_store.directory(conn)
    for key, party in actors.new.items():
        if known.person(key, now) is None:
            people.record(conn, key, party, now)


def _is_there(person: Person, now: datetime) -> bool:
    return person.valid_until is None or now < person.valid_until
