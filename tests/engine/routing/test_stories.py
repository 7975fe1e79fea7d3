"""A story and a database that is told the same give every lead to the same people."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from support.builders import utc
from support.office import Present

from slaflow.engine.app import Engine
from slaflow.trial.document import read_cast, read_scenarios
from slaflow.trial.reader import Reader
from slaflow.trial.run import tell
from slaflow.trial.stage import Stage
from slaflow.workflow.load import load_workflow
from slaflow.workflow.yaml.read import read_yaml

AGREEMENT = """
workflow: dealt
timezone: Europe/Stockholm
parties: {{marketing: {{desk: desk@example.com}}, sales: {{desk: floor@example.com}}}}
calendars: {{office: {{hours: {{mon-fri: [09:00-17:00]}}}}}}
lead: {{account: company, identity: [email], fields: {{email: email, company: string}}}}
states:
  fresh: {{held_by: marketing, initial: true}}
  worked: {{held_by: sales}}
  done: {{final: true}}
transitions:
  - {{trigger: hand_over, from: fresh, to: worked, by: marketing}}
  - {{trigger: close, from: worked, to: done, by: sales}}
teams: {{floor: {{party: sales, calendar: office, {team}}}}}
routing: [{{to: account}}, {{to: floor}}]
"""
ZONE = ZoneInfo("Europe/Stockholm")
START = utc("2026-03-02T09:00")
BACK = utc("2026-03-03T11:00")
WEIGHTS = {"ann@example.com": 3, "ben@example.com": 1, "cat@example.com": 2}
LEADS = 20


def deeds(chance: random.Random) -> Iterator[str]:
    """Steps of a story, as its file has them."""
    given: list[int] = []
    for number in range(LEADS):
        yield f"{{lead: l{number}, fire: hand_over}}"
        given.append(number)
        while chance.random() < 0.4 and given:
            yield f"{{lead: l{given.pop(chance.randrange(len(given)))}, fire: close}}"
        if chance.random() < 0.5:
            yield f"wait: {chance.choice((1, 1, 2, 5, 16))}h"


def story(workflow_text: str, fields: list[dict[str, str]], steps: list[str]) -> Stage:
    away = f"[{{from: {START.isoformat()}, until: {BACK.isoformat()}}}]"
    people = [
        f"- {{email: {name}, party: sales, team: floor, weight: {weight}, away: {away if i == 2 else '[]'}}}"
        for i, (name, weight) in enumerate(WEIGHTS.items())
    ]
    leads = [f"l{number}: {given}" for number, given in enumerate(fields)]
    lines = ["people:", *people, "scenarios:", "- name: story", f"  start: {START.isoformat()}"]
    lines += [f"  leads: {{{', '.join(leads)}}}", "  steps:", *(f"  - {step}" for step in steps)]
    workflow = load_workflow(workflow_text, "dealt.yaml").workflow
    assert workflow is not None
    source = read_yaml("\n".join(lines))
    reader = Reader(source, workflow)
    cast = read_cast(reader, source.data["people"])
    (scenario,) = read_scenarios(reader, source.data["scenarios"])
    assert not (*source.findings, *reader.findings, *scenario.findings)
    stage = Stage(workflow, cast, scenario)
    assert tuple(tell(stage, scenario)) == ()
    return stage


def ticks(start: datetime, end: datetime) -> Iterator[datetime]:
    """When time alone may let somebody take a lead: the day changes, the office opens, Cat is back."""
    yield start
    at = start.replace(minute=0)
    while (at := at + timedelta(hours=1)) <= end:
        if at.astimezone(ZONE).hour in (0, 9) or at == BACK:
            yield at
    yield end


@pytest.mark.parametrize(
    ("seed", "team"),
    [
        (1, "capacity: 2"),
        (2, "per_day: 3, only_open: true"),
        (3, "assign: least_loaded, capacity: 3, per_day: 4"),
    ],
)
def test_a_story_deals_as_a_database_does(empty: Engine, present: Present, seed: int, team: str) -> None:
    chance, text = random.Random(seed), AGREEMENT.format(team=team)
    fields = [
        {"email": f"l{n}@b.c", "company": chance.choice(("acme", f"firm{n}", f"shop{n}"))}
        for n in range(LEADS)
    ]
    steps = list(deeds(chance))
    present.at = START
    empty.activate(text)
    for name, weight in WEIGHTS.items():
        empty.add_person(name, "sales", team="floor", weight=str(weight))
    empty.send_away("cat@example.com", START, BACK)
    ids = [empty.add(given, "marketing")["id"] for given in fields]
    for step in steps:
        if step.startswith("wait: "):
            for at in ticks(present.at, present.at + timedelta(hours=int(step[6:-1]))):
                present.at = at
                empty.tick()
        else:
            lead, trigger = step.removeprefix("{lead: l").removesuffix("}").split(", fire: ")
            empty.fire(ids[int(lead)], trigger, "marketing" if trigger == "hand_over" else "sales")
    stage = story(text, fields, steps)
    told = [play.lead.owner for play in stage.plays.values()]
    assert told == [empty.show(each)["owner"] for each in ids]
    methods = {entry.data.get("method") for play in stage.plays.values() for entry in play.entries}
    assert {"waiting", "account"} <= methods
