"""What dealing a team reads of other leads, in the transaction that deals it.

Rows say how leads stood when they were written last. Those of this transaction count as they stand by now,
those in which something has fallen as if it had been carried out: whether a tick came by makes no difference.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import NamedTuple

from slaflow.engine.context import Context
from slaflow.engine.held import Held
from slaflow.engine.settle import settled
from slaflow.errors import SlaflowError
from slaflow.lifecycle.dealing.loads import Asked, Reading
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.people import Directory
from slaflow.store.database import Connection
from slaflow.store.dealing import loads as store
from slaflow.store.dealing.turns import LockedTeams, Standing, standing
from slaflow.store.errors import ConflictingChange
from slaflow.store.rows import clocks as clock_store
from slaflow.store.rows import leads as lead_store
from slaflow.workflow.identity import folded

MOST_FALLEN = 1000
"""Leads in which something fell that are looked at; where ticks stay out, the rest count as they were."""
_Weight = tuple[str, str] | None
"""The party that holds a lead and who has it on their hands, by their key; None: nobody has."""
_FIRST = datetime.min.replace(tzinfo=UTC)


class _AskedOf(NamedTuple):
    """The company that was asked of last, for which lead, with whom it was found to be, and of which teams
    nobody else has drawn since."""

    account: str
    party: str
    lead: int
    owners: Sequence[str]
    held: frozenset[str] | None


class StoredLoads:
    """Loads by the store. Each number is read once and then kept up from what the transaction decides.

    Args:
        held: the leads of the transaction, as they stand.
        before: up to when what has fallen counts as carried out; None: nothing does.
        looks: nobody is dealt anything, so teams are read and not held.
    """

    def __init__(
        self, app: Context, conn: Connection, people: Directory, held: Mapping[int, Held],
        before: datetime | None, *, looks: bool = False,
    ) -> None:  # fmt: skip
        self._app = app
        self._looks = looks
        self._conn = conn
        self._people = people
        self._held = held
        self._before = before
        self._open: dict[tuple[str, str], int] = {}
        self._weights: dict[int, _Weight] = {}
        """What each lead that is not as its row says counts for."""
        self._accounts: dict[str, set[int]] = {}
        self._are_by_account = False
        self._asked_of: _AskedOf | None = None

    def reading(self, asked: Asked) -> Reading | None:
        stands = self._standing(asked.team)
        opens = self._read_open(asked.party, asked.members) if asked.opens else {}
        today = stands.dealt.get(asked.day.isoformat(), {}) if asked.days else {}
        return Reading(opens, today, stands.round)

    def _standing(self, team: str) -> Standing:
        if self._looks:
            return standing(self._conn, team)
        found = self._teams.standing(team)
        self._ask_again(team)
        return found

    @property
    def _teams(self) -> LockedTeams:
        teams = self._people.turns
        assert isinstance(teams, LockedTeams)
        return teams

    def _ask_again(self, team: str) -> None:
        """Sees to it that who drew of *team* last gave nobody a lead of the company just asked of.

        Raises:
            ConflictingChange: they did; as the transaction is taken again, their lead is seen.
        """
        asked = self._asked_of
        if asked is None or asked.held is None or team in asked.held:
            return
        self._asked_of = asked._replace(held=asked.held | {team})
        if tuple(self._owners(asked.account, asked.party, asked.lead)) != asked.owners:
            raise ConflictingChange("a lead of the same company was given away")

    def owners(self, account: str, party: str, lead: int) -> Sequence[str]:
        found = tuple(self._owners(account, party, lead))
        if not self._looks:
            self._asked_of = _AskedOf(account, party, lead, found, self._teams.held)
        return found

    def _owners(self, account: str, party: str, lead: int) -> Sequence[str]:
        others = self._of_account(account)
        found = {each.id: each for each in store.of_account(self._conn, account, party)}
        for lead_id in {*found, *others} & self._present.keys():
            found.pop(lead_id, None)
            present = self._present[lead_id]
            if (
                present.account == account
                and present.held_by == party
                and present.owner
                and not present.closed
            ):
                found[lead_id] = store.OfAccount(lead_id, present.owner, present.assigned_at)
        found.pop(lead, None)
        latest = sorted(found.values(), key=lambda each: (each.assigned_at or _FIRST, each.id), reverse=True)
        return tuple(dict.fromkeys(self._people.spelt(each.owner) for each in latest))

    def moved(self, lead: Lead) -> None:
        """The lead stands so now."""
        if not (self._open or self._are_by_account):
            return
        self._present[lead.id] = lead
        if self._open:
            self._count(self._weights.get(lead.id), -1, self._open)
            self._weights[lead.id] = self._weight(lead)
            self._count(self._weights[lead.id], 1, self._open)
        if self._are_by_account and lead.account is not None:
            self._accounts.setdefault(lead.account, set()).add(lead.id)

    @cached_property
    def _present(self) -> dict[int, Lead]:
        """Leads that may not be as their rows say, as they stand.

        Of them no row is counted: who carries out what has fallen may save it while the others are.
        """
        found = {lead_id: held.lead for lead_id, held in self._held.items() if held.lead is not None}
        if self._before is not None:
            found |= self._fallen(self._before)
        return found

    def _read_open(self, party: str, members: Sequence[str]) -> Mapping[str, int]:
        keys = {email: (party, folded(email)) for email in members}
        new = {key for key in keys.values() if key not in self._open}
        if new:
            self._open |= dict.fromkeys(new, 0)
            spelt = [each.email for each in self._people.people if (party, folded(each.email)) in new]
            present = self._present
            for owner, number in store.open_leads(self._conn, party, {*spelt, *keys}, present).items():
                self._count((party, folded(owner)), number, new)
            for lead_id, lead in present.items():
                self._weights[lead_id] = self._weight(lead)
                self._count(self._weights[lead_id], 1, new)
        return {email: self._open[key] for email, key in keys.items()}

    def _count(self, weight: _Weight, change: int, of: Container[_Weight]) -> None:
        if weight is not None and weight in of:
            self._open[weight] += change

    def _weight(self, lead: Lead) -> _Weight:
        return None if lead.owner is None or lead.closed else (lead.held_by, folded(lead.owner))

    def _of_account(self, account: str) -> set[int]:
        """Leads of *account* that may not be as their rows say."""
        if not self._are_by_account:
            self._are_by_account = True
            for lead_id, lead in self._present.items():
                if lead.account is not None:
                    self._accounts.setdefault(lead.account, set()).add(lead_id)
        return self._accounts.get(account, set())

    def _fallen(self, before: datetime) -> dict[int, Lead]:
        leads = lead_store.due(self._conn, before, MOST_FALLEN)
        for lead_id in leads.keys() & self._held.keys():
            present = self._held[lead_id].lead
            if present is None or self._held[lead_id].entries:
                del leads[lead_id]
        clocks = clock_store.open_of(self._conn, list(leads)) if leads else {}
        # What was saved between the two statements is as its row says, and no lead goes with others' clocks.
        heads = lead_store.heads(self._conn, leads.keys()) if leads else {}
        found = {}
        for lead_id, lead in leads.items():
            if heads.get(lead_id) != lead.head:
                continue
            try:
                workflow = self._app.workflow(lead.digest)
                found[lead_id] = settled(workflow, self._people, lead, clocks.get(lead_id, []), before).lead
            except SlaflowError:
                # A tick would leave it out as well: it stays as it was saved.
                continue
        return found
