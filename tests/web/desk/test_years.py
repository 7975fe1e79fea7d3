"""An instant of another year than the one in which it is read says of which it is, wherever it is written."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from starlette.testclient import TestClient
from support.clicked import KEYS, link_to
from support.office import ANNA, BO, FRIDAY, HOUR, MIA, MONDAY, Present, utc
from support.pages_sent import enter, words

from slaflow.engine.app import Engine
from slaflow.engine.desk.consequences import local
from slaflow.language import speaking
from slaflow.notify.links import sign

STOCKHOLM = ZoneInfo("Europe/Stockholm")
LATER = timedelta(days=400)


@pytest.mark.parametrize(
    ("at", "now", "english", "swedish"),
    [
        ("2026-03-09T13:30", "2026-03-06T13:30", "Mon 9 Mar 14:30", "mån 9 mars 14:30"),
        ("2017-03-09T13:30", "2026-03-06T13:30", "Thu 9 Mar 2017 14:30", "tors 9 mars 2017 14:30"),
        ("2027-01-04T08:00", "2026-12-31T13:30", "Mon 4 Jan 2027 09:00", "mån 4 jan. 2027 09:00"),
        # It is the reader's zone in which a year begins.
        ("2026-12-31T23:30", "2027-01-01T09:00", "Fri 1 Jan 00:30", "fre 1 jan. 00:30"),
        ("2026-12-31T22:30", "2026-12-31T23:30", "Thu 31 Dec 2026 23:30", "tors 31 dec. 2026 23:30"),
    ],
)
def test_an_instant_has_its_year_where_that_is_not_the_readers(
    at: str, now: str, english: str, swedish: str
) -> None:
    assert local(utc(at), STOCKHOLM, utc(now)) == english
    with speaking("sv"):
        assert local(utc(at), STOCKHOLM, utc(now)) == swedish


def test_a_lead_of_an_earlier_year(app: Engine, client: TestClient, present: Present) -> None:
    app.fire(1, "accept", ANNA)
    enter(app, client, ANNA)
    assert "due Mon 9 Mar 17:00" in words(client.get("/leads/1"))
    present.at = FRIDAY + LATER
    enter(app, client, ANNA)
    for path in ("/leads/1", "/queue?whose=party", "/leads/1/log/call"):
        said = words(client.get(path))
        assert "was due Mon 9 Mar 2026 17:00" in said.replace("It was due", "was due"), path
        assert "Mar 17:00" not in said, path
    assert "since Fri 6 Mar 2026 14:30" in words(client.get("/leads/1"))


def test_a_link_that_was_good_last_year(app: Engine, client: TestClient, present: Present) -> None:
    present.at = FRIDAY + LATER
    ended = words(client.get(f"/act/{sign(KEYS, link_to(app, 'accept'))}"))
    assert "This link was good until Mon 9 Mar 2026 14:30" in ended


def test_who_is_away_until_next_year(app: Engine, client: TestClient, present: Present) -> None:
    present.at = MONDAY
    app.send_away(BO, MONDAY, MONDAY + LATER, by=MIA)
    present.at = MONDAY + HOUR
    enter(app, client, MIA)
    assert "away until Tue 13 Apr 2027 10:00" in words(client.get("/leads/1/owner"))
