"""Closing the periods of commitments (rules.md, 20): stated once, never changed; what comes later restates.

Everything falls at an instant of its own, whenever a tick comes by: a period's closing, a look at its pace,
the arrival of something that belongs to a closed period. Oldest first, each is decided on what had arrived
by then, so that one tick a month writes what daily ones would have written.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import compress
from typing import Any

from slaflow.engine import streams
from slaflow.engine.commitments import schedule
from slaflow.engine.commitments.measure import measure
from slaflow.engine.commitments.pace import pace_of
from slaflow.engine.commitments.recipients import messages
from slaflow.engine.commitments.schedule import Item, Versions
from slaflow.engine.commitments.signatures import signatures, signed_data
from slaflow.engine.context import Context
from slaflow.engine.transaction import TRIES
from slaflow.lifecycle.commitments.figures import as_data
from slaflow.lifecycle.commitments.results import Measured, restored, stored
from slaflow.lifecycle.commitments.terms import Terms
from slaflow.lifecycle.commitments.verdicts import MISSED, owed
from slaflow.lifecycle.decision import Draft, instant_text
from slaflow.lifecycle.lead import SYSTEM_ACTOR
from slaflow.store import locks
from slaflow.store.commitments import periods as store
from slaflow.store.commitments.periods import Closed
from slaflow.store.database import Connection
from slaflow.store.errors import ConflictingChange
from slaflow.store.log import archives
from slaflow.store.log import entries as log_store
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import outbox as outbox_store
from slaflow.store.rows import people as people_store
from slaflow.store.rows import values
from slaflow.store.rows import workflows as workflow_store
from slaflow.store.rows.secrets import KEY_BYTES
from slaflow.workflow.model.commitment import Commitment, Signed, distinct_of
from slaflow.workflow.model.periods import parse_period

AT_ONCE = 100
"""Statements in one transaction."""
log = logging.getLogger("slaflow.tick")


@dataclass(slots=True)
class Stated:
    """What a tick did about commitments: entries of kind ``commitment``, of kind ``warned``, messages."""

    commitments: int = 0
    warned: int = 0
    notified: int = 0

    def __add__(self, other: Stated) -> Stated:
        return Stated(
            self.commitments + other.commitments, self.warned + other.warned, self.notified + other.notified
        )  # fmt: skip


def close_periods(app: Context, now: datetime, settle: Callable[[], None]) -> Stated:
    """States what fell strictly before *now*, agreement by agreement.

    1. Whoever had begun to decide before *now* is waited for; who begins after it arrives after it.
    2. *settle* carries out what other workers left meanwhile. An agreement of which somebody still has leads
       in hand is left to the next tick.
    3. Its periods are stated in order of their instants, as many in one transaction as it takes in.

    Cost where nothing fell: one statement.
    """
    with app.database.read() as conn:
        names = store.awake(conn, now)
    done = Stated()
    if names:
        with app.database.write() as conn:
            locks.wait_for_all(conn)
    for name in names:
        if not _is_settled(app, name, now, settle):
            log.info("%s: another worker has leads in hand; its periods close with the next tick", name)
            continue
        is_more = True
        while is_more:
            stated, is_more = _in_transaction(app, name, now)
            done += stated
    return done


def closings_before(app: Context, now: datetime) -> int:
    """How many closings a tick at *now* would state."""
    with app.database.read() as conn:
        until = store.done_until(conn)
        names = [name for name in store.awake(conn, now) if name in until]
        found = [
            item
            for name in names
            for item in schedule.between(versions_of(app, conn, name), until[name], now)
            if item.step is None
        ]
    return len(found)


def versions_of(app: Context, conn: Connection, name: str) -> Versions:
    """Every version of an agreement that was ever in force, oldest first."""
    rows = workflow_store.versions(conn, name)[::-1]
    return [(row.activated_at, app.remember(row)) for row in rows]


def _is_settled(app: Context, name: str, now: datetime, settle: Callable[[], None]) -> bool:
    """Whether no lead but failing ones has a step before *now*; waits for who has such a lead in hand."""
    for _ in range(TRIES):
        with app.database.write() as conn:
            waiting, _failing = store.unsettled(conn, name, now)
            lead_store.lock(conn, waiting)
        if not waiting:
            return True
        settle()
    return False


def _in_transaction(app: Context, name: str, now: datetime) -> tuple[Stated, bool]:
    """States a bounded number of things; whether there is more to state."""
    try:
        with app.database.write() as conn:
            until = store.hold(conn, name)
            if until is None:
                store.forget_late(conn, [each.id for each in store.late(conn, name, now)])
                return Stated(), False
            statement = Statement(app, conn, name, now, versions_of(app, conn, name))
            return statement.state(until)
    except ConflictingChange:
        log.info("another process was faster; looking at the periods of %s again", name)
        return Stated(), True


@dataclass(slots=True)
class Statement:
    """One agreement's closings, paces and restatements in one transaction."""

    app: Context
    conn: Connection
    name: str
    now: datetime
    versions: Versions
    done: Stated = field(default_factory=Stated)
    _learnt: list[tuple[datetime, datetime]] | None = None

    def state(self, until: datetime) -> tuple[Stated, bool]:
        """Works off what fell from *until* on, oldest first; whether there is more."""
        if until >= self.now:
            self._restate_all(self.now)
            return self.done, False
        pending = schedule.between(self.versions, until, self.now)
        upto = self.now
        for place, item in enumerate(pending):
            if place >= AT_ONCE and item.at > pending[place - 1].at:
                upto = item.at
                break
            self._restate_all(item.at)
            self._close(item) if item.step is None else self._look_at_pace(item)
        self._restate_all(upto)
        wake = upto if upto < self.now else schedule.next_at(self.versions, self.now)
        store.advance(self.conn, self.name, upto, wake)
        return self.done, upto < self.now

    # Closing

    def _close(self, item: Item) -> None:
        terms, commitment = item.terms, item.commitment
        if store.closed_one(self.conn, self.name, commitment.name, terms.period.label) is not None:
            return
        _waiting, failing = store.unsettled(self.conn, self.name, item.at)
        if distinct_of(commitment.measure) is not None:
            values.keep_key(self.conn, secrets.token_bytes(KEY_BYTES))
        measured, data = self._judged(item)
        if failing:
            data["unsettled"] = failing
        seq = self._log("commitment", item, data)
        statement = {"seq": seq, "at": instant_text(item.at), "data": data, "results": stored(measured)}
        row = Closed(commitment.name, terms.period.label, item.at, data["verdict"], [statement])
        store.close(self.conn, self.name, row)
        self.done.commitments += 1
        self._tell_of_miss(item, seq, data)
        self._note_late(item.at)

    def _note_late(self, at: datetime) -> None:
        """Notes what happened up to this closing and was known after it, unless one before noted it."""
        if self._learnt is None:
            # Nothing is closed before it, so this is all that any closing of this transaction may note.
            self._learnt = store.learnt_after(self.conn, self._digests, at)
        is_late = [happened <= at < known for happened, known in self._learnt]
        store.note_late(self.conn, self.name, compress(self._learnt, is_late))
        self._learnt = [each for each, noted in zip(self._learnt, is_late, strict=True) if not noted]

    def _judged(self, item: Item) -> tuple[Measured, dict[str, Any]]:
        if isinstance(item.commitment.measure, Signed):
            label = item.terms.period.label
            given = [each for each in signatures(self.conn, self.name, label) if each.at <= item.at]
            return Measured(), {
                **about(item.terms, item.commitment),
                **signed_data(item.commitment, item.at, given),
            }
        measured = self._measure(item.terms, item.commitment, item.at, item.at)
        return measured, self._data(item.terms, item.commitment, measured)

    def _measure(
        self, terms: Terms, commitment: Commitment, known_by: datetime, decided_by: datetime, **rest: Any
    ) -> Measured:
        return measure(self.app, self.conn, self.versions, terms, commitment, known_by, decided_by, **rest)

    def _data(self, terms: Terms, commitment: Commitment, measured: Measured) -> dict[str, Any]:
        return {**about(terms, commitment), **as_data(commitment, owed(terms, commitment), measured)}

    def _tell_of_miss(self, item: Item, seq: int, data: dict[str, Any]) -> None:
        missed = item.commitment.missed
        if missed is None or data["verdict"] != MISSED:
            return
        last = store.last_closed(self.conn, self.name, item.commitment.name, missed.in_a_row)
        if len(last) == missed.in_a_row and all(each.verdict == MISSED for each in last):
            owners = [each["owner"] for each in data.get("owners", ()) if each["verdict"] == MISSED]
            self._tell("commitment", item, missed.to, seq, data, owners)

    # Pace

    def _look_at_pace(self, item: Item) -> None:
        assert item.step is not None
        measured = self._measure(item.terms, item.commitment, item.at, item.at)
        pace = pace_of(item.terms, item.commitment, measured, item.at)
        if pace is None or not pace.is_short:
            return
        data = {**about(item.terms, item.commitment), **pace.as_data()}
        seq = self._log("warned", item, data)
        self.done.warned += 1
        self._tell("warned", item, item.step.to, seq, data, pace.short_owners)

    # Restating

    def _restate_all(self, before: datetime) -> None:
        """Restates what was altered by what was known strictly before that instant, or at the closing."""
        arrivals = store.late(self.conn, self.name, before)
        if not arrivals:
            return
        closed = store.closed(self.conn, self.name, since=min(each.happened_at for each in arrivals))
        looks = {
            (max(each.known_at, row.closed_at), place)
            for each in arrivals
            for place, row in enumerate(closed)
            if row.closed_at >= each.happened_at
        }
        for known_by, place in sorted(looks):
            self._restate(closed[place], known_by)
        store.forget_late(self.conn, [each.id for each in arrivals])

    def _restate(self, row: Closed, known_by: datetime) -> None:
        terms = schedule.terms_of(self.versions, parse_period(row.period))
        commitment = None if terms is None else terms.workflow.commitments.get(row.commitment)
        if terms is None or commitment is None or isinstance(commitment.measure, Signed):
            return
        last = row.statements[-1]
        before = restored(commitment, last["results"])
        measured = self._corrected(terms, commitment, row, known_by, before)
        if measured == before:
            return
        data = {**self._data(terms, commitment, measured), "restates": last["at"]}
        item = Item(known_by, 1, commitment.index, terms, commitment)
        seq = self._log("commitment", item, data)
        row.statements.append(
            {"seq": seq, "at": instant_text(known_by), "data": data, "results": stored(measured)}
        )
        store.restate(self.conn, self.name, row)
        self.done.commitments += 1

    def _corrected(
        self, terms: Terms, commitment: Commitment, row: Closed, known_by: datetime, before: Measured
    ) -> Measured:
        """The results as known by then; where not all of it is in the log, what stood and the difference."""
        archived = archives.horizon(self.conn)
        is_archived = archived is not None and terms.bounds[0] < archived
        if not is_archived and not store.has_gaps(self.conn, self._digests, *terms.bounds):
            return self._measure(terms, commitment, known_by, row.closed_at)
        last = row.statements[-1]
        then = self._measure(
            terms, commitment, datetime.fromisoformat(last["at"]), row.closed_at,
            written_before=log_store.entry_id(self.conn, self._stream, last["seq"]),
            without_archived=is_archived,
        )  # fmt: skip
        now = self._measure(terms, commitment, known_by, row.closed_at, without_archived=is_archived)
        return before.plus_difference(now, then)

    # Writing

    def _log(self, kind: str, item: Item, data: dict[str, Any]) -> int:
        party = item.commitment.owed_by[0] if len(item.commitment.owed_by) == 1 else None
        draft = Draft(
            0, kind, "consequence", item.at, SYSTEM_ACTOR.name, party, target=item.commitment.name,
            step=item.step.label if item.step else None, data=data,
        )  # fmt: skip
        streams.append(self.conn, self._stream, draft, self.now, item.terms.workflow.digest)
        return draft.seq

    @property
    def _digests(self) -> list[str]:
        return [workflow.digest for _, workflow in self.versions]

    @property
    def _stream(self) -> str:
        return f"workflow:{self.name}"

    def _tell(
        self, kind: str, item: Item, to: Sequence[str], seq: int, data: dict[str, Any],
        owners: Sequence[str | None],
    ) -> None:  # fmt: skip
        queued = messages(
            item, kind, to, seq, {"workflow": self.name, **data}, owners, people_store.directory(self.conn)
        )
        bound = item.terms.workflow.notify_within
        status: outbox_store.MessageStatus = "stale" if self.now - item.at > bound else "waiting"
        outbox_store.queue_of_stream(self.conn, self._stream, [(each, status, self.now) for each in queued])
        self.done.notified += len(queued)


def about(terms: Terms, commitment: Commitment) -> dict[str, Any]:
    """What a statement is about, as data."""
    start, end = terms.bounds
    return {
        "commitment": commitment.name, "title": commitment.title, "period": terms.period.label,
        "every": commitment.every, "from": instant_text(start), "to": instant_text(end),
        "owed_by": list(commitment.owed_by),
    }  # fmt: skip
