"""Teams of equal weights and no limits: whose turn it is, and what is written, are what they always were."""

from __future__ import annotations

import json
import random
from datetime import timedelta

import pytest
from support.builders import utc
from support.office import HOUR, Present

from slaflow.engine.app import Engine

AGREEMENT = """
workflow: dealt
timezone: Europe/Stockholm
parties: {marketing: {desk: desk@example.com}, sales: {desk: floor@example.com}}
lead: {identity: [email], fields: {email: email, country: string}}
states:
  fresh: {held_by: marketing, initial: true}
  worked: {held_by: sales}
transitions:
  - {trigger: hand_over, from: fresh, to: worked, by: marketing}
  - {trigger: give_back, from: worked, to: fresh, by: sales}
teams:
  nordics: {party: sales}
  abroad: {party: sales, assign: round_robin}
routing:
  - {when: "lead.country == 'DE'", to: abroad}
  - {to: nordics}
"""
RULES = {"DE": ("abroad", 1), "SE": ("nordics", 2)}


class Staff:
    """Who is where, and whose turn it is: lists alone."""

    def __init__(self) -> None:
        self.recorded: list[str] = []
        self.team: dict[str, str] = {}
        self.away: set[str] = set()
        self.last: dict[str, str] = {}

    def there(self, team: str) -> list[str]:
        return [each for each in self.recorded if self.team.get(each) == team and each not in self.away]

    def draw(self, team: str) -> tuple[str | None, list[str]]:
        """The first of those who are there recorded after the one drawn last, going round."""
        able = self.there(team)
        if not able:
            return None, []
        last = self.recorded.index(self.last[team]) if team in self.last else -1
        self.last[team] = next((each for each in able if self.recorded.index(each) > last), able[0])
        return self.last[team], able


class Both:
    """The engine and the lists, told the same."""

    def __init__(self, app: Engine, present: Present, chance: random.Random) -> None:
        self.app, self.present, self.chance = app, present, chance
        self.staff = Staff()
        self.leads: list[tuple[int, str]] = []
        present.at = utc("2026-03-02T07:00")
        app.activate(AGREEMENT)
        for _ in range(4):
            self.come()

    def come(self) -> None:
        """Somebody new, or known and put into another team."""
        gone = len(self.staff.team) > 4 and self.chance.random() < 0.6
        email = f"p{self.chance.randrange(100)}@example.com"
        email = self.chance.choice(self.staff.recorded) if gone else email
        team = self.chance.choice(["nordics", "abroad"])
        if email not in self.staff.recorded:
            self.staff.recorded.append(email)
        self.staff.team[email] = team
        self.app.add_person(email, "sales", team=team)

    def go(self) -> None:
        if self.staff.team:
            email = self.chance.choice(list(self.staff.team))
            del self.staff.team[email]
            self.app.remove_person(email)

    def rest(self) -> None:
        """Everybody is back by now; one or two are away until the next one is."""
        self.present.at += 5 * HOUR
        known = list(self.staff.team)
        self.staff.away = set(self.chance.sample(known, min(2, len(known))))
        for email in self.staff.away:
            self.app.send_away(email, self.present.at, self.present.at + 5 * HOUR)

    def arrive(self) -> None:
        country = self.chance.choice(["DE", "SE", "SE"])
        fields = {"email": f"lead{len(self.leads)}@example.com", "country": country}
        self.leads.append((self.app.add(fields, "marketing")["id"], country))
        self.hand_over(*self.leads[-1])

    def come_again(self) -> None:
        if self.leads:
            lead, country = self.chance.choice(self.leads)
            self.app.fire(lead, "give_back", "sales")
            self.hand_over(lead, country)

    def hand_over(self, lead: int, country: str) -> None:
        self.app.fire(lead, "hand_over", "marketing")
        team, rule = RULES[country]
        owner, able = self.staff.draw(team)
        if owner is None and country == "DE":
            # The next rule holds too.
            team, rule = RULES["SE"]
            owner, able = self.staff.draw(team)
        written = [entry for entry in self.app.log() if entry.lead == lead and entry.kind == "assigned"]
        if owner is None:
            assert self.app.show(lead)["owner"] is None
            return
        data = {"to": owner, "method": "round_robin", "team": team, "candidates": able, "rule": rule}
        assert written[-1].data_text == json.dumps(data, sort_keys=True, separators=(",", ":"))
        assert self.app.show(lead)["owner"] == owner


@pytest.mark.parametrize("seed", [1, 2])
def test_picks_are_what_they_were_while_people_come_and_go(
    empty: Engine, present: Present, seed: int
) -> None:
    chance = random.Random(seed)
    both = Both(empty, present, chance)
    deeds = [both.arrive] * 8 + [both.come_again] * 3 + [both.come, both.go, both.rest]
    for _ in range(70):
        both.present.at += timedelta(minutes=1)
        if both.staff.away and not chance.randrange(3):
            both.present.at += 5 * HOUR
            both.staff.away = set()
        chance.choice(deeds)()
    again = empty.replay()
    assert (again.findings, again.not_checkable, again.impossible) == ([], 0, None)
