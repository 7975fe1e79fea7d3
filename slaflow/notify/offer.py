"""What the page of a link says: who acts, on which lead, what will happen, what is asked for first.

Everything is read in one transaction, and nothing is written. All words of it come from the agreement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from slaflow.agreement.words.naming import Naming, unquoted
from slaflow.agreement.words.values import shown
from slaflow.clock.state import Clock
from slaflow.engine.ask import LeadNotThere
from slaflow.engine.context import Context
from slaflow.engine.desk import consequences, refusals
from slaflow.engine.desk.asked import Asked, of_rows
from slaflow.engine.desk.meanwhile import Happened, meanwhile, name_of
from slaflow.engine.leads.click import check_good, person_of
from slaflow.engine.settle import settled
from slaflow.errors import UnknownName
from slaflow.language import _
from slaflow.lifecycle.decision import Draft
from slaflow.lifecycle.erasure import check_not_erased
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.people import Directory, Person
from slaflow.lifecycle.view import View
from slaflow.log.entry import Entry
from slaflow.notify.links import Link, clickable, label_of
from slaflow.store.database import Connection
from slaflow.store.log import history
from slaflow.store.rows import clocks as clock_store
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import outbox as outbox_store
from slaflow.store.rows import people as people_store
from slaflow.workflow.model.flow import Transition
from slaflow.workflow.model.lead import Value
from slaflow.workflow.model.workflow import Workflow

TOUCHES = 3
"""The latest that are shown."""


@dataclass(frozen=True, slots=True)
class Who:
    """In whose name something is done; ``side`` is the name of their party, ``party`` what it is called."""

    name: str
    address: str
    side: str
    party: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered to who opens a link. ``refused`` is why not, whatever is given."""

    who: Who
    lead_id: int
    lead: str
    state: str
    owner: str | None
    facts: Sequence[tuple[str, str]]
    touches: Sequence[Happened]
    deed: str
    consequences: Sequence[str]
    asked: Sequence[Asked]
    refused: Sequence[str]
    since: Sequence[Happened]
    others: Sequence[tuple[str, Link]]
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Stood:
    """The lead as of an instant, with all that was read of it."""

    workflow: Workflow
    people: Directory
    lead: Lead
    clocks: Sequence[Clock]
    told: Sequence[Entry | Draft]
    since: int | None
    at: datetime

    @property
    def view(self) -> View:
        return View(self.workflow, self.lead, self.at)


def offered(app: Context, link: Link, now: datetime, inputs: Mapping[str, object] | None = None) -> Offer:
    """What *link* offers now; with *inputs* also why these would be refused.

    Raises:
        LinkUsed, LinkExpired, PersonGone, MovedOn, LeadErased, LeadNotThere: nothing any more.
        UnknownName: its trigger leads nowhere from there any more, under another version of the agreement.
    """
    with app.database.read() as conn:
        check_good(conn, link.click, now)
        standing = stood(app, conn, link, now)
    person = person_of(standing.people, link.click)
    check_not_erased(standing.lead)
    link.expected.check(standing.lead)
    rows = [
        row for row in standing.workflow.transitions
        if row.trigger == link.trigger and standing.lead.state in row.from_states
    ]  # fmt: skip
    if not rows:
        raise UnknownName("trigger", link.trigger)
    return _offer(standing, person, link, rows, inputs)


def stood(app: Context, conn: Connection, link: Link, now: datetime) -> Stood:
    """The lead of *link* as of *now*, settled in memory. Raises ``LeadNotThere``."""
    stored = lead_store.read(conn, [link.lead]).get(link.lead)
    if stored is None:
        raise LeadNotThere(link.lead)
    workflow, people = app.workflow(stored.digest), people_store.directory(conn)
    clocks = clock_store.open_of(conn, [link.lead]).get(link.lead, [])
    at = max(now, stored.as_of)
    found = settled(workflow, people, stored, clocks, at)
    stream = dict(history.streams(conn, [link.lead])).get(link.lead, [])
    since = outbox_store.cause_of(conn, link.message, link.lead)
    return Stood(workflow, people, found.lead, found.clocks, [*stream, *found.entries], since, at)


def _offer(
    stood: Stood, person: Person, link: Link, rows: Sequence[Transition],
    inputs: Mapping[str, object] | None,
) -> Offer:  # fmt: skip
    workflow, lead, naming = stood.workflow, stood.lead, Naming(stood.workflow)
    others = clickable(workflow, lead, person, stood.people, stood.at)
    return Offer(
        who=Who(person.name or person.email, person.email, person.party, naming.party(person.party)),
        lead_id=lead.id,
        lead=lead.key,
        state=naming.state(lead.state),
        owner=None if lead.owner is None else name_of(stood.people, lead.owner),
        facts=_facts(stood, naming),
        touches=_touches(stood, naming),
        deed=label_of(rows[0]).removesuffix("…"),
        consequences=consequences.of(workflow, lead, stood.clocks, rows, stood.at),
        asked=of_rows(stood.view, rows),
        refused=_refused(stood.view, person, rows, inputs),
        since=meanwhile(workflow, stood.people, stood.told, stood.since, link.expected),
        others=[(label_of(row), _other(link, row)) for row in others if row.trigger != link.trigger],
        zone=ZoneInfo(workflow.timezone),
    )


def _other(link: Link, row: Transition) -> Link:
    return Link(link.message, link.person, link.lead, row.trigger, link.expected, link.expires_at)


def _facts(stood: Stood, naming: Naming) -> list[tuple[str, str]]:
    """What is known of the lead, as the agreement calls it, and how it scores where the agreement says."""
    lead, view = stood.lead, stood.view
    facts = [
        (unquoted(naming.field(name)), _value(lead.fields[name]))
        for name in stood.workflow.fields
        if lead.fields.get(name) is not None and name not in stood.workflow.identity
    ]
    if consequences.is_scored(stood.workflow):
        facts.append(("score", shown(round(view.score("score")))))
    if lead.stage is not None:
        facts.append((_("stage"), unquoted(naming.stage(lead.stage))))
    return facts


def _value(value: Value) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else shown(value)


def _touches(stood: Stood, naming: Naming) -> list[Happened]:
    rows = [each for each in stood.told if each.kind == "activity" and each.data]
    return [
        Happened(
            each.occurred_at or each.at,
            _("{touch}, by {who}").format(
                touch=unquoted(naming.activity((each.data or {})["activity"])),
                who=_by(stood, naming, each),
            ),
        )
        for each in rows[: -TOUCHES - 1 : -1]
    ]


def _by(stood: Stood, naming: Naming, told: Entry | Draft) -> str:
    return name_of(stood.people, told.actor) if "@" in told.actor else naming.party(told.actor)


def _refused(
    view: View, person: Person, rows: Sequence[Transition], inputs: Mapping[str, object] | None
) -> list[str]:
    """Why none of *rows* can be taken, where that is so for each of them."""
    found = [
        refusals.standing(view, row) if inputs is None else refusals.given(view, row, inputs) for row in rows
    ]
    if not all(found):
        return []
    return list(dict.fromkeys(words for each in found for words in each))
