"""The leads of one transaction, decided one after the other; nothing is written here."""

from __future__ import annotations

from datetime import datetime

from slaflow.engine.ask import AlreadyThere, Ask, LeadNotThere, LoggedSince, Outcome
from slaflow.engine.context import Context
from slaflow.engine.held import Held
from slaflow.engine.leads.resurrection import Return
from slaflow.engine.loads import StoredLoads
from slaflow.errors import SlaflowError
from slaflow.hours.zones import in_utc, supported
from slaflow.lifecycle.dealing.loads import Draw
from slaflow.lifecycle.decide import check_not_ahead
from slaflow.lifecycle.decision import Decision
from slaflow.lifecycle.events import Created, Disputed, Input, Lifted, Migrated, Upheld
from slaflow.lifecycle.input_values import typed
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.people import Directory
from slaflow.lifecycle.rights.judged import judged
from slaflow.store.database import Connection
from slaflow.store.errors import ConflictingChange, StoreError
from slaflow.store.rows.listeners import NOBODY, Listeners
from slaflow.workflow.model.workflow import Workflow

BATCH = 1000
"""Leads that a tick takes in hand at once, unless it is told otherwise."""


class Batch:
    """The leads of one transaction, locked and loaded, whom they are decided with, and who listens."""

    def __init__(
        self, app: Context, people: Directory, held: dict[int, Held], listeners: Listeners = NOBODY
    ) -> None:
        self.app = app
        self.people = people
        self.held = held
        self.listeners = listeners
        self.turns = people.turns
        """Whom each team had drawn last when the transaction began."""
        self.draws: list[Draw] = []
        self._loads: StoredLoads | None = None

    def read_loads(self, conn: Connection, before: datetime | None) -> None:
        """Has teams dealt by what the other leads are, with what fell *before*; of a batch that draws."""
        self._loads = StoredLoads(self.app, conn, self.people, self.held, before)
        self.people = self.people.reading(self._loads)

    def decide(self, ask: Ask, now: datetime, lenient: bool, back: Return | None) -> Outcome:
        """Decides one input on the lead as the one before left it; *back* is an erased identity it takes."""
        held = self._held(ask)
        if held.is_full:
            return Outcome(held.lead, more=True)
        try:
            _check_as_known(ask, held.lead)
            if back is not None:
                back.check(ask)
            workflow = ask.workflow or self._workflow(held, ask.lead_id)
            event = _input(ask, held.lead, now, workflow)
            if ask.expected is not None:
                ask.expected.check(self._standing(held, workflow, event))
            named = self._named(workflow, held, event)
            event = judged(
                named, self.people, event, lambda: self._standing(held, workflow, event),
                acts_on=self.app.acts_on,
            )  # fmt: skip
            # Who moves leads asks once of each in a transaction: nobody reads what became of one that stays.
            in_place = not lenient or isinstance(event.happening, Migrated)
            decision = held.decide(
                workflow, self.people, event, now, versions=self.app.workflow, in_place=in_place
            )
        except (ConflictingChange, StoreError):
            # What is read of others may fail as well: that is the transaction's, and no lead's own.
            raise
        except SlaflowError as error:
            if not lenient:
                raise
            return Outcome(held.lead, error=error)
        if lenient and decision.refusal is not None and not decision.is_evidence:
            return Outcome(held.lead, refusal=decision.refusal)
        self._take(held, decision)
        return _outcome(decision)

    def settle(self, lead_id: int, now: datetime) -> Outcome:
        """Lets time pass for one lead."""
        held = self.held[lead_id]
        workflow = self._workflow(held, lead_id)
        decision = held.decide(workflow, self.people, None, now, in_place=True)
        self._take(held, decision)
        return _outcome(decision)

    def standing(self, lead_id: int, at: datetime) -> Lead:
        """The lead with what has fallen before *at*; nothing of that is kept."""
        held = self.held[lead_id]
        lead = held.decide(self._workflow(held, lead_id), self.people, None, at).lead
        assert lead is not None
        return lead

    def _standing(self, held: Held, workflow: Workflow, event: Input) -> Lead:
        """The lead as the input finds it; nothing of it is kept."""
        lead = held.decide(workflow, self.people, None, event.arrived_at).lead
        assert lead is not None
        return lead

    def _named(self, workflow: Workflow, held: Held, event: Input) -> Workflow:
        """The version by which it is judged who may: of a breach of a target now gone the one it broke."""
        said = event.happening
        if not isinstance(said, Lifted | Disputed | Upheld) or workflow.has_target(said.target):
            return workflow
        return next((self.app.workflow(c.digest) for c in held.clocks if c.target == said.target), workflow)

    def _held(self, ask: Ask) -> Held:
        if isinstance(ask.happening, Created):
            self.held[ask.lead_id] = Held(is_new=True)
        held = self.held.get(ask.lead_id)
        return Held(is_new=True) if held is None else held

    def _workflow(self, held: Held, lead_id: int) -> Workflow:
        if held.lead is None:
            raise LeadNotThere(lead_id)
        return self.app.workflow(held.lead.digest)

    def _take(self, held: Held, decision: Decision) -> None:
        held.take(decision)
        for draw in decision.draws:
            self.draws.append(draw)
            self.people = self.people.after_draw(draw)
        if self._loads is not None and held.lead is not None:
            self._loads.moved(held.lead)


def _check_as_known(ask: Ask, lead: Lead | None) -> None:
    """Raises where the lead is not as who asks knows it."""
    if lead is None:
        return
    if isinstance(ask.happening, Migrated) and lead.digest == ask.happening.to:
        raise AlreadyThere(lead.id)
    if ask.seq is not None and lead.seq != ask.seq:
        raise LoggedSince(lead.id)


def _outcome(decision: Decision) -> Outcome:
    return Outcome(
        decision.lead,
        decision.refusal,
        more=decision.more,
        entries=decision.entries,
        messages=decision.messages,
        steps=decision.steps,
        moves=decision.moves,
    )


def _input(ask: Ask, lead: Lead | None, now: datetime, workflow: Workflow) -> Input:
    if ask.at is not None:
        arrived = in_utc(ask.at)
        if isinstance(ask.happening, Migrated) and lead is not None:
            arrived = max(arrived, lead.as_of)
    else:
        arrived = max(now, lead.as_of) if lead is not None else now
    occurred = arrived if ask.occurred_at is None else supported(ask.occurred_at)
    occurred = check_not_ahead(occurred, max(arrived, now))
    # What a file says was read by its map.
    happening = ask.happening if ask.imported else typed(workflow, ask.happening)
    return Input(happening, ask.actor, min(occurred, arrived), arrived, ask.imported, via=ask.via)
