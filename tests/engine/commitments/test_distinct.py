"""What counts once per value of a field: counted, restated, and the same once somebody is erased."""

from __future__ import annotations

import pytest
from support.builders import utc
from support.office import DAY, HOUR, MONDAY, staffed
from support.promising import APRIL, CLOSED, handed, owing, statements_of

from slaflow.engine.app import Engine
from slaflow.log.entry import Entry

DISTINCT = """\
commitments:
  companies: {owed_by: marketing, every: month, count: {enter: mql, distinct: company}, at_least: 3}
  won_over:
    owed_by: sales
    every: month
    share: {of: {trigger: accept}, among: {trigger: [accept, return]}, distinct: company}
    per: owner
    at_least: 50%
"""
TEXT = owing(DISTINCT)


def in_march(empty: Engine) -> tuple[Engine, list[int]]:
    """Five leads: two of Acme, one of Bolt, and two that say of nothing whose they are."""
    app = staffed(empty, TEXT)
    named = ({"company": "Acme"}, {"company": " Acme "}, {"company": "Bolt"}, {}, {})
    return app, [handed(app, number, MONDAY + number * HOUR, **each) for number, each in enumerate(named)]


def march(app: Engine, name: str) -> list[tuple[object, ...]]:
    return [
        (s["figure"], s.get("of"), s.get("among"), s["verdict"])
        for s in statements_of(app, name)
        if s["period"] == "2026-03"
    ]


def noted(app: Engine) -> list[object]:
    return [entry.data["counts"] for entry in app.log() if (entry.data or {}).get("counts")]


def test_each_value_counts_once_and_a_lead_without_one_as_itself(empty: Engine) -> None:
    app, leads = in_march(empty)
    outcomes = ("return", "accept", "accept", "accept", "return")
    for lead, trigger in zip(leads, outcomes, strict=True):
        given = {"return_reason": "no_fit"} if trigger == "return" else {}
        app.fire(lead, trigger, "sales", given, at=MONDAY + 6 * HOUR + lead * HOUR)
    app.tick(CLOSED + HOUR)
    assert march(app, "companies") == [(4, None, None, "kept")]
    assert march(app, "won_over")[0][1:3] == (2, 4)
    assert noted(app)[:3] == [{"companies": "Acme"}, {"companies": "Acme"}, {"companies": "Bolt"}]
    assert {"companies": ""} in noted(app)
    assert app.replay().ok


def test_an_erased_lead_counts_for_its_value_still_and_changes_no_closed_figure(empty: Engine) -> None:
    app, leads = in_march(empty)
    app.erase(leads[0], "asked for by letter", "marketing", at=MONDAY + 2 * DAY)
    app.tick(CLOSED + HOUR)
    assert march(app, "companies") == [(4, None, None, "kept")]
    app.erase(leads[2], "asked for by letter", "marketing", at=CLOSED + 2 * HOUR)
    for number, company in ((7, "Acme"), (8, "Bolt"), (9, "Cord")):
        late = int(
            app.add({"email": f"k{number}@example.com", "company": company}, "marketing", at=MONDAY)["id"]
        )
        app.record(late, "demo", "lead", at=CLOSED + number * HOUR, occurred_at=APRIL - DAY)
    app.tick(CLOSED + DAY)
    assert march(app, "companies") == [(4, None, None, "kept"), (5, None, None, "kept")]
    erased = [entry for entry in app.log() if entry.lead == leads[0]]
    assert "Acme" not in "".join(map(str, map(Entry.as_json, erased)))
    assert app.replay().ok


@pytest.mark.parametrize("name", ["companies"])
def test_a_value_of_before_is_told_from_one_of_now(empty: Engine, name: str) -> None:
    """A lead that changes hands of companies counts for each of which it entered."""
    app, leads = in_march(empty)
    app.fire(leads[0], "return", "sales", {"return_reason": "no_fit"}, at=MONDAY + 8 * HOUR)
    app.change(leads[0], {"company": "Dune"}, "marketing", at=MONDAY + 9 * HOUR)
    app.record(leads[0], "demo", "lead", at=MONDAY + 10 * HOUR)
    app.tick(utc("2026-04-10"))
    assert march(app, name) == [(5, None, None, "kept")]
