"""The joint review: one record for both sides, and a signature of each under what it says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any

import pytest
from support.builders import utc
from support.office import DAY, HOUR, MIA, MONDAY, Present
from support.promising import promising, statements_of
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.engine.commitments.review import AlreadySigned, NothingPromised, PeriodNotOver
from slaflow.engine.setup.signatures import NotAParty
from slaflow.errors import UnknownName
from slaflow.log.entry import canonical
from slaflow.store.database import Database
from slaflow.workflow.model.periods import InvalidPeriod

APRIL = utc("2026-03-31T22:00")
DUE = APRIL + 5 * DAY
REVIEWED = """\
commitments:
  volume: {owed_by: marketing, every: month, count: {enter: mql}, at_least: 3}
  follow_up: {owed_by: sales, every: month, share: {met: respond}, at_least: 95%}
  calls: {owed_by: sales, every: week, count: {activity: call}, at_least: 5}
  review: {owed_by: [marketing, sales], every: month, signed_within: 5d}
"""


def reviewed(database: Database) -> None:
    """March under an agreement with a joint review: three leads handed over, two of them answered."""
    app = promising(Engine(database, now=Present()), REVIEWED)
    for number in range(3):
        lead = app.add({"email": f"k{number}@example.com"}, "marketing", at=MONDAY)["id"]
        app.record(lead, "demo", "lead", at=MONDAY)
        if number:
            app.fire(lead, "accept", "sales", at=MONDAY + HOUR)
    app.tick(MONDAY + 2 * DAY)


@pytest.fixture
def app(world_of: Callable[[Fill], Database], present: Present) -> Engine:
    return Engine(world_of(reviewed), now=present)


def told(app: Engine, at: datetime, period: str = "2026-03") -> dict[str, dict[str, Any]]:
    return {each["commitment"]: each for each in app.review("office-deal", period, at=at)["commitments"]}


def test_a_running_period_shows_its_pace_and_where_it_leads(app: Engine) -> None:
    """Monday 9 March: six of 22 office days over by the end of it."""
    volume = told(app, utc("2026-03-09T23:00"))["volume"]
    assert (volume["status"], volume["figure"], volume["verdict"]) == ("running", 3, None)
    assert volume["pace"] == {
        "over": 6, "of": 22, "expected": "0.82", "projection": 11, "on_pace": True,
    }  # fmt: skip
    assert told(app, utc("2026-03-09T23:00"))["follow_up"]["pace"]["on_pace"] is False


def test_a_period_that_is_over_has_figures_before_it_has_verdicts(app: Engine) -> None:
    app.tick(APRIL + HOUR)
    before = told(app, APRIL + HOUR)
    assert {each["status"] for each in before.values()} == {"maturing"}
    assert (before["follow_up"]["figure"], before["follow_up"]["verdict"]) == ("0.6666", None)
    app.tick(APRIL + 4 * DAY)
    after = told(app, APRIL + 4 * DAY)
    assert {name: (each["status"], each["verdict"]) for name, each in after.items()} == {
        "volume": ("closed", "kept"), "follow_up": ("closed", "missed"), "review": ("maturing", None),
    }  # fmt: skip


def test_what_no_tick_has_closed_yet_is_said_to_be_due(app: Engine) -> None:
    review = app.review("office-deal", "2026-03", at=APRIL + 4 * DAY)
    assert [each["status"] for each in review["commitments"]] == ["due", "due", "maturing"]


def test_a_week_has_a_record_of_its_own(app: Engine) -> None:
    week = app.review("office-deal", "2026-W11", at=MONDAY + 2 * DAY)
    assert [each["commitment"] for each in week["commitments"]] == ["calls"]
    assert (week["from"], week["to"]) == ("2026-03-08T23:00:00Z", "2026-03-15T23:00:00Z")
    assert week["parties"] == ["marketing", "sales"]


def test_both_sign_in_time_and_the_promise_to_sign_is_kept(app: Engine) -> None:
    signed = app.sign_review("office-deal", "2026-03", MIA, at=APRIL + 4 * DAY)
    assert (signed["workflow"], signed["period"], signed["party"], signed["actor"]) == (
        "office-deal", "2026-03", "sales", MIA,
    )  # fmt: skip
    review = app.review("office-deal", "2026-03", at=APRIL + 4 * DAY + HOUR)
    assert (review["missing"], [s["party"] for s in review["signatures"]]) == (["marketing"], ["sales"])
    app.sign_review("office-deal", "2026-03", "marketing", at=DUE)
    app.tick(DUE + HOUR)
    (stated,) = [s for s in statements_of(app, "review") if s["period"] == "2026-03"]
    assert (stated["at"], stated["verdict"], stated["figure"]) == (DUE, "kept", 2)
    assert stated["signed"] == {"marketing": "2026-04-05T22:00:00Z", "sales": "2026-04-04T22:00:00Z"}


def test_a_late_signature_is_recorded_and_the_verdict_stays(app: Engine) -> None:
    app.sign_review("office-deal", "2026-03", MIA, at=DUE)
    app.sign_review("office-deal", "2026-03", "marketing", at=DUE + HOUR)
    app.tick(DUE + DAY)
    (stated,) = [s for s in statements_of(app, "review") if s["period"] == "2026-03"]
    assert (stated["verdict"], stated["signed"]["marketing"]) == ("missed", None)
    assert app.review("office-deal", "2026-03", at=DUE + DAY)["missing"] == []


def test_the_log_holds_what_was_signed(app: Engine) -> None:
    """Whoever has the entry can compute the digest again, and compare it with the record shown."""
    app.tick(DUE + HOUR)
    shown = app.review("office-deal", "2026-03", at=DUE + HOUR)
    app.sign_review("office-deal", "2026-03", MIA, at=DUE + HOUR)
    (entry,) = [entry for entry in app.log() if entry.kind == "signed"]
    assert (entry.stream, entry.entry_class, entry.party) == ("workflow:office-deal", "input", "sales")
    assert sha256(canonical(entry.data["record"])).hexdigest() == entry.data["record_digest"]
    assert entry.data["record_digest"] == shown["record_digest"]
    named = [each["commitment"] for each in entry.data["record"]["commitments"]]
    assert named == ["volume", "follow_up"]
    assert app.verify().ok


def test_both_sign_the_same_record_whoever_signs_first(app: Engine) -> None:
    app.tick(DUE)
    first = app.sign_review("office-deal", "2026-03", MIA, at=DUE)
    second = app.sign_review("office-deal", "2026-03", "marketing", at=DUE)
    assert first["record_digest"] == second["record_digest"]


def test_signatures_under_different_records_are_told_apart_and_why(app: Engine) -> None:
    """Marketing signs before the month closes, sales after it; then a breach is lifted."""
    assert app.review("office-deal", "2026-03", at=APRIL)["signed_alike"] is None
    app.sign_review("office-deal", "2026-03", "marketing", at=APRIL)
    app.tick(DUE + HOUR)
    app.sign_review("office-deal", "2026-03", MIA, at=DUE + HOUR)
    app.lift(1, "respond", "the phones were down", "marketing", at=DUE + 2 * HOUR)
    app.tick(DUE + DAY)
    told = app.review("office-deal", "2026-03", at=DUE + DAY)
    assert told["signed_alike"] is False
    assert [(s["party"], s["changed_since"]) for s in told["signatures"]] == [
        ("marketing", [{"commitment": "volume", "what": "closed"},
                       {"commitment": "follow_up", "what": "restated"}]),
        ("sales", [{"commitment": "follow_up", "what": "restated"}]),
    ]  # fmt: skip
    before = app.review("office-deal", "2026-03", at=APRIL + HOUR)
    assert (before["signed_alike"], before["signatures"][0]["changed_since"]) == (True, [])


def test_a_party_signs_once(app: Engine) -> None:
    app.sign_review("office-deal", "2026-03", MIA, at=DUE)
    with pytest.raises(
        AlreadySigned, match=r"sales has signed the review of office-deal 2026-03 already, by mia"
    ):
        app.sign_review("office-deal", "2026-03", MIA, at=DUE + HOUR)
    app.sign_review("office-deal", "2026-W11", MIA, at=DUE + HOUR)
    app.sign_review("office-deal", "2026-03", "marketing", at=DUE + HOUR)


@pytest.mark.parametrize("who", ["lead", "system"])
def test_who_is_no_side_of_it_signs_nothing(app: Engine, who: str) -> None:
    with pytest.raises(NotAParty, match=f"{who} is no party to office-deal"):
        app.sign_review("office-deal", "2026-03", who, at=DUE)


def test_nobody_signs_what_is_not_over(app: Engine) -> None:
    with pytest.raises(PeriodNotOver, match="2026-03 runs until 2026-03-31T22:00:00Z"):
        app.sign_review("office-deal", "2026-03", MIA, at=APRIL - HOUR)
    app.sign_review("office-deal", "2026-03", MIA, at=APRIL)


def test_a_stranger_an_unknown_agreement_and_no_period_are_refused(app: Engine) -> None:
    with pytest.raises(UnknownName, match=r'unknown user or party "ana@example\.com"; did you mean "anna@'):
        app.sign_review("office-deal", "2026-03", "ana@example.com", at=DUE)
    with pytest.raises(UnknownName, match='unknown workflow "office-del"; did you mean "office-deal"'):
        app.review("office-del", "2026-03")
    with pytest.raises(InvalidPeriod, match='"March" is no period'):
        app.review("office-deal", "March")


@pytest.mark.parametrize("period", ["2026-Q1", "2026", "2026-03-06", "2025-11", "2099-01"])
def test_there_is_no_record_of_what_was_never_promised(app: Engine, period: str) -> None:
    with pytest.raises(NothingPromised, match=f"office-deal promises nothing for {period}"):
        app.review("office-deal", period, at=DUE)
