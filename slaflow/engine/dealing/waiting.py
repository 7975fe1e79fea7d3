"""Leads that wait for a team, dealt to it as far as its members can take them (rules.md, 41).

Each draw is an input of slaflow itself, told at the clock of who deals: a tick, or somebody by hand.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from slaflow.engine import apply, machine_clock
from slaflow.engine.ask import Ask, Outcome
from slaflow.engine.batch import Batch
from slaflow.engine.context import Context
from slaflow.engine.held import Held
from slaflow.engine.setup import people
from slaflow.engine.tick.batch import why
from slaflow.engine.transaction import written
from slaflow.errors import UnknownName
from slaflow.language import writing
from slaflow.lifecycle.dealing import choice
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.events import Dealt
from slaflow.lifecycle.lead import SYSTEM_ACTOR
from slaflow.store import wake
from slaflow.store.database import Connection
from slaflow.store.dealing import loads as store
from slaflow.store.dealing.turns import LockedTeams
from slaflow.store.errors import ConflictingChange, StoreError
from slaflow.store.log import history
from slaflow.store.rows import workflows as workflow_store

AT_ONCE = 100
"""Leads dealt in one transaction: others draw of the team only after it."""
log = logging.getLogger("slaflow.tick")


Why = Literal["nobody", "closed", "full", "older"]
"""Nobody of the team is there; it is outside its hours; who is there has as many as they take; the same by
an older version, where the one in force says otherwise of the team."""


class Given(NamedTuple):
    """A lead that waited for *team* from *since* on, and its owner by now."""

    lead: int
    owner: str | None
    team: str
    since: datetime

    def as_json(self) -> dict[str, Any]:
        """``{"lead","owner","team","waited_since"}``."""
        return {
            "lead": self.lead, "owner": self.owner, "team": self.team,
            "waited_since": instant_text(self.since),
        }  # fmt: skip


@dataclass(slots=True)
class Dealing:
    """What came of each lead that was dealt, which wait on, by team, and those left out, each with why."""

    at: datetime
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    given: list[Given] = field(default_factory=list)
    waiting: list[store.Waiting] = field(default_factory=list)
    because: dict[str, Why] = field(default_factory=dict)
    """By team why what waits for it waits on, where that is the team."""
    errors: dict[int, str] = field(default_factory=dict)

    @property
    def failed(self) -> list[tuple[int, str]]:
        """Leads whose decision raised, each with why."""
        return list(self.errors.items())

    def as_json(self) -> dict[str, Any]:
        """``{"at","dealt","waiting":[{"team","leads","since","because"}],"failed":[{"lead","because"}]}``."""
        waiting = [
            {"team": each.team, "leads": each.leads, "since": instant_text(each.since),
             "because": self.because.get(each.team)}
            for each in self.waiting
        ]  # fmt: skip
        failed = [{"lead": lead, "because": words} for lead, words in self.failed]
        dealt = [each.as_json() for each in self.given]
        return {"at": instant_text(self.at), "dealt": dealt, "waiting": waiting, "failed": failed}


def by_hand(app: Context, at: datetime | None, team: str | None, dry_run: bool) -> Dealing:
    """What :func:`deal` gives for an operator, at their clock; *dry_run* leaves all as it was.

    Raises:
        ClockAhead: this machine's clock is ahead of the others'.
        UnknownName: nobody can wait for such a team; the nearest is named.
    """
    if at is None and not dry_run:
        machine_clock.check_not_ahead(app)
    with app.database.read() as conn:
        known = {*people.teams(app, conn), *(each.team for each in store.waiting(conn))}
    if team is not None and team not in known:
        raise UnknownName("team", team, known)
    present = app.present(at)
    return rehearsed(app, present, team) if dry_run else deal(app, present, team)


def rehearsed(app: Context, at: datetime, team: str | None = None) -> Dealing:
    """What :func:`deal` would do; all is done and nothing of it stays. Cost: a read where nothing waits."""
    if not _waiting(app, None, team):
        return Dealing(at)
    with app.database.rehearsal() as conn:
        return deal(app, at, team, conn)


def deal(app: Context, at: datetime, team: str | None = None, rehearsal: Connection | None = None) -> Dealing:
    """Deals what waits, longest first, until nobody can take more; with *team* only what waits for that.

    A lead whose decision raises holds up no other: it waits on, and is said. With a *rehearsal* all is done
    in that transaction.
    """
    dealing = Dealing(at)
    waiting = _waiting(app, rehearsal, team)
    for each in waiting:
        _deal_team(app, each.team, dealing, rehearsal)
    dealing.waiting = _waiting(app, rehearsal, team) if waiting else []
    return dealing


def _waiting(app: Context, rehearsal: Connection | None, team: str | None) -> list[store.Waiting]:
    with app.database.read() if rehearsal is None else nullcontext(rehearsal) as conn:
        return [each for each in store.waiting(conn) if team in (None, each.team)]


def _deal_team(app: Context, team: str, dealing: Dealing, rehearsal: Connection | None) -> None:
    """Deals to *team*, some leads to a transaction.

    What stays waiting is set aside for the next one: others behind it may go by terms that let them be taken.
    """
    aside = _Aside()

    def work(conn: Connection) -> _Some:
        return _Some.dealt(app, conn, team, dealing.at, aside)

    is_more = True
    while is_more:
        some = written(app, work) if rehearsal is None else work(rehearsal)
        dealing.outcomes |= some.outcomes
        dealing.given += some.given
        dealing.errors |= some.errors
        if some.because is not None:
            dealing.because[team] = some.because
        aside = some.aside
        is_more = some.claimed == AT_ONCE


class _Aside(NamedTuple):
    """What is not looked at again: versions, by digest, by which nobody can take more, and single leads."""

    full: frozenset[str] = frozenset()
    without: frozenset[tuple[str, str]] = frozenset()
    """Versions, each with who handed over leads, by which nobody else can take more."""
    leads: frozenset[int] = frozenset()


@dataclass(slots=True)
class _Some:
    """What came of some leads in one transaction, and what is to be set ``aside`` in the next one."""

    team: str
    at: datetime
    aside: _Aside
    claimed: int = 0
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    given: list[Given] = field(default_factory=list)
    errors: dict[int, str] = field(default_factory=dict)
    because: Why | None = None
    stuck: tuple[str, str | None] | None = None
    """The version, and who hands over, by which nobody could take a lead, the first of them."""

    @classmethod
    def dealt(cls, app: Context, conn: Connection, team: str, at: datetime, aside: _Aside) -> _Some:
        """Deals those that wait longest, but what is set *aside*."""
        # The team before its leads: who holds one of these and waits for the team is passed over, not waited
        # for.
        LockedTeams(conn).standing(team)
        claimed = store.claim_waiting(conn, team, AT_ONCE, aside.leads, aside.full)
        batch = apply.load(app, conn, claimed, lock_turns=True)
        batch.read_loads(conn, at)
        some = cls(team, at, aside, len(claimed))
        leaves = _leaves(conn, claimed)
        longest = sorted(batch.held.items(), key=lambda each: _since(each[1]))
        with writing():
            for lead_id, held in longest:
                try:
                    some._deal(batch, lead_id, held, leaves.get(lead_id))
                except (ConflictingChange, StoreError):
                    raise
                except Exception as error:
                    log.error("lead %s waits on: %s", lead_id, why(error))
                    some.errors[lead_id] = why(error)
        some._set_aside(batch.held.values())
        if some.stuck is not None:
            some.because = _because(app, conn, batch, some)
        apply.save(conn, batch, at)
        changed = (held for held in batch.held.values() if held.entries)
        wakes = (clock.wake_at for held in changed for clock in held.open)
        wake.announce(conn, wakes, app.now())
        return some

    def _deal(self, batch: Batch, lead_id: int, held: Held, leaves: str | None) -> None:
        assert held.lead is not None
        lead, (since, _) = held.lead, _since(held)
        if lead.digest in self.aside.full or lead.as_of > self.at:
            return
        if leaves is not None and (lead.digest, leaves) in self.aside.without:
            return
        if batch.standing(lead_id, self.at).waits_for != self.team:
            # By what has fallen and no tick has carried out yet.
            return
        outcome = batch.decide(
            Ask(lead_id, Dealt(leaves=leaves), SYSTEM_ACTOR), self.at, lenient=True, back=None
        )
        if outcome.is_done and outcome.lead is not None:
            self.outcomes[lead_id] = outcome
            self.given.append(Given(lead_id, outcome.lead.owner, self.team, since))
        elif outcome.refusal is not None:
            self.stuck = self.stuck or (lead.digest, leaves)
            if leaves is None:
                self.aside = self.aside._replace(full=self.aside.full | {lead.digest})
            else:
                without = self.aside.without | {(lead.digest, leaves)}
                self.aside = self.aside._replace(without=without)

    def _set_aside(self, held: Iterable[Held]) -> None:
        """What still waits is not looked at again, so that dealing comes to an end."""
        waiting = (each.lead for each in held if each.lead is not None and each.lead.waits_for == self.team)
        left = {each.id for each in waiting if each.digest not in self.aside.full}
        self.aside = self.aside._replace(leads=self.aside.leads | left)


def _leaves(conn: Connection, leads: Collection[int]) -> dict[int, str]:
    """Who handed over those of *leads* that wait for that."""
    given = history.assigned(conn, leads) if leads else {}
    told = {lead: ((entry.data or {}).get("dealt") or {}).get("leaves") for lead, entry in given.items()}
    return {lead: leaves for lead, leaves in told.items() if leaves is not None}


def _because(app: Context, conn: Connection, batch: Batch, some: _Some) -> Why:
    """Why nobody of the team could take a lead."""
    assert some.stuck is not None
    digest, leaves = some.stuck
    workflow = app.workflow(digest)
    table = choice.table(workflow, batch.people, some.team, some.at)
    if not any(each.weight for email, each in table.terms.items() if email != leaves):
        return "nobody"
    in_force = workflow_store.all_active(conn).get(workflow.name)
    if in_force is not None and in_force.digest != digest:
        if app.remember(in_force).teams.get(some.team) not in (None, workflow.teams[some.team]):
            return "older"
    return "closed" if table.is_closed else "full"


def _since(held: Held) -> tuple[datetime, int]:
    assert held.lead is not None
    return held.lead.waits_since or held.lead.as_of, held.lead.id
