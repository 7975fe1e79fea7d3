"""Why a lead is whose it is, told from its own log: who else could have had it, and what they lacked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from support.builders import utc
from support.office import Present

from slaflow.engine.app import Engine
from slaflow.engine.dealing import handover
from slaflow.engine.setup.doctor import examine

AGREEMENT = """
workflow: dealt
timezone: Europe/Stockholm
parties: {marketing: {desk: desk@example.com}, sales: {desk: floor@example.com}}
calendars: {office: {hours: {mon-fri: [09:00-17:00]}}}
lead: {identity: [email], fields: {email: email, named: email}}
states:
  fresh: {held_by: marketing, initial: true}
  worked: {held_by: sales}
  done: {final: true}
transitions:
  - {trigger: hand_over, from: fresh, to: worked, by: marketing}
  - {trigger: close, from: worked, to: done, by: sales}
targets:
  answer:
    owed_by: sales
    start: {enter: worked}
    meet: {trigger: close}
    within: 4h
    calendar: office
    steps: {100%: [{assign: next}]}
teams:
  floor: {party: sales, calendar: office, capacity: 2}
  night: {party: sales, calendar: office, only_open: true}
routing: [{to: vip@example.com, when: "known.named"}, {to: night, when: "known.named"}, {to: floor}]
"""
ANN, BEN, CAT = "ann@example.com", "ben@example.com", "cat@example.com"
MONDAY = utc("2026-03-02T08:00")


@pytest.fixture
def app(empty: Engine, present: Present) -> Engine:
    present.at = MONDAY
    empty.activate(AGREEMENT)
    for name in (ANN, BEN, CAT):
        empty.add_person(name, "sales", team="floor")
    empty.add_person("mia@example.com", "sales", role="admin")
    empty.add_person("eve@example.com", "sales", team="night")
    return empty


def handed_over(app: Engine, name: str, **fields: str) -> int:
    lead: int = app.add({"email": f"{name}@example.com", **fields}, "marketing")["id"]
    app.fire(lead, "hand_over", "marketing")
    return lead


def why(app: Engine, lead: int, **given: Any) -> dict[str, Any]:
    return app.explain(lead, "owner", **given)


def test_a_team_says_what_each_of_the_others_lacked(app: Engine, present: Present) -> None:
    app.add_person(BEN, weight="0")
    app.send_away(CAT, MONDAY, MONDAY + timedelta(hours=3))
    handed_over(app, "first")
    second = handed_over(app, "second")
    assert why(app, second)["plain"] == [
        "ann@example.com owns lead 2 by rule 3 of the routing, since Mon 2026-03-02 09:00",
        "rule 1 (vip@example.com, if named is known) was passed over: vip@example.com was not there",
        "rule 2 (the next of team night, if named is known) was passed over: its condition did not hold",
        "rule 3: the next of team floor",
        "floor deals by turns; ann@example.com had the one before, in round 1:",
        "  ann@example.com, chosen: weight 1, 1 open of 2",
        "  ben@example.com: weight 0, 0 open of 2, gets none; needed: a weight above 0",
        "  cat@example.com: away until Mon 2026-03-02 12:00; needed: to be there",
    ]
    waiting = handed_over(app, "third")
    present.at += timedelta(minutes=30)
    later = handed_over(app, "fourth")
    told = why(app, waiting)
    assert told["waits"] == {"for": "floor", "since": "2026-03-02T08:00:00Z", "place": 1, "of": 2}
    assert told["plain"][0] == (
        "nobody owns lead 3: it waits for floor since Mon 2026-03-02 09:00, number 1 of 2"
    )
    assert told["plain"][4:6] == [
        "who of floor could take it now:",
        "  ann@example.com: weight 1, 2 open of 2, full; needed: one open lead less",
    ]
    app.fire(second, "close", "sales")
    assert "needed: nothing: the next tick deals" in why(app, later)["plain"][5]
    app.tick()
    assert why(app, waiting)["plain"][0] == (
        "ann@example.com owns lead 3: it waited for floor, which dealt it to them Mon 2026-03-02 09:30"
    )
    then = why(app, waiting, at=MONDAY + timedelta(minutes=10))
    assert (then["how"], then["waits"]["place"]) == ("waits", None)
    assert then["plain"][4] == "who of floor could take it when it began to wait:"


def test_by_hand_by_a_step_by_nobody_and_no_more(app: Engine, present: Present) -> None:
    lead = handed_over(app, "first")
    app.assign(lead, BEN, "mia@example.com")
    assert why(app, lead)["plain"] == [
        "ben@example.com owns lead 1: mia@example.com gave it to them by hand, Mon 2026-03-02 09:00"
    ]
    present.at += timedelta(hours=5)
    sentence = "cat@example.com owns lead 1: the step 100% of answer gave it to them {}, as next of floor"
    for _ in ("settled in memory", "carried out"):
        assert why(app, lead)["plain"] == [sentence.format("Mon 2026-03-02 13:00")]
        app.tick()
    new = app.add({"email": "new@example.com"}, "marketing")["id"]
    assert why(app, new)["plain"] == [f"nobody owns lead {new}: it was never given to anybody"]
    app.erase(lead, "the person asked", "mia@example.com")
    assert (why(app, lead)["how"], len(why(app, lead)["plain"])) == ("erased", 1)


def test_turns_alone_are_told_where_no_figures_are_on_record(app: Engine) -> None:
    app.activate(AGREEMENT.replace(", capacity: 2", ""))
    assert why(app, handed_over(app, "first"))["plain"][4:] == [
        "floor deals by turns:",
        "  ann@example.com, chosen",
        "  ben@example.com; needed: to come before ann@example.com in turn: they are next",
        "  cat@example.com; needed: to come before ann@example.com in turn: they are next but one",
    ]


def test_a_rule_that_names_a_person_asks_for_no_limit(app: Engine) -> None:
    app.add_person("vip@example.com", "sales", weight="0")
    assert why(app, handed_over(app, "first", named="x@example.com"))["plain"] == [
        "vip@example.com owns lead 1 by rule 1 of the routing, since Mon 2026-03-02 09:00",
        "rule 1: vip@example.com, if named is known;"
        " weights, limits and hours do not count for who is named so",
    ]


def test_a_promise_of_that_name_comes_first(app: Engine) -> None:
    app.activate(AGREEMENT.replace("  answer:", "  owner:"))
    told = why(app, handed_over(app, "first"))
    assert (told["target"], "stands on its page" in told["plain"][-1]) == ("owner", True)


def test_who_waits_is_told_wherever_it_is_nobodys(app: Engine, present: Present) -> None:
    for number in range(6):
        handed_over(app, f"first{number}")
    waiting = [handed_over(app, name) for name in ("one", "two")]
    rows = [row for row in app.queue(party="sales") if row["owner"] is None]
    assert rows == [row for row in app.queue_page(party="sales").rows if row["owner"] is None]
    keys = ("lead", "waits_for", "waits_since", "waits_place", "waits_of")
    assert [tuple(row[key] for key in keys) for row in rows] == [
        (lead, "floor", "2026-03-02T08:00:00Z", place, 2) for place, lead in enumerate(waiting, 1)
    ]
    shown = app.show(waiting[1])
    assert (shown["waits_for"], shown["waits_since"]) == ("floor", "2026-03-02T08:00:00Z")
    past = next(row for row in app.queue(at=MONDAY) if row["lead"] == waiting[0])
    assert (past["waits_for"], past["waits_place"]) == ("floor", None)


def found(app: Engine) -> list[tuple[bool, str]]:
    return [(check.ok, check.detail) for check in examine(app) if check.name == "dealing"]


def test_the_doctor_tells_what_waits_and_which_teams_can_take_none(app: Engine, present: Present) -> None:
    assert found(app) == []
    for number in range(6):
        handed_over(app, f"first{number}")
    full = (True, "floor is full; what comes for it waits: 3 members can take none now")
    assert found(app) == [full]
    handed_over(app, "waits")
    present.at += timedelta(hours=7)
    waits = "1 lead waits for floor, since 2026-03-02T08:00:00Z"
    assert found(app) == [(True, waits), full]
    present.at += timedelta(hours=10)
    closed = (True, "night is closed now; what comes for it waits")
    assert found(app) == [(True, waits), full, closed], "of open time it was not long"
    present.at += timedelta(hours=9)
    app.send_away("eve@example.com", present.at, present.at + timedelta(days=1))
    (is_ok, said), *others = found(app)
    assert (is_ok, said.startswith(f"{waits}; raise a limit")) == (False, True)
    assert others == [full, (False, "nobody of night is there who gets leads; see 'slaflow user list'")]


def test_what_was_handed_over_says_by_whom_and_that_who_leaves_gets_none(app: Engine) -> None:
    lead = handed_over(app, "first")
    handover.hand_over(app, ANN, "floor", by="mia@example.com")
    answer, _, leaves, *_ = why(app, lead)["plain"]
    assert answer == (
        "ben@example.com owns lead 1: floor dealt it to them Mon 2026-03-02 09:00,"
        " as mia@example.com handed over what ann@example.com had"
    )
    assert "ann@example.com: weight 1, 1 open of 2, hands over; needed: not to hand over" in leaves


def test_what_was_handed_over_and_waits_says_so(app: Engine) -> None:
    lead = handed_over(app, "first")
    app.remove_person("eve@example.com")
    app.add_person("fay@example.com", "sales", team="night", weight="1", capacity="1")
    app.assign(handed_over(app, "second"), "fay@example.com", "sales")
    handover.hand_over(app, ANN, "night", by="mia@example.com")
    told = why(app, lead)
    assert (told["how"], told["by"]) == ("waits", "mia@example.com")
    assert told["plain"][:2] == [
        "nobody owns lead 1: it waits for night since Mon 2026-03-02 09:00, number 1 of 1",
        "mia@example.com handed over what ann@example.com had",
    ]


def test_who_broke_a_promise_or_has_no_lead_of_the_company_was_not_simply_away(
    app: Engine, present: Present
) -> None:
    routing = "[{to: previous, skip: breached}, {to: previous}, {to: account}, {to: floor}]"
    text = AGREEMENT[: AGREEMENT.index("routing:")].replace("fields: {", "account: named, fields: {")
    back = "transitions:\n  - {trigger: give_back, from: worked, to: fresh, by: sales}"
    text = text.replace("transitions:", back)
    app.activate(f"{text}routing: {routing}")
    lead = handed_over(app, "first", named="x@example.com")
    present.at += timedelta(hours=5)
    app.tick()
    app.fire(lead, "give_back", "sales")
    app.send_away(BEN, present.at, present.at + timedelta(days=1))
    app.fire(lead, "hand_over", "marketing")
    assert [each["why"] for each in why(app, lead)["passed"]] == [
        "nobody who was there had had it before without breaking a promise on it",
        "nobody who was there had had it before",
        "nobody was found who owned another open lead of the company",
    ]


def test_a_handoff_that_found_nobody_is_told_though_nobody_had_it_before(
    app: Engine, present: Present
) -> None:
    for each in (ANN, BEN, CAT):
        app.send_away(each, MONDAY, MONDAY + timedelta(days=1))
    lead = handed_over(app, "first")
    told = why(app, lead)
    assert (told["how"], told["cause"]["trigger"]) == ("nobody", "hand_over")
    assert told["plain"] == [
        "nobody owns lead 1: no rule of the routing found anybody, Mon 2026-03-02 09:00",
        "rule 1 (vip@example.com, if named is known) was passed over: vip@example.com was not there",
        "rule 2 (the next of team night, if named is known) was passed over: its condition did not hold",
        "rule 3 (the next of team floor) was passed over: nobody of floor was there",
    ]


def test_a_version_that_took_the_owner_away_is_told_and_not_the_rule_before(
    app: Engine, present: Present
) -> None:
    lead = handed_over(app, "first")
    app.activate(AGREEMENT.replace("worked: {held_by: sales}", "worked: {held_by: marketing}"))
    app.migrate("dealt")
    present.at += timedelta(hours=1)
    app.activate(AGREEMENT.replace("worked: {held_by: sales}", "worked: {held_by: marketing, title: W}"))
    app.migrate("dealt")
    told = why(app, lead)
    assert (told["how"], told["at"], told["rule"]) == ("migrated", "2026-03-02T08:00:00Z", None)
    assert told["plain"] == [
        "nobody owns lead 1: it was moved to another version Mon 2026-03-02 09:00,"
        " by which marketing holds it, and who owned it is not of that party"
    ]
