"""Due instants of histories like a service desk's, beside plain arithmetic on local days, across two moves.

Nothing of :mod:`slaflow.hours` is asked here: each promise is counted by ``support/plain_time.py`` along the
very inputs that the engine was told.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from support.office import SALT, on_one_database, stored, together
from support.plain_time import Hours, Promise

from slaflow.engine.app import Engine
from slaflow.engine.ask import Ask
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.events import Changed, Created, Fired, Happening
from slaflow.lifecycle.lead import Actor
from slaflow.store.database import Database

pytestmark = on_one_database
AGREEMENT = """
workflow: incidents
timezone: Europe/Stockholm
parties: [users, desk]
calendars:
  counted: {hours: {sun: [01:00-05:00], mon-thu: [08:30-12:00, 13:00-17:00], fri: [08:30-16:00]},
            holidays: [DE], closed: [2026-10-28, 2026-03-24..2026-03-25], open: {2026-04-03: [10:00-11:00]}}
lead:
  identity: [number]
  fields:
    number: string
    priority: {type: string, one_of: [high, middle, low, none]}
    on_hold: {type: bool, default: false}
states:
  active: {held_by: desk, initial: true}
  waiting: {held_by: users}
  resolved: {held_by: users}
  closed: {final: true}
transitions:
  - {trigger: ask, from: '*', to: waiting, by: desk, set: {on_hold: "true"}}
  - {trigger: work, from: '*', to: active, by: desk, set: {on_hold: "false"}}
  - {trigger: resolve, from: '*', to: resolved, by: desk, set: {on_hold: "false"}}
  - {trigger: close, from: '*', to: closed, by: desk, set: {on_hold: "false"}}
targets:
  resolve:
    owed_by: desk
    start: {enter: active}
    while: [active, waiting]
    meet: {trigger: [resolve, close]}
    pause: "lead.on_hold"
    calendar: counted
    within:
      - {when: "lead.priority == 'high'", is: 4h}
      - {when: "lead.priority == 'middle'", is: 19h}
      - {when: "lead.priority == 'low'", is: 3d}
      - {is: 9d}
  close:
    owed_by: desk
    start: {enter: active}
    while: [active, waiting, resolved]
    meet: {trigger: close}
    calendar: counted
    within: [{when: "lead.priority == 'high'", is: 10h}, {when: "lead.priority == 'low'", is: 6d}, {is: 50h}]
"""
HALF = AGREEMENT
for whole, half in (("4h", "2h"), ("19h", "570m"), ("3d", "2d"), ("9d", "4d"), ("10h", "5h"), ("50h", "25h")):
    HALF = HALF.replace(f"is: {whole}}}", f"is: {half}}}")
NEW_YORK = """\
  counted: {timezone: America/New_York, holidays: [FR],
            hours: {sat-sun: [00:30-04:00], mon-fri: [07:00-11:30]}}
"""


def abroad(text: str) -> str:
    """The same spans in the calendar of another continent, whose clocks change on other days."""
    return text[: text.index("  counted:")] + NEW_YORK + text[text.index("lead:\n") :]


DESK, USERS = Actor("desk", "desk"), Actor("users", "users")
PRIORITIES = ("high", "middle", "low", "none")


def _dates(*texts: str) -> frozenset[date]:
    return frozenset(map(date.fromisoformat, texts))


MORNING, AFTERNOON = (510, 720), (780, 1020)
COUNTED = Hours(
    ZoneInfo("Europe/Stockholm"),
    {6: [(60, 300)], **{day: [MORNING, AFTERNOON] for day in range(4)}, 4: [(510, 960)]},
    _dates("2026-04-03", "2026-04-06", "2026-05-01", "2026-10-28", "2026-03-24", "2026-03-25"),
    {date(2026, 4, 3): [(600, 660)]},
)
ABROAD = Hours(
    ZoneInfo("America/New_York"),
    {5: [(30, 240)], 6: [(30, 240)], **{day: [(420, 690)] for day in range(5)}},
    _dates("2026-04-06", "2026-05-01", "2026-05-08", "2026-11-01", "2026-11-11"),
)
Within = dict[str, dict[str, int | timedelta]]
"""By promise and priority: so many open days, or so much open time."""


def _hours(number: float) -> timedelta:
    return timedelta(hours=number)


WHOLE: Within = {
    "resolve": {"high": _hours(4), "middle": _hours(19), "low": 3, "none": 9},
    "close": {"high": _hours(10), "middle": _hours(50), "low": 6, "none": _hours(50)},
}
HALVED: Within = {
    "resolve": {"high": _hours(2), "middle": _hours(9.5), "low": 2, "none": 4},
    "close": {"high": _hours(5), "middle": _hours(25), "low": 6, "none": _hours(25)},
}


def a_desk(seed: int, start: datetime) -> list[Ask]:
    """Incidents asked about, worked on, repriced, resolved and closed, at odd seconds; a few are quiet."""
    chance = random.Random(seed)  # not for secrets
    asks = []
    for number in range(1, 41):
        at = start + timedelta(minutes=chance.randint(0, 10 * 1440), seconds=chance.randint(1, 59))
        first = {"number": f"INC{number}", "priority": chance.choice(PRIORITIES), "on_hold": False}
        asks.append(Ask(number, Created(number, f"inc{number}", first, SALT), USERS, at))
        what: list[Happening] = [Fired("ask"), Fired("work")] * chance.choice((0, 0, 1, 2))
        what += [Changed({"priority": chance.choice(PRIORITIES)})] * chance.randint(0, 1)
        chance.shuffle(what)
        what += [Fired("resolve"), Fired("close")][: chance.randint(0, 2)]
        if number % 4 == 0:
            what = []
        for each in what:
            at += timedelta(minutes=chance.randint(20, 4000), seconds=chance.randint(1, 59))
            asks.append(Ask(number, each, DESK, at))
    return sorted(asks, key=lambda ask: ask.at or start)


@dataclass
class Incident:
    """What plain arithmetic makes of one incident's inputs."""

    priority: str
    promises: dict[str, Promise]

    def pass_time(self, at: datetime) -> None:
        for promise in self.promises.values():
            promise.pass_time(at)

    def happen(self, what: Happening, at: datetime) -> None:
        self.pass_time(at)
        if isinstance(what, Changed):
            self.priority = str(what.fields["priority"])
        elif isinstance(what, Fired):
            ends = {"resolve": ("resolve",), "close": ("resolve", "close")}.get(what.trigger, ())
            for name in ends:
                self.promises[name].is_over = True
            hold = Promise.hold if what.trigger == "ask" else Promise.go_on
            hold(self.promises["resolve"], at)


@dataclass
class Desk:
    """All incidents, and the terms that new ones take."""

    incidents: dict[int, Incident] = field(default_factory=dict)
    within: Within = field(default_factory=lambda: WHOLE)
    hours: Hours = COUNTED

    def hear(self, ask: Ask, at: datetime) -> None:
        what = ask.happening
        if not isinstance(what, Created):
            self.incidents[ask.lead_id].happen(what, at)
            return
        priority = str(what.fields["priority"])
        promises = {name: Promise(name, self.within[name][priority], self.hours, at) for name in self.within}
        self.incidents[ask.lead_id] = Incident(priority, promises)

    def move(self, at: datetime, within: Within, hours: Hours) -> None:
        """Every incident takes other terms; its case is asked anew only where ``within`` differs."""
        is_other = within is not self.within
        self.within, self.hours = within, hours
        for incident in self.incidents.values():
            incident.pass_time(at)
            for name, promise in incident.promises.items():
                promise.move(at, within[name][incident.priority] if is_other else promise.given, hours)


def told_by(app: Engine) -> dict[int, dict[str, list[tuple[str, ...]]]]:
    """Of each lead what the log says of its clocks' due instants, in the words of :class:`Promise`."""
    found: dict[int, dict[str, list[tuple[str, ...]]]] = {}
    for entry in app.log():
        if entry.lead is None or entry.target is None:
            continue
        at, data = instant_text(entry.at), entry.data or {}
        said = {
            "clock_started": (data.get("due_at"),),
            "clock_resumed": (data.get("due_at"),),
            "clock_moved": (data.get("old"), data.get("new"), at),
            "breached": (at,),
        }.get(entry.kind)
        if said is not None:
            found.setdefault(entry.lead, {}).setdefault(entry.target, []).append((entry.kind, *said))
    return found


@pytest.mark.parametrize(
    ("start", "moves"),
    [
        ("2026-03-17", [(9, HALF, HALVED, COUNTED), (16, abroad(HALF), HALVED, ABROAD)]),
        (
            "2026-10-13",
            [
                (6, abroad(AGREEMENT), WHOLE, ABROAD),
                (8, abroad(HALF), HALVED, ABROAD),
                (20, HALF, HALVED, COUNTED),
            ],
        ),
    ],
)
def test_every_due_instant_is_what_plain_arithmetic_gives(
    database: Database, start: str, moves: list[tuple[int, str, Within, Hours]]
) -> None:
    begin = datetime.fromisoformat(f"{start}T06:00Z")
    end = begin + timedelta(days=90)
    app, desk = Engine(database, now=lambda: end), Desk()
    app.activate(AGREEMENT, at=begin)
    asks = a_desk(4, begin)
    for days, text, within, hours in moves:
        at = begin + timedelta(days=days, hours=7, seconds=30)
        asks = told_until(app, desk, asks, at)
        app.activate(text, at=at)
        app.migrate("incidents", grace="3h", at=at)
        desk.move(at, within, hours)
    told_until(app, desk, asks, end)
    app.tick(end)
    for incident in desk.incidents.values():
        incident.pass_time(end)
    told = told_by(app)
    assert {*told} == {*desk.incidents}
    for number, incident in desk.incidents.items():
        assert told[number] == {name: promise.told for name, promise in incident.promises.items()}, number
    rows = {
        (lead, clock.target): (clock.due_at, clock.graced, clock.is_broken)
        for lead, clocks in stored(database)["clocks"].items()
        for clock in clocks
    }
    assert rows == {
        (number, name): (promise.due, promise.graced, promise.is_broken)
        for number, incident in desk.incidents.items()
        for name, promise in incident.promises.items()
    }
    assert app.replay().ok


def told_until(app: Engine, desk: Desk, asks: list[Ask], end: datetime) -> list[Ask]:
    """Tells both sides what happened before *end*; gives the rest."""
    for ask in (now := [ask for ask in asks if ask.at and ask.at < end]):
        assert ask.at is not None
        desk.hear(ask, ask.at)
    fresh = [
        replace(ask, workflow=app.active()) if isinstance(ask.happening, Created) else ask for ask in now
    ]
    together(app, fresh, end)
    return asks[len(now) :]
