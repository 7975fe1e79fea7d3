"""What a lead's page says of what was said and done, and what a taker is shown of it."""

from __future__ import annotations

from support.office import ANNA, DAY, FRIDAY, HOUR, MONDAY, on_one_database

from slaflow.engine.app import Engine


def busy(app: Engine) -> int:
    """Six touches, the last of which hands over; accepted and called on Monday."""
    lead = app.add({"email": "kim@example.com", "country": "SE"}, "marketing", at=FRIDAY - 2 * DAY)["id"]
    for hours in range(5):
        app.record(lead, "nurture", "marketing", at=FRIDAY - DAY + hours * HOUR)
    app.record(lead, "demo", "lead", at=FRIDAY)
    app.fire(lead, "accept", ANNA, at=MONDAY + 2 * HOUR)
    app.record(lead, "call", ANNA, {"outcome": "no answer"}, at=MONDAY + 3 * HOUR)
    return int(lead)


def test_touches_and_moves_are_told_newest_first(app: Engine) -> None:
    told = app.told(busy(app), at=MONDAY + 4 * HOUR)
    rows = told["timeline"]
    assert [row["name"] for row in rows] == ["call", "accept", "promote", "demo", *["nurture"] * 5, "created"]
    call, accept, promote, demo = rows[:4]
    assert (call["what"], call["by"], call["sent"]) == ("touch", ANNA, {"outcome": "no answer"})
    assert (accept["what"], accept["from"], accept["to"], accept["handoff"]) == (
        "move", "mql", "accepted", False,
    )  # fmt: skip
    assert (promote["handoff"], demo["points"]) == (True, "60")
    assert {name: value for name, value in told.items() if name not in ("timeline", "handoff")} == (
        app.show(1, at=MONDAY + 4 * HOUR)
    )


@on_one_database
def test_as_many_are_told_as_are_asked_for(app: Engine) -> None:
    lead = busy(app)
    assert [row["name"] for row in app.told(lead, timeline=2)["timeline"]] == ["call", "accept"]
    assert app.told(lead, timeline=0)["timeline"] == []
    assert app.told(lead, at=FRIDAY + HOUR)["timeline"][0]["name"] == "promote"


def test_a_taker_is_shown_the_last_five_touchpoints_before_the_handoff(app: Engine) -> None:
    lead = busy(app)
    handoff = app.told(lead)["handoff"]
    assert (handoff["trigger"], handoff["score"]) == ("promote", "60")
    assert [each["kind"] for each in handoff["last_touchpoints"]] == ["demo", *["nurture"] * 4]
    assert handoff["last_touchpoints"][0] == {"kind": "demo", "at": "2026-03-06T13:30:00Z", "by": "lead"}
    logged = [entry.data["handoff"] for entry in app.log() if entry.handoff]
    assert all("last_touchpoints" not in each for each in logged)


def test_an_erased_lead_keeps_its_moves_and_no_word(app: Engine) -> None:
    lead = busy(app)
    app.erase(lead, "asked for", "marketing", at=MONDAY + 5 * HOUR)
    rows = app.told(lead)["timeline"]
    assert [(row["what"], row["name"]) for row in rows[:2]] == [("touch", None), ("move", "accept")]
    assert rows[0]["sent"] == {}
