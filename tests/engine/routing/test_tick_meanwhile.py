"""A tick that carries out what has fallen while another transaction counts: each lead counts once."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from support.builders import utc
from support.office import FOUNDED, HOUR, Present

from slaflow.engine.app import Engine
from slaflow.store.dealing import loads
from slaflow.store.rows import clocks, leads

AGREEMENT = """
workflow: dealt
timezone: UTC
parties: {marketing: {desk: desk@example.com}, sales: {desk: floor@example.com}}
lead: {identity: [email], fields: {email: email, company: string}, account: company}
states:
  fresh: {held_by: marketing, initial: true}
  worked: {held_by: sales}
  returned: {held_by: marketing}
  done: {final: true}
transitions:
  - {trigger: hand_over, from: [fresh, returned], to: worked, by: marketing}
  - {trigger: ignore, from: worked, to: returned, by: system}
  - {trigger: close, from: worked, to: done, by: sales}
timers:
  forgotten: {start: {enter: worked}, after: 2h, do: [{fire: ignore}]}
teams:
  floor: {party: sales, assign: least_loaded}
routing: [{when: "lead.company == 'Acme'", to: account}, {to: floor}]
"""
NOON = utc("2026-03-02T12:00")
READS = ((leads, "due"), (clocks, "open_of"), (leads, "heads"), (loads, "open_leads"), (loads, "of_account"))


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("module", "read"), READS)
def test_a_lead_that_a_tick_saves_meanwhile_counts_once(
    empty: Engine, present: Present, monkeypatch: pytest.MonkeyPatch, module: ModuleType, read: str
) -> None:
    present.at = FOUNDED
    empty.activate(AGREEMENT)
    for name in ("ann", "ben"):
        empty.add_person(f"{name}@example.com", "sales", team="floor")
    present.at = NOON
    for number in range(4):
        handed_over(empty, number, "Acme" if number == 1 else None)
    present.at += 3 * HOUR
    # All four went back an hour ago, which nobody has noticed yet.
    reading, ticks = getattr(module, read), []

    def after_a_tick(*given: Any, **more: Any) -> Any:
        if not ticks and "due" in asked:
            ticks.append(1)
            assert empty.tick().fired == 4
        return reading(*given, **more)

    asked: list[str] = ["due"] if read in ("due", "of_account") else []
    due = leads.due
    if read != "due":
        monkeypatch.setattr(leads, "due", lambda *given: asked.append("due") or due(*given))
    monkeypatch.setattr(module, read, after_a_tick)
    lead = empty.add({"email": "late@example.com", "company": "Acme"}, "marketing")["id"]
    empty.fire(lead, "hand_over", "marketing")
    assert ticks
    pick = next(entry.data for entry in empty.log() if entry.lead == lead and entry.kind == "assigned")
    assert pick is not None
    assert [each["open"] for each in pick["figures"]] == [0, 0]
    assert "passed" not in pick


def handed_over(app: Engine, number: int, company: str | None) -> None:
    lead = app.add({"email": f"lead{number}@example.com", "company": company}, "marketing")["id"]
    app.fire(lead, "hand_over", "marketing")
