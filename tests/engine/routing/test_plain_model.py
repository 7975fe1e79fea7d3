"""A team dealt through the engine and by a plain model, pick by pick, and the log decided again."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from itertools import count

import pytest
from support.builders import utc
from support.office import Present
from support.plain_dealing import Member, Team

from slaflow.engine.app import Engine

AGREEMENT = """
workflow: dealt
timezone: Europe/Stockholm
parties: {{marketing: {{desk: desk@example.com}}, sales: {{desk: floor@example.com}}}}
lead: {{identity: [email], fields: {{email: email}}}}
states:
  fresh: {{held_by: marketing, initial: true}}
  worked: {{held_by: sales}}
  done: {{final: true}}
transitions:
  - {{trigger: hand_over, from: fresh, to: worked, by: marketing}}
  - {{trigger: close, from: worked, to: done, by: sales}}
teams: {{floor: {{party: sales, assign: {assign}{limits}}}}}
routing: [{{to: floor}}]
"""
NAMES = ("ann@example.com", "ben@example.com", "cat@example.com", "dot@example.com")


class Both:
    """The engine and the model, told the same."""

    def __init__(
        self, app: Engine, present: Present, chance: random.Random, assign: str, limits: str
    ) -> None:
        self.app, self.present, self.chance = app, present, chance
        present.at = utc("2026-03-02T07:00")
        app.activate(AGREEMENT.format(assign=assign, limits=limits))
        self.team = Team([Member(name) for name in NAMES], assign == "least_loaded")
        for member in self.team.members:
            app.add_person(member.name, "sales", team="floor")
        self.owners: dict[int, str | None] = {}
        self.numbers = count()
        self.back: dict[str, datetime] = {}

    @property
    def day(self) -> str:
        return (self.present.at + timedelta(hours=1)).date().isoformat()

    def share(self, weight: int, capacity: int | None, per_day: int | None) -> None:
        member = self.chance.choice(self.team.members)
        member.weight, member.capacity, member.per_day = weight, capacity, per_day
        given = {"weight": str(weight), "capacity": str(capacity or ""), "per_day": str(per_day or "")}
        self.app.add_person(member.name, **given)

    def hand_over(self) -> None:
        lead = self.app.add({"email": f"lead{next(self.numbers)}@example.com"}, "marketing")["id"]
        self.app.fire(lead, "hand_over", "marketing")
        member = self.team.draw(self.day)
        self.owners[lead] = member.name if member else None
        if member is None and any(each.here and each.weight for each in self.team.members):
            self.team.waiting.append(lead)

    def close(self) -> None:
        open_ = [lead for lead, owner in self.owners.items() if owner]
        if open_:
            lead = self.chance.choice(open_)
            self.app.fire(lead, "close", "sales")
            self.of(self.owners.pop(lead)).open -= 1

    def of(self, name: str | None) -> Member:
        return next(each for each in self.team.members if each.name == name)

    def leave(self) -> None:
        member = self.chance.choice([each for each in self.team.members if each.here])
        self.back[member.name] = self.present.at + timedelta(hours=8)
        self.app.send_away(member.name, self.present.at, self.back[member.name])
        self.pass_time(timedelta())

    def tick(self) -> None:
        self.app.tick()
        for lead in list(self.team.waiting):
            if (member := self.team.draw(self.day)) is None:
                break
            self.team.waiting.remove(lead)
            self.owners[lead] = member.name

    def pass_time(self, time: timedelta) -> None:
        self.present.at += time
        for member in self.team.members:
            member.here = self.back.get(member.name, self.present.at) <= self.present.at

    def agree(self) -> None:
        stood = {lead["id"]: lead["owner"] for lead in self.app.leads(state="worked")}
        assert stood == self.owners


@pytest.mark.parametrize(
    ("seed", "assign", "limits"),
    [
        (1, "round_robin", ""),
        (2, "round_robin", ", capacity: 4"),
        (3, "least_loaded", ""),
        (4, "least_loaded", ", capacity: 3, per_day: 2"),
        (5, "round_robin", ", per_day: 2"),
    ],
)
def test_who_gets_which_lead_is_what_the_page_says(
    empty: Engine, present: Present, seed: int, assign: str, limits: str
) -> None:
    chance = random.Random(seed)
    both = Both(empty, present, chance, assign, limits)
    team = {key: int(value) for key, value in (each.split(": ") for each in limits.split(", ")[1:])}
    for member in both.team.members:
        member.capacity, member.per_day = team.get("capacity"), team.get("per_day")
    for _ in range(60):
        both.pass_time(timedelta(minutes=20))
        deed = chance.random()
        if deed < 0.55:
            both.hand_over()
        elif deed < 0.7:
            both.close()
        elif deed < 0.78 and sum(each.here for each in both.team.members) > 1:
            both.leave()
        elif deed < 0.86:
            weight = chance.choice((0, 1, 1, 2, 3))
            both.share(weight, team.get("capacity"), team.get("per_day"))
        elif deed < 0.95:
            both.tick()
        else:
            both.pass_time(timedelta(hours=9))
    both.agree()
    report = empty.replay()
    assert (report.findings, report.not_checkable, report.impossible) == ([], 0, None)
