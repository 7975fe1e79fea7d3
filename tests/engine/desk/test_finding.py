"""Leads are found by number, identity and words, whatever the case; and listed by state, owner and team."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from support.clicked import founded, new_lead
from support.office import ANNA, BO, FRIDAY, MONDAY, Present
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.engine.desk import finding
from slaflow.engine.desk.finding import Wanted
from slaflow.lifecycle.lead import Actor
from slaflow.store.database import Database
from slaflow.store.tables.leads import lead_word

WHO = Actor(ANNA, "sales")


@pytest.fixture
def present() -> Present:
    return Present(FRIDAY)


@pytest.fixture
def app(world_of: Callable[[Fill], Database], present: Present) -> Engine:
    return Engine(world_of(founded), now=present)


def found(app: Engine, text: str = "", **wanted: object) -> list[str]:
    return [each.key for each in finding.find(app, WHO, Wanted(text, **wanted)).rows]


def test_a_lead_is_found_by_its_number_its_identity_and_any_word(app: Engine) -> None:
    lead = new_lead(app, "Liv.Ek")
    app.change(lead, {"company": "Ångström Motors"}, ANNA, at=FRIDAY)
    for text in (str(lead), f"#{lead}", "liv.e", "LIV", "ek", "ångS", "ÅNGSTRÖM", "mot", "motors liv",
                 "liv.ek@example.com", "ek exam"):  # fmt: skip
        assert "liv.ek@example.com" in [each.lower() for each in found(app, text)], text
    for text in ("gström", "xek", "motors kim", "%", "'", "zzz", "k\0im", "\0"):
        assert found(app, text) == [], text
    assert found(app, "liv%") == found(app, "liv"), "marks are no part of a word"


def test_a_word_that_a_lead_has_no_longer_does_not_find_it(app: Engine) -> None:
    app.change(1, {"company": "Oldname"}, ANNA, at=FRIDAY)
    assert found(app, "oldn") == ["kim@example.com"]
    app.change(1, {"company": "Newname"}, ANNA, at=FRIDAY)
    assert found(app, "oldn") == []
    assert found(app, "newname") == ["kim@example.com"]


def test_common_words_find_as_many_as_are_shown_and_say_that_there_are_more(app: Engine) -> None:
    for number in range(60):
        new_lead(app, f"lead{number:02}")
    page = finding.find(app, WHO, Wanted("example"))
    assert (len(page.rows), page.is_cut) == (finding.PAGE, True)
    assert found(app, "example lead07") == ["lead07@example.com"]
    assert found(app, "com", state="nurturing") == []


def test_leads_are_listed_by_state_owner_and_team_page_by_page(app: Engine, present: Present) -> None:
    for number in range(60):
        new_lead(app, f"lead{number:02}")
    app.fire(1, "accept", ANNA, at=FRIDAY)
    assert found(app, state="accepted") == ["kim@example.com"]
    assert found(app, owner=BO) == []
    assert found(app, owner="nobody@example.com") == []
    assert found(app, team="nowhere") == []
    assert found(app, owner=ANNA, team="nordics", state="accepted") == ["kim@example.com"]
    keys, after = [], None
    while True:
        page = finding.find(app, WHO, Wanted(team="nordics", after=after))
        keys += [each.key for each in page.rows]
        if (after := page.next) is None:
            break
    assert len(keys) == len(set(keys)) == 61
    present.at = MONDAY.replace(day=20)
    # What fell meanwhile took them back, which no tick has carried out yet.
    assert found(app, state="mql") == []


def test_nothing_of_an_erased_lead_is_found_or_kept(app: Engine) -> None:
    app.add_person("root@example.com", "sales", role="admin")
    app.change(1, {"company": "Acme", "remark": "secretly"}, ANNA, at=FRIDAY)
    app.change(1, {"remark": None}, ANNA, at=FRIDAY)
    app.erase(1, "asked for it", "root@example.com", at=FRIDAY)
    with app.database.read() as conn:
        assert conn.execute(select(lead_word).where(lead_word.c.lead == 1)).all() == []
    for text in ("kim", "acme", "secretly", "erased"):
        assert [each for each in found(app, text) if not each.startswith("erased")] == []
