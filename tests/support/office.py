"""An agreement in force with its people, histories under it, and what tests ask of the outcome."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import event
from support.builders import SALT, utc

from slaflow.engine.app import Engine
from slaflow.engine.apply import in_transaction
from slaflow.engine.ask import Ask, Outcome
from slaflow.engine.setup import people
from slaflow.lifecycle.events import Answered, Assigned, Changed, Created, Fired, Happening, Recorded
from slaflow.lifecycle.lead import Actor
from slaflow.store.database import Database
from slaflow.store.rows import clocks as clock_store
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import people as people_store
from slaflow.store.rows.outbox import list_messages
from slaflow.workflow.model.workflow import Workflow

on_one_database = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
"""For what is decided before the database; everything else runs on every one."""
AGREEMENT = """\
workflow: office-deal
timezone: Europe/Stockholm
parties: {marketing: {desk: demand-desk@example.com}, sales: {desk: sales-desk@example.com}}
calendars:
  office: {hours: {mon-fri: [09:00-17:00]}, holidays: [SE]}
lead:
  identity: [email]
  fields:
    email: email
    company: string
    country: {type: string, one_of: [SE, DE]}
    callback_on: date
    on_hold: {type: bool, default: false}
    return_reason: string
activities:
  visit: {by: lead, points: 20}
  demo: {by: lead, points: 60}
  nurture: {by: marketing}
  call: {by: sales, attempt: phone, fields: {outcome: string}}
  mail: {by: sales, attempt: email}
  reply: {by: lead, contact: true}
scoring: {engagement: {half_life: 10d}}
checks:
  value:
    question: Is it worth it?
    fields: {expected_value: decimal}
    pass: "answer.expected_value >= 10000"
states:
  nurturing: {held_by: marketing, initial: true}
  mql: {held_by: sales, title: Marketing-qualified lead}
  accepted: {held_by: sales}
  returned: {held_by: marketing}
  won: {final: true}
transitions:
  - {trigger: promote, from: [nurturing, returned], to: mql, by: [marketing, system], auto: true,
     when: "lead.score >= 50"}
  - {trigger: accept, from: mql, to: accepted, by: sales}
  - {trigger: return, from: [mql, accepted], to: returned, by: sales, reset: [engagement],
     requires: {return_reason: {type: string, one_of: [no_fit, not_ready]}}}
  - {trigger: escalate_return, from: mql, to: returned, by: system, reset: [engagement],
     set: {return_reason: "'ignored'"}}
  - {trigger: recycle, from: returned, to: nurturing, by: [marketing, system]}
  - {trigger: win, from: accepted, to: won, by: sales, requires: {amount: decimal}, when: "check.value"}
targets:
  triage:
    owed_by: marketing
    start: {enter: nurturing}
    meet: [{activity: nurture}, {trigger: promote}]
    within: 3d
    calendar: office
  respond:
    title: Accept or return within four hours
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: [accept, return]}
    within: 4h
    calendar: office
    pause: {when: "lead.on_hold", at_most: 1d}
    steps:
      50%: [{notify: owner}]
      80%: [{notify: [owner, manager]}]
      100%: [{notify: [owner, manager, marketing]}, {assign: next}]
      +4h: [{fire: escalate_return}]
  first_contact:
    owed_by: sales
    start: {enter: mql}
    while: [mql, accepted]
    meet: [{attempts: 2, channels: 2}, {contact: true}]
    within: 1d
    calendar: office
  callback:
    owed_by: sales
    start: {set: callback_on}
    while: [accepted]
    meet: {activity: call}
    within: {until: "lead.callback_on"}
    calendar: office
  keep_warm:
    owed_by: sales
    start: {enter: accepted}
    meet: {activity: [call, mail]}
    within: 2d
    calendar: office
    repeat: true
timers:
  thaw:
    start: {enter: returned}
    after: 5d
    do: [{fire: recycle}]
teams:
  nordics: {party: sales, calendar: office, assign: round_robin}
  growth: {party: marketing, assign: round_robin}
routing:
  - {to: nordics}
  - {to: growth}
"""
MIA, ANNA, BO, CIA, NORA = (f"{name}@example.com" for name in "mia anna bo cia nora".split())
FOUNDED = utc("2026-01-05T08:00")
FRIDAY = utc("2026-03-06T13:30")
"""14:30 in Stockholm: two and a half hours before the office closes for the weekend."""
MONDAY = utc("2026-03-09T08:00")
"""9:00 in Stockholm: the office opens."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SALES, MARKETING, PROSPECT = Actor("sales", "sales"), Actor("marketing", "marketing"), Actor("lead", "lead")
DEPENDS_ON_WRITING = ("id", "recorded_at", "prev", "hash", "data_hash")
"""Of an entry: what tells when and in what order it was written, and hashes over that and the salt."""


@dataclass
class Present:
    """The clock that an engine of the tests reads; a test sets it."""

    at: datetime = FRIDAY

    def __call__(self) -> datetime:
        return self.at


def staffed(app: Engine, agreement: str = AGREEMENT, at: datetime = FOUNDED) -> Engine:
    """The agreement put in force, and everybody recorded, two months before the stories begin."""
    app.activate(agreement, at=at)
    with app.database.write() as conn:  # five commands, each looking at who is there, would write the same
        people.record(conn, MIA, "sales", at, role="manager")
        for email in (ANNA, BO, CIA):
            people.record(conn, email, "sales", at, team="nordics", manager=MIA)
        people.record(conn, NORA, "marketing", at, team="growth")
    return app


def handed_over(app: Engine, name: str = "kim", at: datetime = FRIDAY, **fields: object) -> int:
    """A lead that asked for a demo as soon as it was there, so that sales holds it; gives its id."""
    email = f"{name}@example.com"
    lead = app.add({"email": email, **fields}, "marketing", at=at)["id"]
    app.record(lead, "demo", "lead", at=at)
    return int(lead)


def the_log(app: Engine, lead: int | None = None) -> list[dict[str, Any]]:
    """The entries, stream by stream, without what depends on when they were written or on chance."""
    log = sorted(app.log(), key=lambda entry: (entry.stream, entry.seq))
    return [
        {key: value for key, value in entry.as_json().items() if key not in DEPENDS_ON_WRITING}
        for entry in log
        if lead in (None, entry.lead)
    ]


def the_chain(app: Engine) -> list[dict[str, Any]]:
    """The entries with their hashes, stream by stream; only ids are left out."""
    log = sorted(app.log(), key=lambda entry: (entry.stream, entry.seq))
    return [{**entry.as_json(), "id": None} for entry in log]


def kinds(app: Engine, lead: int) -> list[str]:
    return [entry["kind"] for entry in the_log(app, lead)]


def stored(database: Database) -> dict[str, Any]:
    """Leads, clocks, messages and turns as their rows stand; ids of rows and random salts aside."""
    with database.read() as conn:
        leads = {lead.id: lead for lead in lead_store.select(conn)}
        clocks = clock_store.all_of(conn, list(leads))
        messages = list_messages(conn)
        turns = people_store.directory(conn).turns
    for lead in leads.values():
        lead.head, lead.salt = "", b""
    for clock in (clock for held in clocks.values() for clock in held):
        clock.id = None
    told = sorted((m.lead_id or 0, m.message.seq, m.message.recipient, m.message.kind) for m in messages)
    ordered = {lead: sorted(held, key=lambda c: (c.target, c.number)) for lead, held in clocks.items()}
    return {"leads": leads, "clocks": ordered, "told": told, "turns": turns}


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement sent to any database inside; many rows sent with one are one."""
    sent: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        sent.append(statement)

    event.listen(sqlalchemy.Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(sqlalchemy.Engine, "before_cursor_execute", note)


def commits(sent: Sequence[str]) -> int:
    """How many transactions appended to the log."""
    return sum(statement.startswith(("INSERT INTO entry", "COPY entry")) for statement in sent)


# Histories


def created(workflow: Workflow, number: int, at: datetime | None, **fields: Any) -> Ask:
    """A lead with a salt that is always the same, so that equal histories give equal hashes."""
    email = f"lead{number}@example.com"
    happening = Created(number, email, {"email": email, "on_hold": False, **fields}, SALT)
    return Ask(number, happening, MARKETING, at, workflow=workflow)


def together(app: Engine, asks: Sequence[Ask], now: datetime, *, lenient: bool = False) -> list[Outcome]:
    """All of it in one transaction."""
    with app.database.write() as conn:
        fresh = sum(isinstance(ask.happening, Created) for ask in asks)
        lead_store.next_ids(conn, fresh)
        return in_transaction(app, conn, asks, now=now, lenient=lenient)


def one_by_one(app: Engine, asks: Sequence[Ask], now: datetime) -> None:
    """Each in a transaction of its own."""
    for ask in asks:
        together(app, [ask], now)


_HAPPENINGS: tuple[tuple[Happening, Actor], ...] = (
    (Recorded("visit"), PROSPECT),
    (Recorded("visit"), PROSPECT),
    (Recorded("demo"), PROSPECT),
    (Recorded("nurture"), MARKETING),
    (Recorded("call", {"outcome": "no answer"}), Actor(ANNA, "sales")),
    (Recorded("mail"), SALES),
    (Recorded("reply"), PROSPECT),
    (Fired("accept"), Actor(BO, "sales")),
    (Fired("accept"), SALES),
    (Fired("return", {"return_reason": "no_fit"}), SALES),
    (Fired("win", {"amount": "1200.50"}), SALES),
    (Answered("value", {"expected_value": "25000"}), SALES),
    (Changed({"on_hold": True}), SALES),
    (Changed({"on_hold": False}), SALES),
    (Changed({"callback_on": "2026-03-18"}), SALES),
    (Assigned(CIA), SALES),
)


def a_history(
    workflow: Workflow, seed: int, *, leads: int = 6, events: int = 60, start: datetime = FRIDAY
) -> list[Ask]:
    """Random inputs in order of time over some three weeks; some of them the agreement refuses."""
    chance = random.Random(seed)  # not for secrets
    minutes = sorted(chance.sample(range(0, 5 * 1440), leads))
    births = {number: start + timedelta(minutes=m) for number, m in enumerate(minutes, 1)}
    asks = [created(workflow, n, at, country=chance.choice(["SE", "DE"])) for n, at in births.items()]
    for _ in range(events):
        number = chance.randint(1, leads)
        at = births[number] + timedelta(minutes=chance.randint(0, 16 * 1440))
        happening, actor = chance.choice(_HAPPENINGS)
        asks.append(Ask(number, happening, actor, at))
    return sorted(asks, key=lambda ask: (ask.at or FRIDAY, not isinstance(ask.happening, Created)))
