"""Channels, outbox and health in the browser: what waits, what failed, what to mend."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.testclient import TestClient
from support.office import FRIDAY, HOUR, MIA, MONDAY, Present
from support.pages_sent import enter, words

from slaflow.engine.app import Engine
from slaflow.store.rows import channels as channel_store

ROOT = "root@example.com"


@pytest.fixture(autouse=True)
def at_the_table(app: Engine) -> None:
    app.add_person(ROOT, "sales", role="admin")


def sent(client: TestClient, path: str, **values: Any) -> tuple[int, str]:
    key = re.search(r'name="form_key" value="([^"]+)"', client.get("/leads/new").text)
    assert key is not None
    answer = client.post(path, data={"form_key": key[1], **values})
    return answer.status_code, words(answer)


def test_what_waits_is_listed_and_read_as_it_would_be_sent(
    app: Engine, client: TestClient, present: Present
) -> None:
    present.at = MONDAY + 2 * HOUR
    app.tick()
    enter(app, client, MIA)
    said = words(client.get("/admin/outbox"))
    assert "Message" in said
    assert "lead 1 · 9 Mar 2026 " in said, "in the reader's zone"
    assert "UTC" not in said
    assert "Send again" not in said
    number = re.search(r"admin/outbox/(\d+)", client.get("/admin/outbox").text)
    assert number is not None
    letter = client.get(f"/admin/outbox/{number[1]}")
    assert "As it would be sent now" in words(letter)
    assert "<b>Acme</b>" not in letter.text
    for gone in ("999999", "0", "x", "9" * 30):
        assert client.get(f"/admin/outbox/{gone}").status_code == 404
    for odd in ("?status=nothing", "?status=failed&after=3"):
        assert client.get(f"/admin/outbox{odd}").status_code == 200


def test_channels_say_how_they_do_and_no_secret(app: Engine, client: TestClient) -> None:
    with app.database.write() as conn:
        channel_store.state(conn, "mail", lock=True)
        channel_store.save(
            conn, "mail", failures=5, closed_until=FRIDAY + HOUR, closed_because="connection refused",
            last_error="connection refused",
        )  # fmt: skip
    enter(app, client, ROOT)
    said = words(client.get("/admin/channels"))
    assert "‖ closed until 6 Mar 2026 15:30 connection refused" in said
    assert "5 failures in a row" in said
    status, again = sent(client, "/admin/outbox/retry", channel="mail")
    assert (status, "What failed there waits again" in again) in ((200, True), (404, False))
    for values, expected in (({}, 422), ({"message": "x"}, 422), ({"message": "77"}, 404),
                             ({"channel": "who"}, 404), ({"message": "1", "channel": "m"}, 422)):  # fmt: skip
        assert sent(client, "/admin/outbox/retry", **values)[0] == expected, values
    assert sent(client, "/admin/outbox/release", channel="who")[0] == 404
    assert sent(client, "/admin/outbox/release")[0] == 200


def test_health_says_what_doctor_says(app: Engine, client: TestClient) -> None:
    enter(app, client, MIA)
    said = words(client.get("/admin/health"))
    assert "● in order" in said
    assert "by-click is active since Mon 5 Jan 09:00" in said, "in the zone of who reads"
    assert "Ticks behind" in said


def test_health_is_read_in_the_readers_language_and_zone(app: Engine, client: TestClient) -> None:
    enter(app, client, MIA)
    page = client.get("/admin/health", headers={"accept-language": "sv"})
    said = words(page)
    assert "by-click gäller sedan mån 5 jan. 09:00" in said
    assert "klockan är fre 6 mars 14:30" in said
    for english in ("is active since", "the tables are at", "time zones of", "it is ", "no step", "Z "):
        assert english not in said, english
    assert 'lang="en"' not in page.text[page.text.index("<main") :]
