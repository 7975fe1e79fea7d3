"""What waits for a team: dealt by hand and by a tick alike, tried without a trace, and why it waits on."""

from __future__ import annotations

import pytest
from engine.dealing.conftest import AGREEMENT, ANN, BEN, Floor
from support.office import DAY, HOUR

from slaflow.engine.dealing import handover, waiting
from slaflow.errors import UnknownName


def test_what_waits_is_dealt_by_hand_longest_first_and_the_rest_says_why(floor: Floor) -> None:
    leads = floor.hand_over(6)
    assert list(floor.owners().values()) == [ANN, BEN, ANN, BEN, None, None]
    (still,) = floor.app.deal().waiting
    assert (still.team, still.leads, floor.app.deal().because) == ("floor", 2, {"floor": "full"})
    floor.app.fire(leads[1], "close", "sales")
    tried = floor.app.deal("floor", dry_run=True)
    assert tried.as_json()["dealt"] == floor.app.deal("floor", dry_run=True).as_json()["dealt"]
    assert floor.owners()[leads[4]] is None
    assert floor.app.tick(dry_run=True).dealt == 1
    dealt = floor.app.deal("floor").as_json()
    assert dealt == tried.as_json()
    assert [(each["lead"], each["owner"], each["team"]) for each in dealt["dealt"]] == [
        (leads[4], BEN, "floor")
    ]
    assert dealt["dealt"][0]["waited_since"] == "2026-03-02T09:05:00Z"
    assert [(each["leads"], each["because"]) for each in dealt["waiting"]] == [(1, "full")]
    floor.app.fire(leads[0], "close", "sales")
    assert floor.app.tick().dealt == 1
    assert floor.app.deal().as_json()["waiting"] == []
    floor.check_log()


def test_a_tick_that_is_only_tried_counts_what_is_dealt_and_who_hears_of_it(floor: Floor) -> None:
    answer = "{owed_by: sales, start: {enter: worked}, meet: {trigger: close}, within: 1h, "
    warned = "steps: {50%: [{notify: sales}]}}"
    floor.app.activate(f"{AGREEMENT}targets: {{answer: {answer}{warned}}}\n")
    leads = floor.hand_over(6)
    floor.pass_time(minutes=40)
    floor.app.fire(leads[0], "close", "sales")
    tried, done = floor.app.tick(dry_run=True), floor.app.tick()
    assert tried.as_json() | {"seconds": 0} == done.as_json() | {"seconds": 0}
    assert (done.dealt, done.warned, done.notified) == (1, 5, 6)
    floor.check_log()


def test_what_nobody_can_take_by_one_version_holds_up_nothing_of_another(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "AT_ONCE", 2)
    floor.hand_over(7)
    floor.app.activate(AGREEMENT.replace("capacity: 2", "capacity: 3"))
    (first, _, third) = floor.hand_over(3)
    floor.app.fire(first, "close", "sales")
    tried = floor.app.deal(dry_run=True).as_json()
    dealt = floor.app.deal()
    assert tried == dealt.as_json()
    assert ([each.lead for each in dealt.given], dealt.because) == ([third], {"floor": "older"})
    assert floor.app.deal().given == []
    floor.check_log()


def test_nothing_is_dealt_to_who_is_away_who_keeps_what_they_have(floor: Floor) -> None:
    leads = floor.hand_over(5)
    floor.app.send_away(ANN, floor.present.at, floor.present.at + DAY, stand_in=BEN)
    floor.pass_time(minutes=1)
    floor.app.fire(leads[0], "close", "sales")
    assert floor.app.deal().because == {"floor": "full"}
    assert floor.owners()[leads[2]] == ANN
    # Ben hears for her, and is dealt no more for it than he takes.
    floor.app.assign(leads[4], ANN, "mia@example.com")
    assert (floor.last_heard(leads[4]), floor.owners()[leads[4]]) == (BEN, ANN)
    floor.check_log()


def test_a_team_that_is_closed_or_where_nobody_is_says_so(floor: Floor) -> None:
    floor.hand_over(1)
    floor.present.at += 12 * HOUR
    handover.hand_over(floor.app, ANN, "office")
    assert floor.app.deal("office").because == {"office": "closed"}
    floor.app.remove_person("otto@example.com")
    assert floor.app.deal("office").because == {"office": "nobody"}
    floor.check_log()


def test_a_team_that_nobody_has_is_named_with_the_nearest(floor: Floor) -> None:
    with pytest.raises(UnknownName, match='unknown team "flor"; did you mean "floor"'):
        floor.app.deal("flor")
