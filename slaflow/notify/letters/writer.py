"""Deliveries made into letters: what each says as of now, to whom, and what they can do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Protocol
from zoneinfo import ZoneInfo

from slaflow.agreement.words.naming import plain
from slaflow.clock.due import time_left
from slaflow.clock.state import Clock
from slaflow.engine.context import Context
from slaflow.engine.desk.meanwhile import Happened, meanwhile, name_of
from slaflow.engine.leads.lead_json import kept_by
from slaflow.engine.settle import settled
from slaflow.errors import SlaflowError
from slaflow.lifecycle.decision import Decision, Draft, Message
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.people import Directory
from slaflow.log.entry import Entry
from slaflow.notify.letters import truth
from slaflow.notify.letters.letter import Button, ClockTold, LeadTold, Letter, MessageTold, Reader, Why
from slaflow.notify.letters.truth import Gone
from slaflow.notify.links import buttons_of, stop_url_of
from slaflow.settings.reach import Reach
from slaflow.store.database import Connection
from slaflow.store.log import history
from slaflow.store.log.checkpoints import identity_of
from slaflow.store.rows import clocks as clock_store
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import outbox as outbox_store
from slaflow.store.rows import people as people_store
from slaflow.store.rows.outbox import Stored
from slaflow.store.sending.preferences import Preferences
from slaflow.store.sending.told_steps import superseded
from slaflow.workflow.identity import folded
from slaflow.workflow.model.lead import Value
from slaflow.workflow.model.workflow import Workflow

LANGUAGE = "en"
PROMISES = 4
"""What is owed on a lead that a letter about another thing shows at most."""
FACTS = 6
"""What is known of a lead that a letter shows at most, in the agreement's order."""


class Addressed(Protocol):
    """A delivery, as far as its letter depends on it; ``person`` is the recorded one it reaches."""

    @property
    def id(self) -> int: ...
    @property
    def message(self) -> int: ...
    @property
    def channel(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def person(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class _Standing:
    """A lead settled in memory, with the whole of its log."""

    workflow: Workflow
    decision: Decision
    at: datetime

    @property
    def lead(self) -> Lead:
        return self.decision.lead


def letters_of(
    app: Context, conn: Connection, deliveries: Sequence[Addressed], reach: Reach, now: datetime,
    environment: Mapping[str, str] | None = None,
) -> dict[int, Letter | Gone]:  # fmt: skip
    """By delivery the letter that is sent as of *now*, or why none is.

    Cost: a constant number of statements, and one for the log of each lead to which something happened since.
    """
    return _Writer(app, conn, deliveries, reach, now, environment).written()


def untrue(
    app: Context, conn: Connection, deliveries: Sequence[Addressed], reach: Reach, now: datetime
) -> dict[int, Gone]:
    """By delivery why it is not to be told any more, of those that are not. Cost: a constant number of
    statements; each lead is settled."""
    return _Writer(app, conn, deliveries, reach, now, None).gone()


def digest_id(conn: Connection, first: Addressed) -> str:
    """The id of the letter of several deliveries, for all of which *first* stands."""
    return _id(identity_of(conn), f"digest {first.id}", first)


class _Writer:
    def __init__(
        self, app: Context, conn: Connection, deliveries: Sequence[Addressed], reach: Reach, now: datetime,
        environment: Mapping[str, str] | None,
    ) -> None:  # fmt: skip
        self.app, self.conn, self.reach, self.now, self.environment = app, conn, reach, now, environment
        self.deliveries = deliveries
        numbers = {each.message for each in deliveries}
        self.messages = outbox_store.by_id(conn, numbers)
        self.later = superseded(conn, numbers)
        self.people = people_store.directory(conn)
        self.identity = identity_of(conn)
        leads = {each.lead_id for each in self.messages.values() if each.lead_id is not None}
        self.leads = dict(self._settled(leads))
        self.preferences = Preferences(conn)
        self._logs: dict[int, list[Entry]] = {}

    def written(self) -> dict[int, Letter | Gone]:
        return {each.id: self._letter(each, self.messages[each.message]) for each in self.deliveries}

    def gone(self) -> dict[int, Gone]:
        found = ((each.id, self._gone(self.messages[each.message])) for each in self.deliveries)
        return {number: gone for number, gone in found if gone is not None}

    def _gone(self, stored: Stored) -> Gone | None:
        if stored.lead_id is None:
            return None
        standing = self.leads[stored.lead_id]
        clock = _clock(standing, stored.message)
        return truth.gone(stored.message, stored.id, standing.lead, clock, self.later)

    def _settled(self, ids: set[int]) -> Iterator[tuple[int, _Standing]]:
        clocks = clock_store.all_of(self.conn, ids) if ids else {}
        for lead_id, lead in (lead_store.read(self.conn, ids) if ids else {}).items():
            workflow, at = self.app.workflow(lead.digest), max(self.now, lead.as_of)
            decision = settled(workflow, self.people, lead, clocks[lead_id], at)
            yield lead_id, _Standing(workflow, decision, at)

    def _letter(self, delivery: Addressed, stored: Stored) -> Letter | Gone:
        if stored.lead_id is None:
            told, zone = self._of_commitment(stored)
            workflow, thread = str(stored.message.data.get("workflow", "")), None
        else:
            standing = self.leads[stored.lead_id]
            if (ended := self._gone(stored)) is not None:
                return ended
            clock = _clock(standing, stored.message)
            told, zone = self._of_lead(standing, stored, clock), ZoneInfo(standing.workflow.timezone)
            workflow, thread = standing.workflow.name, f"lead-{stored.lead_id}.{self.identity[:12]}"
        reader, number = self._reader(delivery, zone), _id(self.identity, str(delivery.message), delivery)
        told = self._as_read_by(reader, told, delivery.address, stored.message.recipient)
        return Letter(
            number, reader, (told,), workflow, thread, self._buttons(told, reader),
            stop_url=None if reader.is_person else self._stop_url(delivery),
        )  # fmt: skip

    def _reader(self, delivery: Addressed, zone: ZoneInfo) -> Reader:
        """Who reads it, where and in which language they do if they said so; *zone* is the agreement's."""
        rows = self.people.rows(delivery.person)
        name = rows[-1].name if rows else None
        whose = delivery.person or delivery.address
        wanted = self.preferences.of(whose)
        return Reader(
            whose, ZoneInfo(wanted.timezone) if wanted.timezone else zone, wanted.language or LANGUAGE,
            name, delivery.person is not None,
        )  # fmt: skip

    def _as_read_by(self, reader: Reader, told: MessageTold, address: str, recipient: str) -> MessageTold:
        """In a room, which others read too, nobody is spoken to as if it were theirs."""
        if reader.is_person or told.why.reason == "desk" or address == recipient:
            return told
        return replace(told, why=Why("somebody", name_of(self.people, recipient)))

    def _buttons(self, told: MessageTold, reader: Reader) -> tuple[Button, ...]:
        return buttons_of(self.app, self.conn, told, reader, self.reach, self.now, self.environment)

    def _stop_url(self, delivery: Addressed) -> str | None:
        return stop_url_of(self.reach, delivery.address, delivery.channel, self.environment)

    # What a message says

    def _of_lead(self, standing: _Standing, stored: Stored, clock: Clock | None) -> MessageTold:
        message, workflow = stored.message, standing.workflow
        return MessageTold(
            id=stored.id,
            kind=message.kind,
            at=message.at,
            why=_why(workflow, self.people, message, standing.lead.owner),
            agreement=workflow.title or plain(workflow.name),
            title=_title(workflow, message),
            step=message.step,
            lead=_lead_told(workflow, self.people, standing.lead),
            clock=None if clock is None else self._clock_told(standing, clock),
            promises=self._promises(standing) if message.target is None else (),
            data=message.data,
            since=self._since(standing, stored),
        )

    def _of_commitment(self, stored: Stored) -> tuple[MessageTold, ZoneInfo]:
        message = stored.message
        name = str(message.data.get("workflow", ""))
        try:
            workflow: Workflow | None = self.app.active(name)
        except SlaflowError:
            # No longer in force: what was told with it has words enough.
            workflow = None
        told = MessageTold(
            id=stored.id,
            kind=message.kind,
            at=message.at,
            why=Why("named") if workflow is None else _why(workflow, self.people, message, None),
            agreement=(workflow.title if workflow else None) or plain(name),
            title=message.data.get("title") or plain(message.target or ""),
            step=message.step,
            data=message.data,
        )
        return told, ZoneInfo("UTC" if workflow is None else workflow.timezone)

    def _clock_told(self, standing: _Standing, clock: Clock) -> ClockTold:
        workflow = kept_by(clock, standing.workflow, self.app.workflow)
        calendar = workflow.calendars.get(clock.calendar)
        left = None if calendar is None else time_left(clock, calendar, clock.ended_at or standing.at)
        return ClockTold(
            target=clock.target,
            title=_target_title(workflow, clock.target),
            owed_by=None if clock.owed_by is None else _party(workflow, clock.owed_by),
            due_at=clock.due_at,
            left_seconds=None if left is None else int(left.total_seconds() // 1),
            is_broken=clock.is_broken and not clock.lifted,
            is_paused=clock.status == "paused",
            ended_at=clock.ended_at,
        )

    def _promises(self, standing: _Standing) -> tuple[ClockTold, ...]:
        owed = [c for c in standing.decision.clocks if c.is_open and c.owed_by == standing.lead.held_by]
        soonest = sorted(owed, key=lambda clock: (clock.due_at is None, clock.due_at))
        return tuple(self._clock_told(standing, clock) for clock in soonest[:PROMISES])

    def _since(self, standing: _Standing, stored: Stored) -> tuple[Happened, ...]:
        """What people want to know that came after the message's own entry; newest first."""
        lead, seq = standing.lead, stored.message.seq
        if lead.seq <= seq and not standing.decision.entries:
            return ()
        if lead.id not in self._logs:
            self._logs[lead.id] = dict(history.streams(self.conn, [lead.id])).get(lead.id, [])
        told: list[Entry | Draft] = [*self._logs[lead.id], *standing.decision.entries]
        # What came of the same instant is part of what is told, not news of it.
        since = max((each.seq for each in told if each.at <= stored.message.at), default=seq)
        found = meanwhile(standing.workflow, self.people, told, max(seq, since))
        return tuple(found)


def _id(identity: str, what: str, delivery: Addressed) -> str:
    """The same at every try, of this database alone."""
    told = f"{identity}:{what}:{delivery.channel}:{delivery.address}"
    return sha256(told.encode()).hexdigest()[:32]


def as_digest(letters: Sequence[Letter], number: str, counts: Mapping[str, int]) -> Letter:
    """One letter of several to the same reader: *number* is its id, *counts* how many of each kind in all."""
    told = tuple(message for letter in letters for message in letter.messages)
    if len({message.why for message in told}) > 1:
        told = (replace(told[0], why=Why("several")), *told[1:])
    return replace(
        letters[0], id=number, messages=told, thread=None, buttons=(), is_digest=True, counts=counts
    )


def _clock(standing: _Standing, message: Message) -> Clock | None:
    own = (message.target, message.clock)
    return next((c for c in standing.decision.clocks if (c.target, c.number) == own), None)


def _title(workflow: Workflow, message: Message) -> str | None:
    """What a promise or a move is called; None of a message about neither."""
    if message.target is not None:
        return _target_title(workflow, message.target, message.data.get("title"))
    trigger = message.data.get("trigger")
    if trigger is None:
        return None
    title = next((row.title for row in workflow.transitions if row.trigger == trigger and row.title), None)
    return title or plain(trigger)


def _target_title(workflow: Workflow, name: str, known: str | None = None) -> str:
    title = workflow.target(name).title if workflow.has_target(name) else known
    return title or plain(name)


def _party(workflow: Workflow, name: str) -> str:
    declared = workflow.parties.get(name)
    return (declared.title if declared else None) or plain(name)


def _lead_told(workflow: Workflow, people: Directory, lead: Lead) -> LeadTold:
    state = workflow.states.get(lead.state)
    facts = (
        (field.title or plain(name), _in_a_line(lead.fields[name]))
        for name, field in workflow.fields.items()
        if name not in workflow.identity and lead.fields.get(name) is not None
    )
    return LeadTold(
        id=lead.id,
        title=str(_in_a_line(lead.key)),
        state=(state.title if state else None) or plain(lead.state),
        party=None if state is None or state.final else _party(workflow, lead.held_by),
        owner=None if lead.owner is None else name_of(people, lead.owner),
        facts=tuple(facts)[:FACTS],
    )


def _in_a_line(value: Value) -> Value:
    """A text without line breaks: nobody's name begins a line of its own in a mail, or a header."""
    return " ".join(value.split()) if isinstance(value, str) else value


def _why(workflow: Workflow, people: Directory, message: Message, owner: str | None) -> Why:
    """In what role the recipient is told; *owner* has the lead now, and may not be who had it then."""
    now, owner, heard = owner, message.data.get("owner", owner), folded(message.recipient)
    if owner is not None and folded(owner) == heard:
        return Why("owner" if now is not None and folded(now) == heard else "was_owner")
    if (absent := _stood_in_for(people, message, owner)) is not None:
        return Why("stand_in", name_of(people, absent))
    for name, party in workflow.parties.items():
        if heard in (folded(name), folded(party.desk or name)):
            return Why("desk", _party(workflow, name))
    known = people.person(owner, message.at)
    if known is not None and known.manager is not None and folded(known.manager) == heard:
        return Why("manager", known.name or known.email)
    return Why("named")


def _stood_in_for(people: Directory, message: Message, owner: str | None) -> str | None:
    """Whose absence the recipient hears of it by, the owner's or their manager's; None where by nobody's."""
    known = people.person(owner, message.at)
    for each in (owner, known.manager if known else None):
        stands = None if each is None else people.stand_in(each, message.at)
        if stands is not None and folded(stands) == folded(message.recipient):
            return each
    return None
