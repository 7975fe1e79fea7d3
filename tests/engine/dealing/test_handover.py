"""All that somebody has, handed over: to whom and by whom, what waits, and what is left."""

from __future__ import annotations

from typing import Any

import pytest
from engine.dealing.conftest import AGREEMENT, ANN, BEN, MIA, NORA, OTTO, Floor
from support.office import DAY

from slaflow.engine.dealing import handover
from slaflow.engine.permits import NotPermitted
from slaflow.errors import SlaflowError, UnknownName


@pytest.fixture(autouse=True)
def _in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several transactions to each."""
    monkeypatch.setattr(handover, "AT_ONCE", 2)


def handed(floor: Floor, *given: Any, **rest: Any) -> dict[str, Any]:
    return handover.hand_over(floor.app, *given, **rest).as_json()


def shared(told: dict[str, Any]) -> dict[str, int]:
    return {each["email"]: each["leads"] for each in told["given"]}


def test_who_left_hands_to_their_team_by_its_limits_and_the_rest_waits(floor: Floor) -> None:
    floor.app.add_person(ANN, capacity="5")
    leads = floor.hand_over(7)
    assert [floor.owners()[each] for each in leads].count(ANN) == 5
    for lead in leads[:2]:
        floor.app.fire(lead, "close", "sales")
    floor.app.remove_person(ANN)
    floor.pass_time(minutes=1)
    before = floor.owners()
    tried = handed(floor, ANN, dry_run=True)
    assert floor.owners() == before
    told = handed(floor, ANN)
    assert told == tried
    assert (told["team"], told["leads"], shared(told), told["waiting"]) == ("floor", 4, {BEN: 1}, 3)
    assert set(floor.owners().values()) == {BEN, None, ANN}
    assert handed(floor, ANN)["leads"] == 0
    floor.app.add_person("cia@example.com", "sales", team="floor")
    floor.pass_time(minutes=1)
    assert floor.app.tick().dealt == 2
    floor.check_log()


def test_what_somebody_handed_over_and_waits_is_not_dealt_back_to_them(floor: Floor) -> None:
    leads = floor.hand_over(5)
    theirs = [lead for lead, owner in floor.owners().items() if owner == ANN]
    assert handed(floor, ANN)["waiting"] == 2
    floor.pass_time(minutes=1)
    # Another's goes to her as before, though hers come first by number.
    assert floor.app.tick().dealt == 1
    assert [floor.owners()[each] for each in (*theirs, leads[-1])] == [None, None, ANN]
    (now, _) = floor.app.explain(theirs[0], "owner")["candidates"]
    assert (now["email"], now["needed"]) == (ANN, ["not to hand over what they have"])
    floor.app.fire(leads[1], "close", "sales")
    assert floor.app.deal(dry_run=True).as_json() == (dealt := floor.app.deal()).as_json()
    assert [(each.lead, each.owner) for each in dealt.given] == [(theirs[0], BEN)]
    assert floor.app.explain(theirs[0], "owner")["how"] == "dealt"
    floor.check_log()


def test_what_a_step_made_theirs_goes_with_the_rest_though_no_tick_came_by(floor: Floor) -> None:
    answer = "{owed_by: sales, start: {enter: worked}, meet: {trigger: close}, within: 1h, "
    floor.app.activate(f"{AGREEMENT}targets: {{answer: {answer}steps: {{100%: [{{assign: next}}]}}}}}}\n")
    leads = floor.hand_over(2)
    floor.pass_time(minutes=70)
    assert handed(floor, BEN, MIA, dry_run=True) == (told := handed(floor, BEN, MIA))
    assert (shared(told), floor.owners()) == ({MIA: 1}, {leads[0]: MIA, leads[1]: ANN})
    floor.check_log()


def test_a_person_gets_all_of_their_own_partys_and_hears_of_it(floor: Floor) -> None:
    leads = floor.hand_over(3)
    floor.app.fire(leads[2], "give_back", "sales")
    floor.app.assign(leads[2], NORA, "marketing")
    floor.app.add_person(NORA, "sales", team="floor")
    floor.pass_time(minutes=1)
    floor.app.send_away(OTTO, floor.present.at, floor.present.at + DAY)
    told = handed(floor, NORA, MIA, by=MIA)
    assert (told["leads"], told["left"][0]["lead"]) == (0, leads[2])
    assert "mia@example.com is of sales, and marketing holds the lead" in told["left"][0]["because"]
    told = handed(floor, ANN, OTTO, by=MIA)
    assert (shared(told), told["away_until"]) == ({OTTO: 1}, "2026-03-03T09:05:00Z")
    assert handed(floor, OTTO, BEN)["leads"] == 1
    assert floor.last_heard(leads[0]) == BEN
    floor.check_log()


def test_what_another_party_holds_is_left_for_a_team_too_and_nothing_logged(floor: Floor) -> None:
    (lead,) = floor.hand_over()
    entries = len(list(floor.app.log()))
    told = handed(floor, ANN, "growth")
    assert told["left"] == [
        {"lead": lead, "because": "growth is a team of marketing, and sales holds the lead"}
    ]
    assert len(list(floor.app.log())) == entries
    assert floor.owners()[lead] == ANN


def test_a_member_gives_away_nobodys_and_names_are_as_they_are_known(floor: Floor) -> None:
    floor.hand_over(2)
    with pytest.raises(NotPermitted, match="a manager of that party or an admin"):
        handed(floor, ANN, BEN, by=BEN)
    with pytest.raises(UnknownName, match='did you mean "floor"'):
        handed(floor, ANN, "flor")
    with pytest.raises(SlaflowError, match="is in no team; say with --to"):
        handed(floor, MIA)
    with pytest.raises(SlaflowError, match="has them already"):
        handed(floor, ANN, ANN.upper())
    with pytest.raises(SlaflowError, match="unknown user"):
        handed(floor, "anne@example.com")
    # Of marketing's leads a manager of sales gives nothing away.
    floor.app.fire(lead := floor.hand_over()[0], "give_back", "sales")
    floor.app.assign(lead, NORA, "marketing")
    (left,) = handed(floor, NORA, "growth", by=MIA)["left"]
    assert "a manager of that party or an admin" in left["because"]
    assert handed(floor, NORA, "growth")["waiting"] == 1
