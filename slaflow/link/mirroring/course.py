"""One CRM's leads written, a call's worth at a time: claimed, read, compared, written, noted.

No transaction is open while the CRM is asked. Who is killed in between has written what the next try writes
again, the same values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from slaflow.engine.context import Context
from slaflow.engine.transaction import written
from slaflow.link.crm.shapes import Crm, CrmClosed, Write
from slaflow.link.digest import digest
from slaflow.link.mirroring.hand import InHand
from slaflow.link.mirroring.loops import MOST, overdone
from slaflow.link.mirroring.values import standing
from slaflow.link.out_binding import LinkMap
from slaflow.notify.backoff import pause
from slaflow.settings.reach import Send
from slaflow.store.database import Connection
from slaflow.store.linking import mirrors as store
from slaflow.store.linking.mirrors import Mirror
from slaflow.store.rows import channels as channel_store
from slaflow.store.rows import clocks as clock_store
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import people as people_store
from slaflow.store.rows.channels import State
from slaflow.store.rows.listeners import RECEIVER
from slaflow.workflow.identity import folded

FAILURES = 5
"""What a closed CRM's failures in a row count from, as a channel's do."""


@dataclass(slots=True)
class Tally:
    """What came of it, in leads; ``closed`` says why nothing more is asked of the CRM now."""

    written: int = 0
    same: int = 0
    ignored: int = 0
    again: int = 0
    gone: int = 0
    refused: int = 0
    stopped: int = 0
    closed: str | None = None


@dataclass(slots=True)
class Owners:
    """A CRM's ids of people by folded address, asked for once an hour."""

    known: Mapping[str, str] = field(default_factory=dict)
    asked_at: datetime | None = None
    KEPT = timedelta(hours=1)

    def of(self, crm: Crm, now: datetime) -> Mapping[str, str]:
        """All of them. Raises ``CrmClosed``."""
        if self.asked_at is None or now - self.asked_at >= self.KEPT:
            self.known, self.asked_at = crm.owners(), now
        return self.known


@dataclass(slots=True)
class _Batch:
    state: State
    claimed: Sequence[Mirror]
    until: datetime
    leads: list[InHand] = field(default_factory=list)
    closed: CrmClosed | None = None
    is_answered: bool = False
    """Whether the CRM was asked anything, and answered."""


class Course:
    """The leads of the receiver *name*; *is_over* says when to stop between two calls."""

    def __init__(
        self, app: Context, send: Send, name: str, link: LinkMap, crm: Crm, owners: Owners,
        clock: Callable[[], datetime], is_over: Callable[[], bool],
    ) -> None:  # fmt: skip
        self.app, self.send, self.name, self.link, self.crm = app, send, name, link, crm
        self.owners, self.clock, self.is_over = owners, clock, is_over
        self.channel = f"{RECEIVER}{name}"
        self.tally = Tally()
        self.has_closed = False
        """Whether the CRM said so in this course, and was not closed before."""

    def run(self) -> Tally:
        """Writes until nothing is to be written, the CRM closes, or it is over."""
        while self.tally.closed is None and not self.is_over():
            batch = written(self.app, self._claimed)
            if batch is None:
                break
            try:
                self._read(batch)
                self._write(batch)
            except CrmClosed as closed:
                batch.closed = closed
            written(self.app, partial(self._save, batch))
            self._count(batch)
        return self.tally

    def _claimed(self, conn: Connection) -> _Batch | None:
        now = self.clock()
        state = channel_store.state(conn, self.channel, lock=True)
        if (because := state.shut_because(now)) is not None:
            self.tally.closed = because
            return None
        is_probe, until = state.closed_until is not None, now + self.send.lease
        claimed = store.claim(conn, self.name, now, until, 1 if is_probe else self.crm.most)
        if is_probe and claimed:
            # Others let this one find out.
            channel_store.save(conn, self.channel, closed_until=until)
        return _Batch(state, claimed, until) if claimed else None

    def _read(self, batch: _Batch) -> None:
        now = self.clock()
        owners: Mapping[str, str] = {}
        if self.link.asks_owners:
            owners = self.owners.of(self.crm, now)
        ids = [each.lead for each in batch.claimed]
        with self.app.database.read() as conn:
            people, leads = people_store.directory(conn), lead_store.read(conn, ids)
            clocks = clock_store.all_of(conn, ids)
        for mirror in batch.claimed:
            lead = leads.get(mirror.lead)
            if lead is None or lead.erased_at is not None:
                batch.leads.append(InHand(mirror, 0, None, is_erased=True))
                continue
            hand = InHand(mirror, lead.seq, None, remote=mirror.remote, is_done=True)
            if lead.workflow == self.link.workflow.name:
                workflow = self.app.workflow(lead.digest)
                clocks_of = clocks.get(lead.id, [])
                hand.standing = standing(self.link, workflow, people, lead, clocks_of, now, owners)
                hand.is_done = False
            batch.leads.append(hand)

    def _write(self, batch: _Batch) -> None:
        shown = [each for each in batch.leads if each.standing is not None]
        self._find(batch, [each for each in shown if each.remote is None])
        holders: dict[str, int] = {}
        for each in shown:
            # A record stands in a call once.
            if each.remote and (other := holders.setdefault(each.remote, each.lead)) != each.lead:
                self._is_anothers(each, other)
        there = [each for each in shown if not each.is_done]
        self._look(batch, there)
        for each in there:
            self._compare(each)
        waiting = [each for each in there if each.fields and not each.is_stopped]
        passed_over = self._ask(batch, waiting)
        back = {
            each.lead: {name for name in names if name in self.link.document.allow_back}
            for each, names in passed_over
        }
        if any(back.values()):
            self._step_back(batch, [each for each in waiting if back.get(each.lead)], back)
        for each, names in passed_over:
            if kept := [name for name in names if name not in back[each.lead]]:
                self._passed_over(each, kept)

    def _find(self, batch: _Batch, unknown: Sequence[InHand]) -> None:
        """Looks for the records of leads of which none is known; who has none, and gets none, is done."""
        document = self.link.document
        keys = {each.lead: each.standing.key for each in unknown if each.standing}
        values = sorted({key for key in keys.values() if key})
        found: Mapping[str, str | None] = {}
        if document.find is not None and values:
            found = self.crm.find(document.object, document.find.by, values)
            batch.is_answered = True
        made: dict[str, int] = {}
        by_folded = {folded(value): remote for value, remote in found.items()}
        taken = self._taken({remote for remote in by_folded.values() if remote is not None})
        for each in unknown:
            key = keys[each.lead]
            remote = by_folded.get(folded(key)) if key else None
            if remote is not None:
                self._is_of(each, remote, taken)
            elif key and folded(key) in by_folded:
                each.is_done, each.reason = True, "several records there have what it is found by"
            elif not document.create or (document.find is not None and not key):
                each.is_done, each.reason = True, "it has no record there"
            elif key and made.setdefault(folded(key), each.lead) != each.lead:
                self._is_anothers(each, made[folded(key)])

    def _is_of(self, each: InHand, remote: str, taken: dict[str, int]) -> None:
        """That record is the lead's, unless it is another's; *taken* says whose records are."""
        if taken.setdefault(remote, each.lead) != each.lead:
            self._is_anothers(each, taken[remote])
        else:
            each.remote = remote

    @staticmethod
    def _is_anothers(each: InHand, lead: int) -> None:
        each.is_done, each.reason = True, f"its record there is lead {lead}'s"

    def _taken(self, remotes: set[str]) -> dict[str, int]:
        if not remotes:
            return {}
        with self.app.database.read() as conn:
            return store.by_remote(conn, self.name, remotes)

    def _look(self, batch: _Batch, there: Sequence[InHand]) -> None:
        """Reads the records of which a field that both sides may change was never seen."""
        shared = list(self.link.document.both)
        unseen = {
            each.remote: each
            for each in there
            if each.remote is not None and any(name not in each.mirror.sent for name in shared)
        }
        if not unseen:
            return
        for record in self.crm.read(self.link.object, list(unseen), shared):
            if record.remote in unseen:
                unseen[record.remote].see(self.link, record)
        batch.is_answered = True

    def _compare(self, each: InHand) -> None:
        each.compare()
        assert each.standing is not None
        if each.standing.owner_unknown:
            each.noted = each.reason = "its owner is nobody there"
        find = self.link.document.find
        if each.remote is None and find is not None:
            # A record that is made has what it is found by.
            each.fields.setdefault(find.by, each.standing.key)
        each.is_done = not each.fields
        field_ = overdone(each.mirror.writes, each.fields, self.clock())
        if field_ is not None:
            again = f"slaflow link retry {self.name} --lead {each.lead}"
            each.is_stopped = True
            each.reason = (
                f"{field_} was written {MOST} times within an hour; see what changes it, then '{again}'"
            )

    def _ask(self, batch: _Batch, waiting: Sequence[InHand]) -> list[tuple[InHand, list[str]]]:
        """Writes what is to be written; gives whose fields stayed as they were."""
        by_lead = {each.lead: each for each in waiting}
        passed_over: list[tuple[InHand, list[str]]] = []
        for some in self._calls(batch, waiting):
            writes = [Write(each.lead, each.remote, dict(each.fields)) for each in some]
            answers = self.crm.write(self.link.object, writes)
            for each in some:
                each.outcome, each.reason = "again", "nothing was said of it"
            fresh = {each.remote for each in answers if each.remote and by_lead[each.lead].remote is None}
            taken = {each.remote: each.lead for each in batch.leads if each.remote} | self._taken(fresh)
            for answer in answers:
                each = by_lead[answer.lead]
                if each.remote is None and answer.remote is not None:
                    self._is_of(each, answer.remote, taken)
                    if each.is_done:
                        each.outcome = None
                        continue
                if names := each.take(answer.outcome, answer.remote, answer.fields):
                    passed_over.append((each, names))
                each.reason = answer.reason or each.noted
                each.is_done |= answer.outcome == "refused"
            batch.is_answered = True
        return passed_over

    def _calls(self, batch: _Batch, waiting: Sequence[InHand]) -> Iterator[Sequence[InHand]]:
        """A call's worth each; none where it might be answered when others have taken the leads over."""
        for start in range(0, len(waiting), self.crm.most):
            if self.is_over() or self.clock() + self.send.timeout > batch.until:
                return
            yield waiting[start : start + self.crm.most]

    def _step_back(self, batch: _Batch, some: Sequence[InHand], back: Mapping[int, set[str]]) -> None:
        """Has fields that move forward only be empty first, and then what they are to be: two calls, as what
        stands in one has no order."""
        wanted = {each.lead: dict(each.fields) for each in some}
        before = {
            each.lead: {n: text for n, text in each.written.items() if n not in back[each.lead]}
            for each in some
        }
        for each in some:
            each.written = before[each.lead]
            each.fields = dict.fromkeys(sorted(back[each.lead]))
            each.is_done = False
        self._ask(batch, some)
        emptied = [each for each in some if each.outcome == "written"]
        for each in emptied:
            # Should nothing come of the second call, that is what stands there.
            each.written = {**before[each.lead], **dict.fromkeys(each.fields, digest(None))}
            before[each.lead] = dict(each.written)
            each.fields = {name: wanted[each.lead][name] for name in each.fields}
            each.is_done = False
        for each, names in self._ask(batch, emptied):
            self._passed_over(each, names)
        for each in emptied:
            each.written = {**before[each.lead], **each.written}

    def _passed_over(self, each: InHand, names: Sequence[str]) -> None:
        each.outcome = "ignored"
        each.reason = f"taken without a word and left as it was: {', '.join(names)}"

    def _save(self, batch: _Batch, conn: Connection) -> None:
        now = self.clock()
        rows = store.of_leads(conn, self.name, [each.lead for each in batch.claimed])
        in_hand = {each.lead: each for each in batch.leads}
        for mirror in batch.claimed:
            row, each = rows.get(mirror.lead), in_hand.get(mirror.lead)
            if row is None:
                continue
            if each is None:
                row.claimed_until = None
            elif each.is_erased:
                store.forget(conn, mirror.lead)
                del rows[mirror.lead]
            else:
                each.save(row, now, batch.until, pause(self.send, row.tries + 1))
        store.save(conn, list(rows.values()))
        if changed := self._state(batch, now):
            channel_store.save(conn, self.channel, **changed)

    def _state(self, batch: _Batch, now: datetime) -> dict[str, object]:
        """What is to be noted of the CRM itself."""
        state, closed = batch.state, batch.closed
        if closed is not None:
            self.tally.closed, self.has_closed = closed.reason, True
            failures = max(state.failures + 1, FAILURES)
            until = now + pause(self.send, failures - FAILURES + 1, closed.for_)
            said = {"closed_because": closed.reason, "last_error": closed.reason}
            return {**said, "failures": failures, "closed_until": until}
        if batch.is_answered:
            is_open = {"failures": 0, "closed_until": None, "closed_because": None}
            return {**is_open, "last_sent_at": now}
        # Nothing was found out: the next one is a probe again.
        return {"closed_until": now} if state.closed_until is not None else {}

    def _count(self, batch: _Batch) -> None:
        for each in batch.leads:
            if each.is_stopped:
                self.tally.stopped += 1
            elif each.outcome is not None:
                setattr(self.tally, each.outcome, getattr(self.tally, each.outcome) + 1)
            elif each.is_done:
                self.tally.same += 1
