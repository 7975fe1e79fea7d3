"""The one write path: a batch of leads, each with an input or with none, decided and saved.

A command is a batch of one, an import a batch of thousands, tick a batch without inputs. The caller
opens the transaction; in it the leads are locked and loaded in a constant number of statements,
decided one after the other, and written in a constant number of bulk statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from slaflow.engine import findable, late_arrivals
from slaflow.engine.ask import Ask, Outcome
from slaflow.engine.batch import Batch
from slaflow.engine.context import Context
from slaflow.engine.held import Held
from slaflow.engine.leads.resurrection import forget, returns
from slaflow.engine.listening import heard
from slaflow.engine.passages import keep as passages
from slaflow.hours.zones import in_utc
from slaflow.language import writing
from slaflow.lifecycle.decision import Message
from slaflow.lifecycle.events import Created, Disputed, Lifted, Migrated, Upheld
from slaflow.lifecycle.lead import Lead
from slaflow.log.chain import seal
from slaflow.store import locks, wake
from slaflow.store.database import Connection
from slaflow.store.dealing import turns
from slaflow.store.linking import mirrors
from slaflow.store.log import entries as log_store
from slaflow.store.rows import clocks as clock_store
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import outbox as outbox_store
from slaflow.store.rows import people as people_store
from slaflow.store.rows import renamings
from slaflow.store.rows.listeners import MIRROR


def in_transaction(
    app: Context, conn: Connection, asks: Sequence[Ask], *, now: datetime | None, lenient: bool = False
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
    with writing():
        return _decided(app, conn, asks, now, lenient)


def _decided(
    app: Context, conn: Connection, asks: Sequence[Ask], now: datetime | None, lenient: bool
) -> list[Outcome]:
    """In English, whoever asks: what is written says the same to everybody, and for ever."""
    ids = {ask.lead_id for ask in asks if not isinstance(ask.happening, Created)}
    batch = load(app, conn, ids, lock_turns=True)
    clock = app.present(now)
    batch.read_loads(conn, None if any(ask.imported for ask in asks) else clock)
    recall(conn, batch, asks)
    back = returns(app, conn, batch.held, asks)
    outcomes = [batch.decide(ask, clock, lenient, each) for ask, each in zip(asks, back, strict=True)]
    forget(conn, back, outcomes)
    late_arrivals.heed(conn, asks, outcomes)
    save(conn, batch, clock)
    wakes = (each.wake_at for held in batch.held.values() for each in held.open)
    wake.announce(conn, wakes, app.now())
    return outcomes


def load(app: Context, conn: Connection, ids: Iterable[int], *, lock_turns: bool) -> Batch:
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
    if isinstance(ask.happening, Lifted | Disputed | Upheld):
        return held.lead.created_at
    if isinstance(ask.happening, Migrated):
        return None
    happened = ask.occurred_at or ask.at
    is_late = happened is not None and in_utc(happened) < held.lead.as_of
    return in_utc(happened) if is_late and happened is not None else None


def hold(app: Context, conn: Connection, leads: dict[int, Lead], *, lock_turns: bool) -> Batch:
    """A batch of *leads* that are locked already."""
    clocks = clock_store.open_of(conn, list(leads)) if leads else {}
    locks.begin(conn)
    people, listeners = people_store.directory_and_listeners(conn, lock_turns=lock_turns)
    held = {
        i: Held(lead, clocks.get(i, []), head=lead.head, fields=dict(lead.fields))
        for i, lead in leads.items()
    }
    return Batch(app, people, held, listeners)


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
    findable.keep(batch.app, conn, done)
    clock_store.advance(conn, [c for h in done for c in h.fallen.values()])
    clock_store.save(conn, [(h.lead.id, c) for h in done if h.lead for c in h.changed.values()])
    renamings.keep(conn, [(h.lead.id, each) for h in done if h.lead for each in h.renamed])
    log_store.append(conn, entries)
    passages.keep(batch.app, conn, batch.people, entries)
    outbox_store.queue(conn, list(_messages(batch, done, now)))
    if mirrored := batch.listeners.get(MIRROR):
        mirrors.mark(conn, mirrored, {h.lead.id: h.lead.seq for h in done if h.lead is not None})
    if batch.draws:
        standings = turns.after(batch.draws, batch.turns)
        turns.save_turns(conn, {name: each.turn or "" for name, each in standings.items()}, standings)


def _messages(
    batch: Batch, done: list[Held], now: datetime
) -> Iterable[tuple[int, Message, outbox_store.MessageStatus, datetime]]:
    """Messages with their first status: one too old when it is recorded is kept, not sent.

    Receivers hear of everything, however late: they keep books, and nobody is woken by them.
    """
    for held in done:
        assert held.lead is not None
        bound = batch.app.workflow(held.lead.digest).notify_within
        for message in held.messages:
            status: outbox_store.MessageStatus = "stale" if now - message.at > bound else "waiting"
            yield held.lead.id, message, status, now
        if batch.listeners:
            for message in heard(batch.listeners, held.entries):
                yield held.lead.id, message, "waiting", now
