"""Teams at their limits: nobody there, nobody with room, another day, a closed office (rules.md, 41)."""

from __future__ import annotations

from datetime import datetime
from itertools import count

import pytest
from support.builders import utc
from support.office import DAY, HOUR, Present, on_one_database

from slaflow.engine.app import Engine
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows.outbox import list_messages

AGREEMENT = """
workflow: dealt
timezone: Europe/Stockholm
parties: {{marketing: {{desk: desk@example.com}}, sales: {{desk: floor@example.com}}}}
calendars:
  office: {{hours: {{mon-fri: ["09:00-17:00"]}}, holidays: [SE]}}
  west: {{hours: {{mon-sun: ["00:00-24:00"]}}, timezone: America/Los_Angeles}}
lead: {{identity: [email], fields: {{email: email}}}}
states:
  fresh: {{held_by: marketing, initial: true}}
  worked: {{held_by: sales}}
  done: {{final: true}}
transitions:
  - {{trigger: hand_over, from: fresh, to: worked, by: marketing}}
  - {{trigger: close, from: worked, to: done, by: sales}}
teams: {{floor: {{party: sales, {keys}}}}}
routing: [{{to: floor}}]
"""
ANN, BEN, CAT = (f"{name}@example.com" for name in ("ann", "ben", "cat"))
NUMBERS = count()
FOUNDED = utc("2026-02-27T12:00")
pytestmark = on_one_database


class Floor:
    """A team that is sent leads."""

    def __init__(self, app: Engine, present: Present, keys: str, **weights: int) -> None:
        self.app, self.present = app, present
        present.at = FOUNDED
        app.activate(AGREEMENT.format(keys=keys))
        for name, weight in weights.items():
            app.add_person(f"{name}@example.com", "sales", team="floor", weight=weight)

    def gets(self, at: datetime | None = None) -> int:
        """A lead that is handed over to it."""
        self.present.at = at or self.present.at + HOUR
        lead = self.app.add({"email": f"lead{next(NUMBERS)}@example.com"}, "marketing")["id"]
        self.app.fire(lead, "hand_over", "marketing")
        return int(lead)

    def tick(self, at: datetime | None = None) -> int:
        """How many leads were dealt."""
        self.present.at = at or self.present.at + HOUR
        return self.app.tick().dealt

    def owner(self, lead: int) -> str | None:
        return self.app.show(lead)["owner"]  # type: ignore[no-any-return]

    def waits(self, lead: int) -> bool:
        with self.app.database.read() as conn:
            return lead_store.read(conn, [lead])[lead].waits_for == "floor"

    def desk_heard(self, lead: int) -> int:
        with self.app.database.read() as conn:
            told = [each for each in list_messages(conn) if each.lead_id == lead]
        return sum(each.message.kind == "unassigned" for each in told)


def test_nobody_there_is_as_no_team_and_nothing_waits_for_it(empty: Engine, present: Present) -> None:
    floor = Floor(empty, present, "capacity: 1", ann=1)
    empty.send_away(ANN, FOUNDED, FOUNDED + DAY)
    lead = floor.gets()
    assert (floor.owner(lead), floor.waits(lead)) == (None, False)
    assert floor.tick(FOUNDED + 2 * DAY) == 0


def test_a_team_without_weight_is_as_no_team(empty: Engine, present: Present) -> None:
    floor = Floor(empty, present, "capacity: 1", ann=0, ben=0)
    lead = floor.gets()
    assert (floor.owner(lead), floor.waits(lead)) == (None, False)
    empty.add_person(BEN, weight=1)
    assert floor.tick() == 0
    assert floor.owner(floor.gets()) == BEN


def test_a_team_of_one_takes_one_after_the_other(empty: Engine, present: Present) -> None:
    floor = Floor(empty, present, "capacity: 2", ann=3)
    first, second, third, fourth = (floor.gets() for _ in range(4))
    assert [floor.owner(each) for each in (first, second)] == [ANN, ANN]
    assert [floor.waits(each) for each in (first, second, third, fourth)] == [False, False, True, True]
    assert floor.tick() == 0
    empty.fire(second, "close", "sales")
    assert floor.tick() == 1
    assert [floor.owner(each) for each in (third, fourth)] == [ANN, None]


def test_who_is_removed_while_leads_wait_gets_none(empty: Engine, present: Present) -> None:
    floor = Floor(empty, present, "capacity: 1", ann=1, ben=2, cat=1)
    held = [floor.gets() for _ in range(3)]
    waiting = [floor.gets() for _ in range(3)]
    assert all(map(floor.waits, waiting))
    present.at += HOUR
    empty.remove_person(BEN)
    for lead in held:
        empty.fire(lead, "close", "sales")
    assert floor.tick() == 2
    # The turn goes on from Cat, who was drawn last.
    assert [floor.owner(lead) for lead in waiting] == [ANN, CAT, None]
    for email in (ANN, CAT):
        empty.remove_person(email)
    assert floor.tick() == 0
    assert floor.waits(waiting[2])
    empty.add_person("dot@example.com", "sales", team="floor")
    assert floor.tick() == 1
    assert floor.owner(waiting[2]) == "dot@example.com"
    again = empty.replay()
    assert (again.findings, again.not_checkable, again.impossible) == ([], 0, None)


DAYS = {
    "the day of the agreement changes at its midnight": (
        "", [("2026-03-02T22:59", True), ("2026-03-02T23:00", True), ("2026-03-03T22:59", False)],
    ),
    "the day of the team's calendar changes at its own": (
        ", calendar: west", [
            ("2026-03-02T23:30", True), ("2026-03-03T07:59", False), ("2026-03-03T08:01", True),
        ],
    ),
    "the day with 23 hours ends an hour sooner": (
        "", [
            ("2026-03-28T22:59", True), ("2026-03-28T23:00", True), ("2026-03-29T21:59", False),
            ("2026-03-29T22:00", True),
        ],
    ),
    "and so it does elsewhere, three weeks before": (
        ", calendar: west", [
            ("2026-03-08T07:59", True), ("2026-03-08T08:00", True), ("2026-03-09T06:59", False),
            ("2026-03-09T07:00", True),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("day", DAYS)
def test_a_day_is_that_of_the_team(empty: Engine, present: Present, day: str) -> None:
    calendar, course = DAYS[day]
    floor = Floor(empty, present, f"per_day: 1{calendar}", ann=1)
    for at, is_dealt in course:
        lead = floor.gets(utc(at))
        assert (floor.owner(lead), floor.waits(lead)) == ((ANN, False) if is_dealt else (None, True)), at


def test_a_closed_team_deals_when_it_opens(empty: Engine, present: Present) -> None:
    """Easter 2026: from Thursday at five until Tuesday at nine."""
    floor = Floor(empty, present, "calendar: office, only_open: true", ann=1, ben=2)
    assert floor.owner(floor.gets(utc("2026-04-02T14:59"))) == ANN
    late, friday = floor.gets(utc("2026-04-02T15:00")), floor.gets(utc("2026-04-03T09:00"))
    for at in ("2026-04-03T12:00", "2026-04-04T12:00", "2026-04-06T12:00", "2026-04-07T06:59"):
        assert floor.tick(utc(at)) == 0
    assert (floor.waits(late), floor.waits(friday)) == (True, True)
    assert floor.tick(utc("2026-04-07T07:00")) == 2
    assert [floor.owner(late), floor.owner(friday)] == [BEN, BEN]
    assert [floor.desk_heard(late), floor.desk_heard(friday)] == [1, 1]
