"""A floor of two who take few leads each, beside another team and another party."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from support.builders import utc
from support.office import Present
from support.sending import messages

from slaflow.engine.app import Engine

AGREEMENT = """
workflow: dealt
timezone: Europe/Stockholm
parties: {marketing: {desk: desk@example.com}, sales: {desk: floor@example.com}}
calendars: {office: {hours: {mon-fri: [09:00-17:00]}}}
lead: {identity: [email], fields: {email: email}}
states:
  fresh: {held_by: marketing, initial: true}
  worked: {held_by: sales}
  done: {final: true}
transitions:
  - {trigger: hand_over, from: fresh, to: worked, by: marketing}
  - {trigger: give_back, from: worked, to: fresh, by: sales}
  - {trigger: close, from: worked, to: done, by: sales}
on_assign: [{notify: owner}]
teams:
  floor: {party: sales, capacity: 2}
  office: {party: sales, calendar: office, only_open: true}
  growth: {party: marketing}
routing: [{to: floor}]
"""
MONDAY = utc("2026-03-02T09:00")
ANN, BEN, MIA, NORA, OTTO = (f"{name}@example.com" for name in "ann ben mia nora otto".split())


class Floor:
    """The engine with all of them there, and leads handed to the floor."""

    def __init__(self, app: Engine, present: Present) -> None:
        self.app, self.present, self._numbers = app, present, count(1)
        present.at = MONDAY
        app.activate(AGREEMENT)
        app.add_person(MIA, "sales", role="manager")
        for each in (ANN, BEN):
            app.add_person(each, "sales", team="floor")
        app.add_person(NORA, "marketing", team="growth")
        app.add_person(OTTO, "sales", team="office")

    def pass_time(self, **time: int) -> None:
        self.present.at += timedelta(**time)

    def hand_over(self, number: int = 1) -> list[int]:
        """So many new leads, a minute apart."""
        found = []
        for _ in range(number):
            self.pass_time(minutes=1)
            lead = self.app.add({"email": f"lead{next(self._numbers)}@example.com"}, "marketing")["id"]
            self.app.fire(lead, "hand_over", "marketing")
            found.append(lead)
        self.pass_time(minutes=1)
        return found

    def owners(self) -> dict[int, str | None]:
        return {lead["id"]: lead["owner"] for lead in self.app.leads()}

    def last_heard(self, lead: int) -> str:
        """Who was told of the lead last."""
        return str([each for each in messages(self.app) if each.lead == lead][-1].recipient)

    def check_log(self) -> None:
        """What the log tells, decided again, is what stands."""
        report = self.app.replay()
        assert (report.findings, report.not_checkable, report.impossible) == ([], 0, None)


@pytest.fixture
def floor(empty: Engine, present: Present) -> Floor:
    return Floor(empty, present)
