"""Who may do what, asked of the engine: what is forbidden leaves nothing but its refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.office import (
    AGREEMENT,
    ANNA,
    DAY,
    FRIDAY,
    HOUR,
    MIA,
    MONDAY,
    NORA,
    handed_over,
    staffed,
    the_log,
)

from slaflow.engine.app import Engine
from slaflow.engine.leads.commands import Refused
from slaflow.engine.permits import NotPermitted

AUDITOR, HEAD, ADMIN = "aud@example.com", "head@example.com", "root@example.com"
NOW = MONDAY + 2 * HOUR
RULES = (
    AGREEMENT.replace(
        "on_hold: {type: bool, default: false}", "on_hold: {type: bool, default: false, by: []}"
    )
    .replace("to: accepted, by: sales}", "to: accepted, by: {sales: manager}}")
    .replace("country: {type", "country: {by: [marketing, {sales: manager}], type")
    + "lift: {by: [{sales: manager}]}\n"
)
DEEDS: dict[str, Callable[[Engine, str], Any]] = {
    "fire": lambda app, who: app.fire(1, "return", who, {"return_reason": "no_fit"}, at=NOW),
    "record": lambda app, who: app.record(1, "call", who, at=NOW),
    "answer": lambda app, who: app.answer(1, "value", who, {"expected_value": "1"}, at=NOW),
    "set": lambda app, who: app.change(1, {"company": "Acme"}, who, at=NOW),
    "set_identity": lambda app, who: app.change(1, {"email": "new@example.com"}, who, at=NOW),
    "assign": lambda app, who: app.assign(1, ANNA, who, at=NOW),
    "lift": lambda app, who: app.lift(1, "respond", "phones", who, at=NOW),
    "erase": lambda app, who: app.erase(1, "asked", who, at=NOW),
    "add": lambda app, who: app.add({"email": "liv@example.com"}, who, at=NOW),
    "lift_stretch": lambda app, who: app.lift_all(FRIDAY, NOW, "phones", who, at=NOW),
}
MAY = {
    ANNA: {"fire", "record", "answer", "set", "add"},
    MIA: {"fire", "record", "answer", "set", "add", "set_identity", "assign"},
    AUDITOR: set(),
    HEAD: {"set", "add", "set_identity", "lift"},
    ADMIN: {*DEEDS} - {"fire", "record", "answer"},
    "lead": set(),
    "sales": {"fire", "record", "answer", "set", "add", "lift_stretch", "erase"},
    "system": {"set", "add", "set_identity", "assign", "lift", "erase", "lift_stretch"},
}


def peopled(app: Engine, agreement: str = AGREEMENT) -> int:
    staffed(app, agreement)
    app.add_person(AUDITOR, "sales", role="auditor", at=FRIDAY - DAY)
    app.add_person(HEAD, "marketing", role="manager", at=FRIDAY - DAY)
    app.add_person(ADMIN, "marketing", role="admin", at=FRIDAY - DAY)
    lead = handed_over(app)
    app.tick(NOW)
    return lead


@pytest.mark.parametrize("who", MAY)
def test_every_role_does_what_the_table_lets_it_and_nothing_else(app: Engine, who: str) -> None:
    peopled(app)
    for name, deed in DEEDS.items():
        if name in MAY[who]:
            continue
        before = the_log(app, 1)
        shown = app.show(1, at=NOW)
        with pytest.raises((Refused, NotPermitted)):
            deed(app, who)
        added = the_log(app, 1)[len(before) :]
        assert [entry["kind"] for entry in added] == ["refused"] * (name not in ("add", "lift_stretch"))
        assert app.show(1, at=NOW) == shown
    assert app.replay().ok
    for name in sorted(MAY[who] - {"fire", "erase"}):
        DEEDS[name](app, who)
    for name in [each for each in ("fire", "erase") if each in MAY[who]]:
        DEEDS[name](app, who)
    assert app.verify().ok
    assert app.replay().ok


def test_what_the_file_says_narrows_who_may_and_the_entry_says_by_what(app: Engine) -> None:
    lead = peopled(app, RULES)
    with pytest.raises(Refused, match="accept is for a manager of sales, not for a member of sales"):
        app.fire(lead, "accept", ANNA, at=NOW)
    with pytest.raises(Refused, match="on_hold is set by the agreement's transitions"):
        app.change(lead, {"on_hold": True}, MIA, at=NOW)
    with pytest.raises(Refused, match="country is set by marketing or a manager of sales, not anna"):
        app.change(lead, {"country": "SE"}, ANNA, at=NOW)
    with pytest.raises(Refused, match="a breach of respond is lifted by a manager of sales, not head"):
        app.lift(lead, "respond", "phones", HEAD, at=NOW)
    app.change(lead, {"country": "SE"}, NORA, at=NOW)
    app.lift(lead, "respond", "phones", MIA, at=NOW)
    app.fire(lead, "accept", MIA, at=NOW)
    rights = [(e["kind"], e["data"]["right"]) for e in the_log(app, lead) if "right" in e["data"]]
    manager = "sales: manager"
    assert rights == [("changed", "marketing"), ("breach_lifted", manager), ("transition", manager)]
    assert app.replay().ok


def test_of_several_fields_the_highest_role_that_any_asks_for_is_noted(app: Engine) -> None:
    lead = peopled(app, RULES.replace("company: string", "company: {by: {sales: admin}, type: string}"))
    app.add_person("boss@example.com", "sales", role="admin", at=FRIDAY - DAY)
    app.change(lead, {"country": "SE", "company": "Acme"}, "boss@example.com", at=NOW)
    assert the_log(app, lead)[-1]["data"]["right"] == "sales: admin"
