"""Senders die while digests form: each message comes in one letter, under one id, in order; none is lost."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import orjson
import pytest
from crash.test_senders_killed import Killed, an_office, dying
from support.letterbox import Letterbox, put_up, reach_to, told
from support.office import ANNA, BO, MIA, MONDAY, Present, handed_over
from support.sending import deliveries, messages, sent
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.engine.setup import preferences
from slaflow.notify.answer import Again
from slaflow.store.database import Database

EVERYBODY = (ANNA, BO, MIA)
REACH = reach_to(lease="2s", timeout="1s", first="1s", longest="4s", burst={"messages": 2, "per": "10m"})


@pytest.fixture
def app(world_of: Callable[[Fill], Database]) -> Engine:
    return Engine(world_of(an_office), now=Present(MONDAY))


def test_whoever_dies_and_whatever_they_want_each_hears_all_of_it_once(
    app: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(random.randrange(10_000))
    box, leads = put_up(monkeypatch), [handed_over(app, name, MONDAY) for name in "ab"]
    assert isinstance(app.now, Present)
    with monkeypatch.context() as patched:
        dying(patched, chance)
        for course in range(20):
            if course % 3 == 0:
                their, kind = chance.choices(EVERYBODY, k=4), chance.choice(("breached", "escalated"))
                told(app, chance.choice(leads), their, kind, first=1000 + 10 * course)
            if course % 5 == 0:
                digest, quiet = chance.choice(("off", "daily@10:30")), chance.choice(("off", "9:15-9:40"))
                wanted = {"digest": digest, "quiet": quiet}
                preferences.change(app, REACH, chance.choice(EVERYBODY), wanted)
            box.answers = [Again("not now")] * chance.randint(0, 1)
            once(app, chance.choice((3, 60, 600)))
    for _ in range(4):
        once(app, 12 * 3600)
    came_once(app, box)


def once(app: Engine, seconds: int) -> None:
    assert isinstance(app.now, Present)
    app.now.at += timedelta(seconds=seconds)
    try:
        sent(app, REACH)
    except Killed:
        return


def came_once(app: Engine, box: Letterbox) -> None:
    bodies, letters = {}, {}
    for place, parcel in enumerate(box.came):
        assert bodies.setdefault(parcel.id, parcel.body) == parcel.body
        for number in orjson.loads(parcel.body)["told"]:
            assert letters.setdefault(number, (parcel.id, place))[0] == parcel.id
    rows = messages(app)
    assert set(letters) == {row.id for row in rows}
    assert {row.status for row in rows} == {row.status for row in deliveries(app)} == {"sent"}
    for address in EVERYBODY:
        for lead in {row.lead for row in rows}:
            places = [letters[row.id][1] for row in rows if (row.recipient, row.lead) == (address, lead)]
            assert places == sorted(places)
