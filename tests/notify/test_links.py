"""Links: signed so that nobody else makes or changes one, and given to the lead's owner alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.clicked import ENVIRONMENT, KEY, KEYS, PUBLIC, REACH, READER, founded, message_about
from support.office import ANNA, BO, FRIDAY, MIA, on_one_database
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.engine.ask import Expected
from slaflow.notify import links
from slaflow.notify.letters.letter import Button, Reader
from slaflow.notify.tokens import Keys, KeyTooShort, LinkBroken
from slaflow.settings.reach import Reach
from slaflow.settings.secret import SecretMissing
from slaflow.store.database import Database

LINK = links.Link(7, ANNA, 42, "accept", Expected("mql", FRIDAY), FRIDAY + timedelta(hours=72))
TEXT = links.sign(KEYS, LINK)
SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."


def test_a_link_is_read_as_it_was_made() -> None:
    assert links.read(KEYS, TEXT) == LINK
    assert replace(LINK, expires_at=FRIDAY).id == LINK.id != replace(LINK, trigger="return").id


@given(st.integers(0, len(TEXT) - 1), st.sampled_from(SAFE))
@settings(max_examples=60)
def test_no_character_of_a_link_can_be_changed(place: int, other: str) -> None:
    changed = TEXT[:place] + other + TEXT[place + 1 :]
    if changed != TEXT:
        with pytest.raises(LinkBroken):
            links.read(KEYS, changed)


@given(st.text(max_size=300))
@settings(max_examples=40)
def test_no_text_at_all_is_a_fault_of_ours(text: str) -> None:
    with pytest.raises(LinkBroken):
        links.read(KEYS, text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TEXT[:-9], "cut short"),
        (TEXT[:20], "cut short"),
        (TEXT[:-1] + ("A" if TEXT[-1] != "A" else "B"), "changed on its way"),
        (TEXT[:9] + TEXT[10:], "changed on its way"),
        (links.sign(Keys((KEY[::-1],)), LINK), "a key that is not in use"),
        ("å" * 60, "no link of ours"),
        (f"{TEXT}{'a' * 5000}", "no link of ours"),
    ],
)
def test_each_way_to_be_broken_has_its_line(text: str, words: str) -> None:
    with pytest.raises(LinkBroken, match=words):
        links.read(KEYS, text)


def test_a_key_that_was_replaced_is_still_accepted_and_signs_no_more() -> None:
    both = Keys(("another key, just as long as the one before", KEY))
    assert links.read(both, TEXT) == LINK
    with pytest.raises(LinkBroken):
        links.read(KEYS, links.sign(both, LINK))


def test_none_of_the_three_kinds_passes_for_another() -> None:
    page = links.page_key(KEYS, LINK, FRIDAY)
    stop = str(links.stop_url_of(REACH, ANNA, "mail", ENVIRONMENT)).rpartition("/")[2]
    for text in (page, stop):
        with pytest.raises(LinkBroken):
            links.read(KEYS, text)
    assert links.page_is(KEYS, TEXT, LINK, FRIDAY) == links.page_is(KEYS, "", LINK, FRIDAY) == "foreign"
    assert links.read_stop(KEYS, stop) == links.Stop(ANNA, "mail")


def test_a_page_is_good_for_a_quarter_of_an_hour_and_its_own_link() -> None:
    text = links.page_key(KEYS, LINK, FRIDAY)
    assert links.page_is(KEYS, text, LINK, FRIDAY + timedelta(minutes=15)) == "fresh"
    assert links.page_is(KEYS, text, LINK, FRIDAY + timedelta(minutes=15, seconds=1)) == "old"
    assert links.page_is(KEYS, text, replace(LINK, lead=43), FRIDAY) == "foreign"


def test_keys_are_never_shown_and_never_short() -> None:
    assert KEY not in repr(KEYS)
    with pytest.raises(KeyTooShort, match="under 32 characters"):
        links.keys_of(REACH, {"LINK_KEY": "secret"})
    with pytest.raises(SecretMissing, match="LINK_KEY is not set"):
        links.keys_of(REACH, {})
    assert links.usable(REACH, {}) is None
    assert "secret" not in str(links.trouble(REACH, {"LINK_KEY": "secret"}))
    assert "public_url" in str(links.trouble(Reach(links=REACH.links), ENVIRONMENT))
    assert links.trouble(Reach(), {}) is links.trouble(REACH, ENVIRONMENT) is None


@pytest.fixture
def app(world_of: Callable[[Fill], Database]) -> Engine:
    return Engine(world_of(founded), now=lambda: FRIDAY)


def buttons(app: Engine, reader: Reader = READER, reach: Reach = REACH) -> tuple[Button, ...]:
    with app.database.read() as conn:
        return links.buttons_of(app, conn, message_about(1), reader, reach, FRIDAY, ENVIRONMENT)


@on_one_database
def test_the_owner_gets_a_link_for_each_trigger_that_they_may_fire_what_keeps_the_promise_first(
    app: Engine,
) -> None:
    found = buttons(app)
    assert [each.label for each in found] == ["Take it on", "Return…", "Note…"]
    assert found[0].url.startswith(f"{PUBLIC}/act/")
    link = links.read(KEYS, found[0].url.rpartition("/")[2])
    assert (link.message, link.person, link.lead, link.expected.state) == (7, ANNA, 1, "mql")
    assert link.expires_at == FRIDAY + timedelta(hours=72)


@on_one_database
def test_nobody_else_gets_any(app: Engine) -> None:
    others = (
        replace(READER, address=MIA),
        replace(READER, is_person=False),
        replace(READER, address="x@y.se"),
    )
    assert [buttons(app, each) for each in others] == [(), (), ()]
    assert buttons(app, reach=Reach()) == ()
    app.assign(1, BO, "system")
    assert buttons(app) == ()
    assert [each.trigger for each in buttons(app, replace(READER, address=BO.upper()))] == [
        "accept",
        "return",
        "note",
    ]
    app.fire(1, "return", BO, {"reason": "not_ready", "feedback": "not before summer"})
    assert buttons(app, replace(READER, address=BO)) == ()
    app.erase(1, "asked to be forgotten", "system")
    assert buttons(app) == ()
