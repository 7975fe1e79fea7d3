"""One channel's deliveries, sent one after the other: claimed, made into parcels, sent, marked.

No transaction is open while anything is sent. Who is killed in between has sent under an id that the next
try has too; nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from slaflow.engine.context import Context
from slaflow.engine.transaction import written
from slaflow.notify.answer import Again, Answer, Closed, Failed, Off, Sent
from slaflow.notify.backoff import pause
from slaflow.notify.frequency.arrangement import arrange
from slaflow.notify.frequency.pace import Pace
from slaflow.notify.parcel import Channel, Parcel
from slaflow.notify.wrapping import Wrapped, wrapped
from slaflow.settings.reach import Reach
from slaflow.store.database import Connection
from slaflow.store.rows import channels as channel_store
from slaflow.store.rows import deliveries as store
from slaflow.store.rows.channels import State
from slaflow.store.rows.deliveries import Claimed, DeliveryStatus, Marked

AT_ONCE = 100
"""Deliveries that a sender takes in hand at once."""
FAILURES = 5
"""In a row; then the channel is closed."""


@dataclass(slots=True)
class Tally:
    """What a line did, in letters; ``gathered`` are the messages of those that hold several.

    ``closed`` says why it takes nothing now, ``paced_until`` when it may go on.
    """

    sent: int = 0
    gathered: int = 0
    again: int = 0
    failed: int = 0
    dropped: int = 0
    closed: str | None = None
    paced_until: datetime | None = None


@dataclass(slots=True)
class _Batch:
    """What is in hand: the channel as it was found, parcels, and what came of each so far.

    ``shared`` are the deliveries that go in another's parcel, by its id: what comes of it comes of them.
    """

    state: State
    parcels: Sequence[tuple[Claimed, Parcel]]
    shared: Mapping[int, Sequence[Claimed]]
    until: datetime
    is_probe: bool
    marked: list[Marked] = field(default_factory=list)
    failures: int = 0
    answer: Answer | None = None
    last_error: str | None = None
    last_sent_at: datetime | None = None

    def all_of(self, claimed: Claimed) -> list[Claimed]:
        """*claimed*, and what goes in its parcel."""
        return [claimed, *self.shared.get(claimed.id, ())]


class Line:
    """The deliveries of one *channel*; *by* names who sends, *is_over* says when to stop between two."""

    def __init__(
        self, app: Context, reach: Reach, channel: Channel, by: str, is_over: Callable[[], bool],
        environment: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.app, self.reach, self.channel, self.by, self.is_over = app, reach, channel, by, is_over
        self.environment = environment
        self.tally = Tally()
        self.pace = Pace(channel, by)

    def run(self) -> Tally:
        """Sends until nothing is due, the channel closes, or it is over."""
        while not self.is_over():
            batch = written(self.app, self._claimed)
            if batch is None:
                break
            self._send(batch)
            written(self.app, partial(self._mark, batch))
            if self.tally.closed is not None or self.pace.is_stuck:
                break
        self.tally.paced_until = self.pace.next_at
        return self.tally

    def _claimed(self, conn: Connection) -> _Batch | None:
        now, name = self.app.now(), self.channel.name
        state = channel_store.state(conn, name, lock=True)
        if state.off_at is not None or (state.closed_until or now) > now:
            self.tally.closed = state.off_because if state.off_at is not None else state.closed_because
            return None
        is_probe = state.closed_until is not None
        arrange(self.app, conn, name, self.reach.send.burst, now)
        until = now + self.reach.send.lease
        claimed = store.claim(conn, name, self.by, now, until, 1 if is_probe else AT_ONCE)
        if not claimed:
            return None
        if is_probe:
            # Others let this one find out.
            channel_store.save(conn, name, closed_until=until)
        claimed = self.pace.passed(conn, claimed, now)
        made = wrapped(self.app, conn, self.channel, claimed, self.reach, now, self.environment)
        store.keep_bodies(conn, made.bodies)
        self._drop(conn, made, claimed, now)
        return _Batch(state, made.parcels, made.shared, until, is_probe, failures=state.failures)

    def _drop(self, conn: Connection, made: Wrapped, claimed: Sequence[Claimed], now: datetime) -> None:
        gone = [
            Marked(each.id, each.message, status, each.tries, now, because)
            for each in claimed if (told := made.gone.get(each.id)) is not None
            for status, because in (told,)
        ]  # fmt: skip
        store.mark(conn, self.by, gone, now)
        self.tally.dropped += len(gone)

    def _send(self, batch: _Batch) -> None:
        for claimed, parcel in batch.parcels:
            now = self.app.now()
            # Who takes longer than its lease would be overtaken by somebody else.
            if self.is_over() or now + self.reach.send.timeout > batch.until:
                return
            self.pace.note(parcel.address, now)
            answer = self.channel.send(parcel.as_of(now))
            self._take(batch, claimed, answer)
            if not isinstance(answer, Sent | Failed) and self._is_shut(batch, answer):
                batch.answer = answer
                return

    def _is_shut(self, batch: _Batch, answer: Answer) -> bool:
        return isinstance(answer, Closed | Off) or batch.is_probe or batch.failures >= FAILURES

    def _take(self, batch: _Batch, claimed: Claimed, answer: Answer) -> None:
        now, tries = self.app.now(), claimed.tries + 1
        if isinstance(answer, Sent):
            batch.failures, batch.last_sent_at = 0, now
            self.tally.sent += 1
            if claimed.digest is not None:
                self.tally.gathered += len(batch.all_of(claimed))
            _note(batch, claimed, "sent", tries, now, provider_id=answer.provider_id)
            return
        batch.last_error = answer.because
        is_counted = not batch.is_probe and isinstance(answer, Again)
        if isinstance(answer, Failed) or (is_counted and tries >= self.reach.send.tries):
            self.tally.failed += 1
            _note(batch, claimed, "failed", tries, now, answer.because)
            return
        batch.failures += 1
        self.tally.again += 1
        after = answer.after if isinstance(answer, Again) else None
        next_at = now + pause(self.reach.send, tries, after) if is_counted else now
        tries = tries if is_counted else claimed.tries
        _note(batch, claimed, "waiting", tries, next_at, answer.because)

    def _mark(self, batch: _Batch, conn: Connection) -> None:
        now, name = self.app.now(), self.channel.name
        store.mark(conn, self.by, batch.marked, now)
        done = {each.id for each in batch.marked}
        held = [each.id for claimed, _ in batch.parcels for each in batch.all_of(claimed)]
        store.release(conn, self.by, [each for each in held if each not in done])
        changed = self._state(batch, now)
        if changed:
            channel_store.save(conn, name, **changed)

    def _state(self, batch: _Batch, now: datetime) -> dict[str, object]:
        changed: dict[str, object] = {}
        if batch.last_sent_at is not None:
            changed["last_sent_at"] = batch.last_sent_at
        if batch.last_error is not None:
            changed["last_error"] = batch.last_error
        answer = batch.answer
        if isinstance(answer, Off):
            self.tally.closed = answer.because
            return {**changed, "off_at": now, "off_because": answer.because}
        if answer is not None:
            failures = max(batch.failures, FAILURES)
            after = answer.after if isinstance(answer, Again | Closed) else None
            until = now + pause(self.reach.send, failures - FAILURES + 1, after)
            because = "" if isinstance(answer, Sent) else answer.because
            self.tally.closed = because
            return {**changed, "failures": failures, "closed_until": until, "closed_because": because}
        if batch.is_probe and not batch.marked:
            # Nothing was found out: the next one is a probe again.
            return {**changed, "closed_until": now}
        if batch.failures != batch.state.failures or batch.state.closed_until is not None:
            changed |= {"failures": batch.failures, "closed_until": None, "closed_because": None}
        return changed


def _note(
    batch: _Batch, claimed: Claimed, status: DeliveryStatus, tries: int, next_at: datetime,
    because: str | None = None, provider_id: str | None = None,
) -> None:  # fmt: skip
    """Notes what came of a parcel, for all that go in it."""
    batch.marked += [
        Marked(each.id, each.message, status, tries, next_at, because, provider_id)
        for each in batch.all_of(claimed)
    ]
