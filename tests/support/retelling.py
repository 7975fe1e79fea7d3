"""A busy office for reports that are told in two ways: all that makes a clock's row differ from its log."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

from support.office import AGREEMENT, ANNA, BO, CIA, DAY, HOUR, MIA, Present, a_history, staffed, together
from support.weeks import END, START, THEN

from slaflow.engine.app import Engine
from slaflow.engine.ask import Ask
from slaflow.lifecycle.events import Created, Lifted
from slaflow.lifecycle.lead import Actor
from slaflow.store.database import Database

MEET = "    meet: [{activity: nurture}, {trigger: promote}]\n"
OWN = AGREEMENT.replace("  respond:\n", "  respond:\n    per: owner\n").replace(
    "  keep_warm:\n", "  keep_warm:\n    per: owner\n"
)
FIRST = OWN.replace(MEET, f"{MEET}    restart: [{{activity: visit}}, {{assign: true}}]\n").replace(
    "lead:\n  identity", "late_evidence: 30d\nlead:\n  identity", 1
)
SECOND = FIRST.replace(
    "first_contact:\n    owed_by: sales\n    start: {enter: mql}\n    while: [mql, accepted]",
    "first_contact:\n    owed_by: marketing\n    start: {enter: mql}\n    while: [mql, accepted]",
)
"""Who owes the first contact is another party from here on."""
PART = 14


def a_busy_office(database: Database) -> None:
    """Random leads under two versions: inputs told late, breaches lifted, people erased, ticks at times."""
    app = staffed(Engine(database, now=Present(END)), FIRST)
    chance = random.Random(5)  # not for secrets
    told(app, 0, chance)
    app.tick(THEN - HOUR)
    app.activate(SECOND, at=START + 12 * DAY)
    told(app, PART, chance)
    app.tick(START + 15 * DAY)
    for lead in chance.sample(range(1, 2 * PART), 6):
        together(app, lifts(lead), START + 16 * DAY, lenient=True)
    one_left_alone(app)
    one_passed_on(app)
    app.tick(START + 24 * DAY)
    for lead in (3, PART + 2):
        app.erase(lead, "asked for", "sales", at=END - DAY)
    # What is left is due by now, and no tick has said so.


def told(app: Engine, before: int, chance: random.Random) -> None:
    """A history of leads numbered after *before*; what each third input tells happened days ago."""
    start = START + timedelta(days=before)
    asks = a_history(app.active(), 7 + before, leads=PART, events=11 * PART, start=start)
    together(app, [late(after(ask, before), chance) for ask in asks], END - 2 * DAY, lenient=True)


def after(ask: Ask, before: int) -> Ask:
    happening = ask.happening
    if isinstance(happening, Created):
        email = f"lead{before + ask.lead_id}@example.com"
        happening = replace(
            happening, id=before + ask.lead_id, key=email, fields={**happening.fields, "email": email}
        )
    return replace(ask, lead_id=before + ask.lead_id, happening=happening)


def late(ask: Ask, chance: random.Random) -> Ask:
    if ask.at is None or isinstance(ask.happening, Created) or chance.random() > 1 / 3:
        return ask
    return replace(ask, occurred_at=ask.at - timedelta(minutes=chance.randint(1, 5 * 1440)))


def lifts(lead: int) -> list[Ask]:
    anna = Actor(ANNA, "sales")
    return [Ask(lead, Lifted(name, "agreed"), anna, END - 2 * DAY) for name in ("respond", "first_contact")]


def one_passed_on(app: Engine) -> None:
    """A lead that each of three people of sales had before anything was due."""
    at = START + 19 * DAY
    lead = app.add({"email": "pia@example.com", "country": "SE"}, "marketing", at=at)["id"]
    app.record(lead, "demo", "lead", at=at)
    for minutes, owner in enumerate((ANNA, BO, CIA), 1):
        app.assign(lead, owner, MIA, at=at + timedelta(minutes=minutes))


def one_left_alone(app: Engine) -> None:
    """A lead of whom the last thing known is that a promise was broken."""
    app.add({"email": "mo@example.com"}, "marketing", at=START + 18 * DAY)
