"""What the other leads tell is the same whether ticks came by or not, and whenever they did."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from support.builders import utc
from support.office import DAY, HOUR, Present, the_log

from slaflow.engine.app import Engine
from slaflow.engine.leads.commands import Refused

AGREEMENT = """
workflow: dealt
timezone: Europe/Stockholm
parties: {{marketing: {{desk: desk@example.com}}, sales: {{desk: floor@example.com}}}}
calendars: {{office: {{hours: {{mon-fri: ["08:00-18:00"]}}}}}}
lead: {{identity: [email], fields: {{email: email, company: string}}, account: company}}
states:
  fresh: {{held_by: marketing, initial: true}}
  worked: {{held_by: sales}}
  second: {{held_by: sales}}
  returned: {{held_by: marketing}}
  done: {{final: true}}
transitions:
  - {{trigger: hand_over, from: [fresh, returned], to: worked, by: [marketing, system]}}
  - {{trigger: take, from: worked, to: second, by: sales}}
  - {{trigger: ignore, from: worked, to: returned, by: system}}
  - {{trigger: drop, from: second, to: done, by: [sales, system]}}
targets:
  respond:
    owed_by: sales
    start: {{enter: worked}}
    meet: {{trigger: take}}
    within: 3h
    steps:
      50%: [{{notify: owner}}]
      100%: [{{assign: next}}]
      +2h: [{{assign: closers}}]
      +5h: [{{fire: ignore}}]
timers:
  again: {{start: {{enter: returned}}, after: 6h, do: [{{fire: hand_over}}]}}
  over: {{start: {{enter: second}}, after: 20h, do: [{{fire: drop}}]}}
teams:
  floor: {{party: sales, calendar: office, {keys}}}
  closers: {{party: sales, assign: least_loaded, capacity: 2}}
  growth: {{party: marketing}}
routing:
  - {{when: "lead.company == 'Acme'", to: account}}
  - {{to: floor}}
  - {{to: closers}}
  - {{to: growth}}
"""
START = utc("2026-03-02T07:00")
SALES = ("ann@example.com", "ben@example.com", "cat@example.com")
Deed = tuple[datetime, str, int]


def founded(app: Engine, present: Present, keys: str) -> Engine:
    present.at = START
    app.activate(AGREEMENT.format(keys=keys))
    for email in ("dot@example.com", "eve@example.com"):
        app.add_person(email, "sales", team="closers", capacity=3 if email < "e" else 10_000)
    for email, weight in zip(SALES, (1, 2, 1), strict=True):
        app.add_person(email, "sales", team="floor", weight=weight, manager="eve@example.com")
    # Whoever is not full always is there, so that nothing waits and no tick deals.
    app.add_person(SALES[-1], capacity=10_000, per_day=10_000)
    app.add_person("gus@example.com", "marketing", team="growth")
    return app


def a_course(chance: random.Random) -> list[Deed]:
    """Inputs of three days; some will be refused."""
    at = [START + timedelta(minutes=chance.randrange(4000)) for _ in range(60)]
    kinds = ["arrive"] * 6 + ["take", "take", "drop", "hand_over", "assign"]
    return [(each, chance.choice(kinds), chance.randrange(1000)) for each in sorted(at)]


def told(app: Engine, present: Present, course: list[Deed], ticks: Iterator[datetime]) -> list[object]:
    leads: list[int] = []
    tick = next(ticks)
    for at, deed, number in course:
        while tick <= at:
            present.at = tick
            app.tick()
            tick = next(ticks)
        present.at = at
        if deed == "arrive" or not leads:
            email = f"lead{len(leads)}@example.com"
            company = ("Acme", "Bolt", None)[number % 3]
            leads.append(app.add({"email": email, "company": company}, "marketing")["id"])
            app.fire(leads[-1], "hand_over", "marketing")
            continue
        lead = leads[number % len(leads)]
        with suppress(Refused):
            if deed == "assign":
                app.assign(lead, SALES[number % 3], "sales")
            else:
                app.fire(lead, deed, "marketing" if deed == "hand_over" else "sales")
    present.at = START + 9 * DAY
    app.tick()
    return list(the_log(app))


def at_times(chance: random.Random | None) -> Iterator[datetime]:
    at = START
    while True:
        at += 100 * DAY if chance is None else chance.random() * 7 * HOUR
        yield at


@pytest.mark.parametrize(
    ("seed", "keys"),
    [
        (1, "assign: least_loaded"),
        (2, "capacity: 3, per_day: 4, assign: round_robin"),
        (3, "assign: least_loaded, capacity: 4, per_day: 3"),
    ],
)
def test_the_log_does_not_depend_on_when_ticks_ran(
    empty: Engine, elsewhere: Engine, present: Present, seed: int, keys: str
) -> None:
    chance = random.Random(seed)
    course = a_course(chance)
    unticked = told(founded(elsewhere, present, keys), present, course, at_times(None))
    ticked = told(founded(empty, present, keys), present, course, at_times(chance))
    assert ticked == unticked
    entries = [entry for entry in empty.log() if entry.kind == "assigned" and entry.data]
    methods = {(entry.entry_class, entry.data["method"]) for entry in entries if entry.data}
    assert {("input", "account"), ("consequence", "next")} <= methods
    assert any(
        each["why"] for e in entries for each in (e.data or {}).get("figures", ()) if "why" in each
    ) or ("capacity" not in keys)
    for app in (empty, elsewhere):
        again = app.replay()
        assert (again.findings, again.not_checkable, again.impossible) == ([], 0, None)


@pytest.mark.parametrize("seed", [4])
def test_a_course_in_which_leads_wait_is_decided_again(empty: Engine, present: Present, seed: int) -> None:
    chance = random.Random(seed)
    course = a_course(chance)
    app = founded(empty, present, "capacity: 2, assign: least_loaded")
    for email in (SALES[-1], "dot@example.com", "eve@example.com"):
        app.add_person(email, capacity=1, per_day=None)
    told(app, present, course, at_times(chance))
    dealt = [entry for entry in app.log() if entry.kind == "assigned" and "dealt" in (entry.data or {})]
    assert dealt
    again = app.replay()
    assert (again.findings, again.not_checkable, again.impossible) == ([], 0, None)
