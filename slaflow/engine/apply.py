"""The one write path: a batch of leads, each with an input or with none, decided and saved.

A command is a batch of one, an import a batch of thousands, tick a batch without inputs. The caller
opens the transaction; in it the leads are locked and loaded in a constant number of statements,
decided one after the other, and written in a constant number of bulk statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from slaflow.clock.state import Clock
from slaflow.engine import late_arrivals
from slaflow.engine.leads.resurrection import Return, forget, returns
from slaflow.errors import SlaflowError
from slaflow.hours.zones import in_utc, supported
from slaflow.lifecycle.decide import check_not_ahead, decide
from slaflow.lifecycle.decision import Decision, Message, Refusal
from slaflow.lifecycle.draft import Draft
from slaflow.lifecycle.events import Created, Happening, Input, Lifted
from slaflow.lifecycle.input_values import typed
from slaflow.lifecycle.late import concerns
from slaflow.lifecycle.lead import Actor, Lead
from slaflow.lifecycle.people import Directory
from slaflow.log.chain import seal
from slaflow.log.entry import GENESIS
from slaflow.store import locks, wake
from slaflow.store.database import Connection
from slaflow.store.log import entries as log_store
from slaflow.store.rows import clocks as clock_store
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import outbox as outbox_store
from slaflow.store.rows import people as people_store
from slaflow.workflow.model.workflow import Workflow

if TYPE_CHECKING:
    from slaflow.engine.app import Engine


class LeadNotThere(SlaflowError):
    """An input for a lead that was never created."""

    code = "lead_not_there"

    def __init__(self, lead_id: int) -> None:
        self.lead_id = lead_id
        super().__init__(f"lead {lead_id} is not there; add it first with 'slaflow lead add'")


@dataclass(frozen=True, slots=True)
class Ask:
    """One input for one lead.

    ``at`` is its arrival; None: the clock, once the lead is held, never before what was logged last.
    ``occurred_at`` None is the arrival. ``workflow`` and a fresh ``lead_id`` go with a ``Created``. What is
    ``imported`` arrives at its own instant, however long ago that is. ``resurrect`` lets it take the identity
    of a lead that was erased.
    """

    lead_id: int
    happening: Happening
    actor: Actor
    at: datetime | None = None
    occurred_at: datetime | None = None
    workflow: Workflow | None = None
    imported: bool = False
    resurrect: bool = False


@dataclass(slots=True)
class Outcome:
    """What became of one ask. ``error`` is set only where the batch was asked to be lenient.

    ``more`` says that the steps before the input filled a transaction: save, then ask again.
    ``resurrected`` says that the lead now has the identity of one that was erased.
    """

    lead: Lead | None = None
    refusal: Refusal | None = None
    error: SlaflowError | None = None
    more: bool = False
    entries: list[Draft] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    steps: int = 0
    resurrected: bool = False

    @property
    def is_done(self) -> bool:
        """Whether the input was taken."""
        return not (self.more or self.refusal or self.error)


@dataclass(slots=True)
class Held:
    """A lead of the batch with what has been decided for it so far."""

    lead: Lead | None
    head: str
    clocks: list[Clock] = field(default_factory=list)
    ended: dict[tuple[str, int], Clock] = field(default_factory=dict)
    """Clocks that are over and that a late input may concern: those of this batch, others if asked for."""
    changed: dict[tuple[str, int], Clock] = field(default_factory=dict)
    fallen: dict[tuple[str, int], Clock] = field(default_factory=dict)
    is_moved: bool = False
    entries: list[Draft] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    is_new: bool = False
    is_full: bool = False
    """Steps that come before its next input filled this transaction: its inputs wait for another."""

    def clocks_for(self, event: Input) -> list[Clock]:
        """The open clocks, after those that are over and that *event* concerns."""
        if not self.ended:
            return self.clocks
        return [*(clock for clock in self.ended.values() if concerns(event, clock)), *self.clocks]

    def take(self, decision: Decision) -> None:
        """Makes what was decided the lead's present."""
        self.lead = decision.lead
        self.is_full = decision.more
        self.clocks = [clock for clock in decision.clocks if clock.is_open]
        if len(self.clocks) < len(decision.clocks):
            self.ended.update({(c.target, c.number): c for c in decision.clocks if not c.is_open})
        for clock in decision.changed:
            self.changed[clock.target, clock.number] = clock
            self.fallen.pop((clock.target, clock.number), None)
        for clock in decision.fallen:
            known = self.changed if (clock.target, clock.number) in self.changed else self.fallen
            known[clock.target, clock.number] = clock
        self.is_moved |= decision.is_moved
        self.entries += decision.entries
        self.messages += decision.messages


class Batch:
    """The leads of one transaction, locked and loaded, and the directory they are decided with."""

    def __init__(self, app: Engine, people: Directory, held: dict[int, Held]) -> None:
        self.app = app
        self.people = people
        self.held = held
        self.turns: dict[str, str] = {}

    def decide(self, ask: Ask, now: datetime, lenient: bool, back: Return | None) -> Outcome:
        """Decides one input on the lead as the one before left it; *back* is an erased identity it takes."""
        held = self._held(ask)
        if held.is_full:
            return Outcome(held.lead, more=True)
        try:
            if back is not None:
                back.check(ask)
            workflow = ask.workflow or self._workflow(held, ask.lead_id)
            event = _input(ask, held.lead, now, workflow)
            clocks = held.clocks_for(event)
            decision = decide(workflow, self.people, held.lead, clocks, event, now, in_place=not lenient)
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
        decision = decide(workflow, self.people, held.lead, held.clocks, None, now, in_place=True)
        self._take(held, decision)
        return _outcome(decision)

    def _held(self, ask: Ask) -> Held:
        nobody = Held(None, GENESIS, is_new=True)
        if isinstance(ask.happening, Created):
            self.held[ask.lead_id] = nobody
        return self.held.get(ask.lead_id, nobody)

    def _workflow(self, held: Held, lead_id: int) -> Workflow:
        if held.lead is None:
            raise LeadNotThere(lead_id)
        return self.app.workflow(held.lead.digest)

    def _take(self, held: Held, decision: Decision) -> None:
        held.take(decision)
        for team, drawn in decision.turns.items():
            self.turns[team] = drawn
            self.people = self.people.after_turn(team, drawn)


def _outcome(decision: Decision) -> Outcome:
    return Outcome(
        decision.lead,
        decision.refusal,
        more=decision.more,
        entries=decision.entries,
        messages=decision.messages,
        steps=decision.steps,
    )


def _input(ask: Ask, lead: Lead | None, now: datetime, workflow: Workflow) -> Input:
    if ask.at is not None:
        arrived = in_utc(ask.at)
    else:
        arrived = max(now, lead.as_of) if lead is not None else now
    occurred = arrived if ask.occurred_at is None else supported(ask.occurred_at)
    occurred = check_not_ahead(occurred, max(arrived, now))
    # What a file says was read by its map.
    happening = ask.happening if ask.imported else typed(workflow, ask.happening)
    return Input(happening, ask.actor, min(occurred, arrived), arrived, ask.imported)


def in_transaction(
    app: Engine, conn: Connection, asks: Sequence[Ask], *, now: datetime | None, lenient: bool = False
) -> list[Outcome]:
    """Decides *asks* in order and writes what they make.

    Args:
        now: the command's clock, ``recorded_at`` of everything written; None: the wall clock, read
            once the leads are held.
        lenient: an ask that is refused or wrong leaves no trace and the rest go on (imports); else
            the first wrong one raises, and a refused one is logged. A refused one that is late evidence
            and keeps or lifts a promise is logged in any case.

    Returns:
        An outcome per ask, in order. What is asked of a lead after an ask with ``more`` waits too.

    Raises:
        LeadNotThere, UnknownName, InvalidValue, AheadOfClock, NaiveInstant, IdentityErased: unless *lenient*.
    """
    ids = {ask.lead_id for ask in asks if not isinstance(ask.happening, Created)}
    batch = load(app, conn, ids, lock_turns=True)
    clock = app.present(now)
    recall(conn, batch, asks)
    back = returns(app, conn, batch, asks)
    outcomes = [batch.decide(ask, clock, lenient, each) for ask, each in zip(asks, back, strict=True)]
    forget(conn, back, outcomes)
    late_arrivals.heed(conn, asks, outcomes)
    save(conn, batch, clock)
    wakes = (each.wake_at for held in batch.held.values() for each in held.clocks)
    wake.announce(conn, wakes, app.now())
    return outcomes


def load(app: Engine, conn: Connection, ids: Iterable[int], *, lock_turns: bool) -> Batch:
    """Locks and loads the leads *ids* with their open clocks, and the directory."""
    leads = lead_store.lock(conn, sorted(ids))
    return hold(app, conn, leads, lock_turns=lock_turns)


def recall(conn: Connection, batch: Batch, asks: Sequence[Ask]) -> None:
    """Loads the clocks that are over and that late asks may concern; one statement, none where none is."""
    late = [(ask.lead_id, at) for ask in asks if (at := _recalled_from(batch, ask)) is not None]
    if not late:
        return
    lead_ids, since = {lead_id for lead_id, _ in late}, min(at for _, at in late)
    for lead_id, clocks in clock_store.ended_of(conn, lead_ids, since).items():
        batch.held[lead_id].ended.update({(c.target, c.number): c for c in clocks})


def _recalled_from(batch: Batch, ask: Ask) -> datetime | None:
    """The instant up to which clocks that ended are of no concern to *ask*; None: none is."""
    held = batch.held.get(ask.lead_id)
    if held is None or held.lead is None:
        return None
    if isinstance(ask.happening, Lifted):
        return held.lead.created_at
    happened = ask.occurred_at or ask.at
    is_late = happened is not None and in_utc(happened) < held.lead.as_of
    return in_utc(happened) if is_late and happened is not None else None


def hold(app: Engine, conn: Connection, leads: dict[int, Lead], *, lock_turns: bool) -> Batch:
    """A batch of *leads* that are locked already."""
    clocks = clock_store.open_of(conn, list(leads)) if leads else {}
    locks.begin(conn)
    people = people_store.directory(conn, lock_turns=lock_turns)
    held = {i: Held(lead, lead.head, clocks.get(i, [])) for i, lead in leads.items()}
    return Batch(app, people, held)


def save(conn: Connection, batch: Batch, now: datetime) -> None:
    """Writes everything the batch decided; nothing where nothing was decided."""
    done = [h for h in batch.held.values() if h.entries and h.lead is not None]
    if not done:
        return
    entries = []
    for held in done:
        lead = held.lead
        assert lead is not None
        sealed, lead.head = seal(
            held.entries, stream=f"lead:{lead.id}", lead=lead.id, salt=lead.salt,
            digest=lead.digest, head=held.head, recorded_at=now,
        )  # fmt: skip
        entries += sealed
    lead_store.insert(conn, [h.lead for h in done if h.is_new and h.lead])
    known = [h for h in done if not h.is_new]
    lead_store.update(conn, [h.lead for h in known if h.is_moved and h.lead])
    lead_store.advance(conn, [h.lead for h in known if not h.is_moved and h.lead])
    clock_store.advance(conn, [c for h in done for c in h.fallen.values()])
    clock_store.save(conn, [(h.lead.id, c) for h in done if h.lead for c in h.changed.values()])
    log_store.append(conn, entries)
    outbox_store.queue(conn, list(_messages(batch, done, now)))
    if batch.turns:
        people_store.save_turns(conn, batch.turns)


def _messages(
    batch: Batch, done: list[Held], now: datetime
) -> Iterable[tuple[int, Message, outbox_store.MessageStatus, datetime]]:
    """Messages with their first status: one too old when it is recorded is kept, not sent."""
    for held in done:
        assert held.lead is not None
        bound = batch.app.workflow(held.lead.digest).notify_within
        for message in held.messages:
            status: outbox_store.MessageStatus = "stale" if now - message.at > bound else "waiting"
            yield held.lead.id, message, status, now
