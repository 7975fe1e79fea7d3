"""The page of a lead: what may be done and why the rest may not, and all that happened, in its order."""

from __future__ import annotations

import pytest
from support.office import (
    ANNA,
    BO,
    DAY,
    FRIDAY,
    HOUR,
    MIA,
    MONDAY,
    NORA,
    Present,
    a_history,
    handed_over,
    on_one_database,
    together,
)

from slaflow.engine.app import Engine
from slaflow.engine.ask import LeadNotThere
from slaflow.engine.desk import lead as lead_desk
from slaflow.engine.desk import told
from slaflow.engine.desk.finding import Wanted, find
from slaflow.engine.desk.form import form
from slaflow.engine.desk.refusals import Mend
from slaflow.engine.desk.told import Event
from slaflow.lifecycle.lead import Actor

SALES, MARKETING = Actor(ANNA, "sales"), Actor(NORA, "marketing")


def test_a_lead_says_what_can_be_done_and_why_the_rest_cannot(app: Engine, present: Present) -> None:
    lead = handed_over(app)
    app.fire(lead, "accept", ANNA, at=FRIDAY)
    present.at = MONDAY
    page = lead_desk.show(app, lead, SALES)
    fires = {each.name: each for each in page.fires}
    assert list(fires) == ["return", "win"], "what only the agreement itself does is nobody's"
    (reason,) = fires["return"].asked
    assert (reason.field.one_of, reason.is_required) == (("no_fit", "not_ready"), True)
    (because,) = fires["win"].refused
    assert because.mends == (Mend("check", "value"),)
    assert (fires["win"].to, fires["win"].is_final) == ("won", True)
    (check,) = page.checks
    assert (check.question, check.passed) == ("Is it worth it?", None)
    assert check.answering is not None
    assert check.answering.is_open
    assert [each.name for each in page.records] == ["visit", "demo", "call", "mail", "reply"]
    assert page.main is not None
    assert (page.main.kind, page.main.name) == ("record", "call")
    assert page.main.keeps == ("first_contact", "keep_warm")


def test_the_other_side_hears_whose_it_is(app: Engine, present: Present) -> None:
    lead = handed_over(app)
    present.at = MONDAY
    page = lead_desk.show(app, lead, MARKETING)
    assert {each.name: [b.words for b in each.refused] for each in page.fires} == {
        "accept": ["it is for sales"], "return": ["it is for sales"],
    }  # fmt: skip
    assert page.main is None
    assert [each.name for each in page.records] == ["nurture"]
    identity, company = page.fields[0], page.fields[1]
    assert identity.setting is not None
    assert "a manager or admin" in identity.setting.refused[0].words
    assert company.setting is not None
    assert company.setting.is_open
    own = lead_desk.show(app, lead, Actor(MIA, "sales")).fields[0].setting
    assert own is not None
    assert own.is_open


def test_what_came_of_a_thing_stands_under_it(app: Engine, present: Present) -> None:
    lead = handed_over(app)
    present.at = MONDAY + 2 * HOUR
    events = lead_desk.show(app, lead, SALES).timeline.events
    assert [each.sentence for each in events[:2]] == [
        "“Accept or return within four hours” was broken",
        "80% of the time for “Accept or return within four hours” is over",
    ]
    assert [each.sentence for each in events[0].consequences] == [f"given to {BO}"]
    demo = next(each for each in events if each.kind == "activity")
    assert demo.by == "the lead"
    assert demo.consequences[0].is_handoff


@pytest.mark.parametrize("seed", [5])
def test_page_after_page_tells_every_entry_once(
    app: Engine, present: Present, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(told, "MOST", 4)
    monkeypatch.setattr(lead_desk, "READ", 9)
    together(app, a_history(app.active(), seed, leads=2), FRIDAY + 30 * DAY, lenient=True)
    present.at = FRIDAY + 30 * DAY
    app.tick()
    for lead in (1, 2):
        seen: list[int] = []
        before = None
        while True:
            page = lead_desk.show(app, lead, SALES, before).timeline
            seen += [number for each in page.events for number in _numbers(each)]
            causes = [each.seq for each in page.events]
            assert causes == sorted(causes, reverse=True)
            if page.before is None:
                break
            assert before is None or page.before < before
            before = page.before
        assert sorted(seen) == [each.seq for each in app.log() if each.lead == lead]


def _numbers(event: Event) -> list[int]:
    return [event.seq, *(each.seq for each in event.consequences)]


@on_one_database
def test_an_erased_lead_shows_what_is_left(app: Engine) -> None:
    lead = handed_over(app, company="Acme")
    app.erase(lead, "asked for it", "system", at=FRIDAY)
    page = lead_desk.show(app, lead, SALES)
    assert page.erased_at == FRIDAY
    assert (page.fires, page.records, page.main, page.taking) == ((), (), None, None)
    assert "Acme" not in repr(page)
    assert "kim" not in repr(page)


@on_one_database
def test_a_form_tells_what_will_come_of_it(app: Engine, present: Present) -> None:
    lead = handed_over(app)
    present.at = MONDAY
    page = form(app, lead, SALES, "fire", "accept")
    assert page is not None
    assert page.consequences[0] == "The lead goes from “Marketing-qualified lead” to accepted."
    assert (page.given, page.place.zone) == ((), "Europe/Stockholm")
    assert form(app, lead, SALES, "fire", "nothing") is None
    refused = form(app, lead, SALES, "fire", "return", {"return_reason": "other"})
    assert refused is not None
    assert "return reason" in refused.given[0]
    answer = form(app, lead, SALES, "answer", "value")
    assert answer is not None
    assert answer.question == "Is it worth it?"
    with pytest.raises(LeadNotThere):
        form(app, 99, SALES, "fire", "accept")


@on_one_database
def test_leads_are_found_by_number_and_by_how_what_they_are_known_by_begins(app: Engine) -> None:
    for name in ("kim", "kira", "liv"):
        handed_over(app, name)
    for text, expected in (("KI", [1, 2]), ("3", [3]), ("#2", [2]), ("x", []), ("", [1]), ("99", [])):
        assert [each.lead_id for each in find(app, SALES, Wanted(text)).rows] == expected, text
