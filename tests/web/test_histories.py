"""What is done by pages and over the API, in whatever order: the log says how it came, and replays."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from starlette.testclient import TestClient
from support.asking import ROOT, System, governed, system
from support.office import ANNA, BO, MIA, NORA, Present
from support.pages_sent import enter, press
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.store.database import Database

ASKERS = (ANNA, BO, MIA, NORA, ROOT)
TYPED = {
    "return_reason": ("no_fit", "not_ready", "ugly"), "amount": ("12000", "-1", "x"), "outcome": ("", "hm"),
    "expected_value": ("10000", "9999.99", "much"), "company": ("Acme", ""), "country": ("SE", "XX"),
    "callback_on": ("2026-03-27", "2026-02-30"), "on_hold": ("true", "false"), "to": (ANNA, BO, NORA),
    "reason": ("it reached us after hours", ""),
}  # fmt: skip
PAGES = (
    "accept", "return", "win", "promote", "recycle", "log/call", "log/mail", "log/nurture", "log/visit",
    "log/demo", "set/company", "set/country", "set/callback_on", "set/on_hold", "check/value", "owner/me",
    "owner", "dispute/respond", "lift/respond", "uphold/respond", "dispute/first_contact",
)  # fmt: skip


@pytest.fixture
def app(world_of: Callable[[Fill], Database], present: Present) -> Engine:
    return Engine(world_of(governed), now=present)


def typed(dice: random.Random) -> dict[str, str]:
    return {name: dice.choice(values) for name, values in TYPED.items()}


def by_page(client: TestClient, lead: int, dice: random.Random) -> int:
    path = f"/leads/{lead}/{dice.choice(PAGES)}"
    shown = client.get(path)
    if f'action="./{"../" * (path.count("/") - 1)}{path[1:]}"' not in shown.text:
        return shown.status_code
    return press(client, path, path, **typed(dice)).status_code


def by_api(crm: System, lead: int, dice: random.Random) -> int:
    given = typed(dice)
    asked = dice.choice((
        ("POST", "/fire/accept", {}),
        ("POST", "/fire/return", {"inputs": {"return_reason": given["return_reason"]}}),
        ("POST", "/activities", {"kind": dice.choice(("call", "mail", "reply", "visit"))}),
        ("PATCH", "", {"fields": {"company": given["company"], "on_hold": dice.random() < 0.5}}),
        ("PUT", "/checks/value", {"answer": {"expected_value": given["expected_value"]}}),
        ("PUT", "/owner", {"owner": given["to"]}),
        ("POST", "/disputes", {"target": "respond", "reason": "it reached us after hours"}),
    ))  # fmt: skip
    return crm(asked[0], f"/leads/{lead}{asked[1]}", asked[2]).status_code


@pytest.mark.parametrize("seed", range(2))
def test_what_pages_and_the_api_wrote_is_decided_again_to_the_same(
    app: Engine, client: TestClient, present: Present, seed: int
) -> None:
    dice = random.Random(seed)
    systems = [system(app, client, person=email) for email in (ANNA, NORA, MIA)]
    crm, found = [*systems, system(app, client)], []
    for name in ("one", "two"):
        fields = {"fields": {"email": f"{name}@example.com", "company": "Acme"}}
        assert systems[1]("POST", "/leads", fields).status_code == 201
        app.record(f"{name}@example.com", "demo", "lead")
    for _ in range(60):
        lead = dice.randint(1, 4)
        if dice.random() < 0.6:
            enter(app, client, dice.choice(ASKERS))
            found.append(by_page(client, lead, dice))
        else:
            found.append(by_api(dice.choice(crm), lead, dice))
        present.at += timedelta(minutes=dice.choice((0, 1, 20, 90, 600)))
        if dice.random() < 0.1:
            app.tick()
    assert max(found) < 500
    assert sum(status in (200, 303) for status in found) > 10, "some of it was done"
    assert app.verify().ok
    assert app.replay().ok
    ways = {each.data["via"] for each in app.log() if each.data and "via" in each.data}
    assert ways == {"web", "api"}
