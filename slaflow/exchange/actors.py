"""Who a row says did something: a party, a person known when the command runs, or one to be recorded."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from slaflow.engine.people import unknown
from slaflow.exchange.errors import RowRefused
from slaflow.lifecycle.lead import Actor
from slaflow.lifecycle.people import Directory
from slaflow.workflow.model import LEAD, SYSTEM, Workflow


class Actors:
    """Parties and people as of *now*; ``new`` gathers people nobody recorded yet, with their party."""

    def __init__(self, workflow: Workflow, directory: Directory, now: datetime) -> None:
        self.parties = (*workflow.parties, LEAD, SYSTEM)
        self.new: dict[str, str] = {}
        self._directory = directory
        self._zone = ZoneInfo(workflow.timezone)
        present = [p for p in directory.people if p.valid_until is None or now < p.valid_until]
        self._known = {p.email: Actor(p.email, p.party) for p in present}
        self._folded = {p.email.lower(): Actor(p.email, p.party) for p in present}

    def named(self, name: str) -> Actor:
        """The party or the known person called *name*.

        Raises:
            PersonRemoved: they are not known any more.
            UnknownName: nobody is or was called that; the nearest is named.
        """
        if name in self.parties:
            return Actor(name, name)
        found = self._known.get(name) or self._folded.get(name.lower())
        if found is None:
            raise unknown("user or party", name, self._directory, self._zone, {*self.parties, *self._known})
        return found

    def person(self, key: str, party: str) -> Actor:
        """The person whose key is *key* as it stands; one not known yet will be of *party*.

        Raises:
            RowRefused: *key* is what a party is called.
        """
        if key in self.parties:
            raise RowRefused(f'"{key}" is a party, not a person of {party}')
        if key not in self._known:
            self._known[key] = Actor(key, party)
            self.new[key] = party
        return self._known[key]
