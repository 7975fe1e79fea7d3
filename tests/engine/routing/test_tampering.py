"""Picks in the log decided again: what was changed of one is found, and those of earlier versions hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from support.builders import utc
from support.forgery import rewrite
from support.office import Present, on_one_database

from slaflow.engine.app import Engine
from slaflow.engine.loads import StoredLoads
from slaflow.lifecycle.decision import Draft
from slaflow.log.errors import LogTampered

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
teams: {{floor: {{party: sales, {keys}}}}}
routing: [{{to: floor}}]
"""
ANN, BEN = "ann@example.com", "ben@example.com"
Data = dict[str, Any]


def dealt(app: Engine, present: Present, keys: str, leads: int) -> list[str | None]:
    """Who got the leads, of whom Ann weighs two and Ben one."""
    present.at = utc("2026-03-02T08:00")
    app.activate(AGREEMENT.format(keys=keys))
    app.add_person(ANN, "sales", team="floor", weight=2)
    app.add_person(BEN, "sales", team="floor")
    for number in range(leads):
        lead = app.add({"email": f"lead{number}@example.com"}, "marketing")["id"]
        app.fire(lead, "hand_over", "marketing")
    return [lead["owner"] for lead in sorted(app.leads(), key=lambda each: each["id"])]


def of(number: int, **values: Any) -> Callable[[Data], None]:
    """The figures of a member with other values; None takes one out."""

    def forged(data: Data) -> None:
        figures = data["figures"][number]
        figures.update(values)
        data["figures"][number] = {key: value for key, value in figures.items() if value is not None}

    return forged


FORGERIES: dict[str, tuple[int, Callable[[Data], None]]] = {
    "Ann had more than she did": (3, of(0, open=2)),
    "Ann had less than she did": (4, of(0, open=1)),
    "Ann's weight": (3, of(0, weight=1)),
    "Ben's weight": (4, of(1, weight=3)),
    "Ben could take none": (3, of(1, why="capacity")),
    "Ann could take one": (4, of(0, why=None)),
    "Ann could have had more": (4, of(0, capacity=3)),
    "Ben was not there": (3, lambda data: data["figures"].pop()),
    "who was drawn before": (3, lambda data: data.update(after=ANN)),
    "who got it": (3, lambda data: data.update(to=BEN)),
    "who could have": (4, lambda data: data.update(candidates=[ANN, BEN])),
    "it waited for nobody": (5, lambda data: data.update(to=BEN, method="round_robin")),
    "by what": (3, lambda data: data.update(method="least_loaded")),
    "all of the figures": (4, lambda data: data.update(figures=[], candidates=[ANN, BEN], to=ANN)),
}


@on_one_database
def test_a_forged_pick_is_found(empty: Engine, present: Present) -> None:
    assert dealt(empty, present, "capacity: 2", 5) == [ANN, BEN, ANN, BEN, None]
    assert empty.replay().ok
    honest: dict[int, list[Draft]] = {}
    for name, (lead, forge) in FORGERIES.items():

        def forged(drafts: list[Draft], lead: int = lead, forge: Any = forge) -> list[Draft]:
            honest[lead] = [replace(each) for each in drafts]
            pick = next(each for each in drafts if each.kind == "assigned")
            data: Data = {**pick.data, "figures": [dict(each) for each in pick.data["figures"]]}
            forge(data)
            return [replace(each, data=data) if each is pick else each for each in drafts]

        rewrite(empty, lead, forged)
        assert empty.verify().ok
        errors = list(empty.replay().errors())
        assert [type(each) for each in errors] == [LogTampered], name
        assert getattr(errors[0], "stream", None) == f"lead:{lead}", name
        rewrite(empty, lead, lambda _, lead=lead: honest[lead])  # type: ignore[misc]
    assert empty.replay().ok


@pytest.mark.parametrize("keys", ["capacity: 1, per_day: 1", "assign: least_loaded, capacity: 1"])
def test_picks_of_versions_that_did_not_act_on_limits_hold(
    empty: Engine, present: Present, monkeypatch: pytest.MonkeyPatch, keys: str
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(StoredLoads, "reading", lambda *_: None)
        owners = dealt(empty, present, keys, 4)
    assert owners == [ANN, BEN, ANN, BEN]
    picks = [entry.data for entry in empty.log() if entry.kind == "assigned"]
    assert picks[3] == {
        "to": BEN, "method": "round_robin", "team": "floor", "candidates": [ANN, BEN], "rule": 1,
    }  # fmt: skip
    # What is dealt since goes on from their turns, by the limits.
    lead = empty.add({"email": "lead9@example.com"}, "marketing")["id"]
    empty.fire(lead, "hand_over", "marketing")
    assert empty.show(lead)["owner"] is None
    again = empty.replay()
    assert (again.findings, again.not_checkable, again.impossible) == ([], 0, None)
