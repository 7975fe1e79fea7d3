"""An agreement of which some is done by links in messages, a lead to do it with, and its links."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from support.office import ANNA, BO, FOUNDED, FRIDAY, MIA, NORA

from slaflow.engine.app import Engine
from slaflow.engine.ask import Expected
from slaflow.notify.letters.letter import ClockTold, LeadTold, MessageTold, Reader, Why
from slaflow.notify.links import Link
from slaflow.notify.tokens import Keys
from slaflow.settings.reach import Reach
from slaflow.store.database import Database

AGREEMENT = """\
workflow: by-click
timezone: Europe/Stockholm
parties: {marketing: {desk: demand-desk@example.com}, sales: {desk: sales-desk@example.com}}
calendars:
  office: {hours: {mon-fri: [09:00-17:00]}}
lead:
  identity: [email]
  fields:
    email: email
    company: {type: string, title: Company name}
    vip: bool
    remark: string
activities:
  demo: {by: lead, points: 60, title: Asked for a demo}
  call: {by: sales, attempt: phone}
states:
  nurturing: {held_by: marketing, initial: true}
  mql: {held_by: sales, title: Marketing-qualified lead}
  accepted: {held_by: sales}
  returned: {held_by: marketing}
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: system, auto: true, when: "lead.score >= 50"}
  - {trigger: accept, title: Take it on, from: mql, to: accepted, by: sales, click: true}
  - trigger: return
    from: [mql, accepted]
    to: returned
    by: sales
    click: true
    requires:
      reason: {type: string, one_of: [not_ready, unreachable], title: Why}
      feedback: {type: text, min_length: 10}
      call_on: {type: datetime, required: false}
    when:
      - {that: "input.reason != 'unreachable' || attempts.total >= 2", otherwise: two calls first}
    reset: [engagement]
  - {trigger: note, from: mql, by: sales, click: true, requires: {remark: string}}
  - {trigger: praise, from: mql, by: [{sales: manager}], click: true}
  - {trigger: qualify, from: accepted, to: mql, by: sales, click: true, when: "known.company"}
  - {trigger: escalate_return, from: mql, to: returned, by: system}
  - {trigger: recycle, from: returned, to: nurturing, by: [marketing, system], reset: [engagement]}
targets:
  respond:
    title: Answer a qualified lead within four hours
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: [return, accept]}
    within: 4h
    calendar: office
    steps: {50%: [{notify: owner}], 100%: [{notify: owner}], +4h: [{fire: escalate_return}]}
  follow:
    title: Follow up within a day
    owed_by: sales
    start: {enter: accepted}
    meet: {activity: call}
    within: 1d
    calendar: office
teams: {nordics: {party: sales, assign: round_robin}}
routing: [{to: nordics}]
"""
KEY = "a key that nobody guesses, of forty letters"
KEYS = Keys((KEY,))
PUBLIC = "https://sla.example.com"
REACH = Reach.model_validate({"public_url": PUBLIC, "links": {"key_env": "LINK_KEY"}})
ENVIRONMENT = {"LINK_KEY": KEY}
GOOD_FOR = timedelta(hours=72)
READER = Reader(ANNA, ZoneInfo("Europe/Stockholm"), is_person=True)


def founded(database: Database) -> None:
    """The agreement in force, its people there, and lead 1, which Anna owns since Friday afternoon."""
    app = Engine(database, now=lambda: FRIDAY)
    app.activate(AGREEMENT, at=FOUNDED)
    app.add_person(MIA, "sales", role="manager", at=FOUNDED)
    app.add_person(ANNA, "sales", team="nordics", name="Anna Berg", at=FOUNDED)
    app.add_person(BO, "sales", name="Bo Ek", at=FOUNDED)
    app.add_person(NORA, "marketing", at=FOUNDED)
    new_lead(app)


def new_lead(app: Engine, name: str = "kim") -> int:
    """Another lead that Anna owns since Friday afternoon; gives its number."""
    fields = {"email": f"{name}@example.com", "company": "<b>Acme</b> & Söner"}
    lead = int(app.add(fields, "marketing", at=FRIDAY)["id"])
    app.record(lead, "demo", "lead", at=FRIDAY)
    return lead


def link_to(app: Engine, trigger: str, lead: int = 1, person: str = ANNA, **other: Any) -> Link:
    """A link by which *person* fires *trigger*, made on Friday afternoon for the lead as it stands."""
    shown = app.latest(lead, at=FRIDAY)
    place = Expected(shown["state"], datetime.fromisoformat(shown["entered_at"]))
    told = {"message": 7, "expected": place, "expires_at": FRIDAY + GOOD_FOR, **other}
    return Link(person=person, lead=lead, trigger=trigger, **told)


def message_about(lead: int, target: str | None = "respond") -> MessageTold:
    """A message that a promise on *lead* is at risk."""
    about = LeadTold(lead, "kim", "mql", "sales", None)
    clock = None
    if target is not None:
        clock = ClockTold(target, "", "sales", FRIDAY, 0)
    return MessageTold(7, "warned", FRIDAY, Why("owner"), "by click", lead=about, clock=clock)
