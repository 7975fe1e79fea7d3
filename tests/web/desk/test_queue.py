"""The queue in a browser: what the command says, and the first thing to do with each lead."""

from __future__ import annotations

import gzip
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient
from support.clicked import new_lead
from support.office import ANNA, BO, FRIDAY, HOUR, MIA, MONDAY, NORA, Present, on_one_database
from support.pages_sent import attributes, enter, form_to, led_to, press, words

from slaflow.engine.app import Engine
from slaflow.hours.words import open_time
from slaflow.web import app as site

STATIC = Path(site.__file__).parent / "static"


def test_a_row_tells_what_is_owed_why_it_is_here_and_what_keeps_it(
    app: Engine, client: TestClient, present: Present
) -> None:
    present.at = MONDAY
    enter(app, client, ANNA)
    page = client.get("/queue")
    assert page.status_code == 200
    said = words(page)
    for part in (
        "Mine 1", "◔ 1 h 30 min left soon due", "of 4 h · due Mon 9 Mar 10:30 · office",
        "kim@example.com Marketing-qualified lead", "Answer a qualified lead within four hours",
        "Asked for a demo Fri 6 Mar 14:30", "score 60: Asked for a demo +60", "Take it on", "Return…",
    ):  # fmt: skip
        assert part in said, part
    (row,) = app.queue(owner=ANNA)
    assert f"{open_time(row['seconds_left'])} left" in said


def test_each_party_sees_its_own_and_the_tabs_count_the_same(
    app: Engine, client: TestClient, present: Present
) -> None:
    new_lead(app, "liv")
    present.at = MONDAY
    for who, counted in ((ANNA, "Mine 2 My team 2 No owner 0 All 2"), (NORA, "Mine 0 No owner 0 All 0")):
        enter(app, client, who)
        assert counted in words(client.get("/queue?whose=party"))
    assert "Nothing is owed here now" in words(client.get("/queue"))


def test_who_looks_after_others_leads_begins_with_those_of_all(app: Engine, client: TestClient) -> None:
    for who, begins in ((ANNA, "me"), (MIA, "party")):
        enter(app, client, who)
        assert f'href="./queue?whose={begins}" aria-current="page"' in client.get("/queue").text


def test_the_main_button_does_it_once_however_often_its_form_is_sent(
    app: Engine, client: TestClient, present: Present
) -> None:
    enter(app, client, ANNA)
    form = form_to(client.get("/queue?whose=team"), "/leads/1/accept")
    with ThreadPoolExecutor(4) as pool:
        sent = lambda _: client.post("/leads/1/accept", data=form, follow_redirects=False)  # noqa: E731
        answers = list(pool.map(sent, range(4)))
    assert {(each.status_code, led_to(each)) for each in answers} == {(303, "/queue?whose=team&done=1")}
    assert [(each.actor, each.data["via"]) for each in app.log() if each.trigger == "accept"] == [
        (ANNA, "web")
    ]
    after = words(client.get("/queue?whose=team&done=1"))
    assert "Done. Take it on: from “Marketing-qualified lead” to accepted. kim@example.com" in after
    assert "Follow up within a day" in after
    assert app.replay().ok


def test_time_stands_still_while_the_calendar_is_closed(
    app: Engine, client: TestClient, present: Present
) -> None:
    enter(app, client, ANNA)
    present.at = FRIDAY + 5 * HOUR
    page = client.get("/queue")
    assert "closed, opens Mon 9 Mar 09:00" in words(page)
    assert re.search(r'data-left="5400" data-open="0" data-edge="\d+"', page.text)
    present.at = MONDAY + 2 * HOUR
    enter(app, client, ANNA)
    late = client.get("/queue")
    assert "✕ 30 min past due" in words(late)
    assert '<rect class="late"' in late.text


@on_one_database
def test_the_list_is_narrowed_by_its_address(app: Engine, client: TestClient, present: Present) -> None:
    other = new_lead(app, "liv")
    app.fire(other, "accept", ANNA, at=FRIDAY)
    present.at = MONDAY
    enter(app, client, ANNA)
    said = words(client.get("/queue?target=follow"))
    assert "liv@example.com" in said
    assert "kim@example.com" not in said
    assert "kim@example.com" in words(client.get("/queue?state=mql"))
    for nothing in ("state=nowhere", "target=%3Cscript%3E"):
        answer = client.get(f"/queue?{nothing}")
        assert (answer.status_code, "Nothing of that" in words(answer)) == (200, True)
        assert "<script>" not in answer.text.replace('<script src="./static/desk.js" defer></script>', "")


@on_one_database
@pytest.mark.parametrize(
    "path", ["/queue", "/leads", "/leads/1", "/leads/1/accept", "/leads/new", "/leads/1/log/call", "/"]
)
def test_who_is_not_signed_in_is_sent_to_sign_in(client: TestClient, path: str) -> None:
    answer = client.get(path, follow_redirects=False)
    assert answer.status_code == 303
    assert led_to(answer).startswith("/sign-in?next=/")


@on_one_database
def test_an_auditor_reads_all_and_writes_nothing(app: Engine, client: TestClient) -> None:
    app.add_person("eva@example.com", "sales", role="auditor", at=FRIDAY)
    enter(app, client, ANNA)
    form = form_to(client.get("/queue"), "/leads/1/accept")
    enter(app, client, "eva@example.com")
    for path in ("/queue?whose=party", "/leads/1", "/leads?q=kim"):
        page = client.get(path)
        assert page.status_code == 200
        # The keys are everybody's own to turn off.
        assert 'method="post"' not in page.text.partition('<template id="keys"')[0], path
    before = len(list(app.log()))
    assert client.post("/leads/1/accept", data=form).status_code == 403
    assert len(list(app.log())) == before


@on_one_database
def test_a_page_is_light_and_carries_nothing_that_the_policy_forbids(
    app: Engine, client: TestClient, present: Present
) -> None:
    for number in range(30):
        new_lead(app, f"lead{number}")
    present.at = MONDAY
    enter(app, client, MIA)
    page = client.get("/queue?whose=party")
    assert page.text.count("data-row>") == 25
    assert len(page.content) < 100_000, len(page.content)
    for path in ("queue?whose=party", "leads/1", "leads/1/return", "leads", "leads/new", "leads/1/log/call"):
        answer = client.get(f"/{path}")
        assert not [each for each in attributes(answer) if each == "style" or each.startswith("on")], path
        assert not re.search(r'(src|href|action)="(https?:)?//', answer.text), "no other host"
        assert weight(answer, "css") < 12_000, path
        assert weight(answer, "js") < 25_000, path


def weight(page: Response, kind: str) -> int:
    """What its scripts or sheets weigh on their way."""
    names = re.findall(rf'static/([a-z]+\.{kind})"', page.text)
    assert names
    return sum(len(gzip.compress((STATIC / name).read_bytes())) for name in names)


@on_one_database
def test_pages_of_the_queue_go_on_where_the_one_before_ended_whatever_was_done_meanwhile(
    app: Engine, client: TestClient, present: Present
) -> None:
    for number in range(59):
        new_lead(app, f"lead{number:02}")
    present.at = MONDAY
    enter(app, client, ANNA)
    seen: list[int] = []
    address = "/queue?whose=party"
    while address:
        page = client.get(address)
        shown = [int(each) for each in re.findall(r'id="lead-(\d+)"', page.text)]
        seen += shown
        app.fire(shown[0], "accept", ANNA, at=MONDAY)
        following = re.search(r'rel="next" href="\./([^"]+)"', page.text)
        address = f"/{unescape(following[1])}" if following else ""
    # Leads that were taken on are owed another promise, and may come again.
    assert set(seen) == set(range(1, 61))
    assert "100+" not in words(page)
    for strange in ("25", "25.x", "-1.2", "9999999.1", "25.999"):
        assert client.get(f"/queue?whose=party&after={strange}").status_code == 200


@on_one_database
def test_all_that_can_be_done_with_a_lead_stands_on_a_page_of_its_own(
    app: Engine, client: TestClient
) -> None:
    enter(app, client, ANNA)
    page = client.get("/queue/1?back=/queue%3Fwhose%3Dteam")
    said = words(page)
    for part in (
        "What can be done with kim@example.com",
        "Take it on",
        "Return…",
        "c Call",
        "a Asked for a demo",
    ):
        assert part in said, part
    assert form_to(page, "/leads/1/log/call")["back"] == "/queue?whose=team"
    assert client.get("/queue/99").status_code == 404
    enter(app, client, NORA)
    assert "Take it on" not in words(client.get("/queue/1"))


@on_one_database
def test_what_no_tick_has_done_is_said(app: Engine, client: TestClient, present: Present) -> None:
    for number in range(120):
        new_lead(app, f"lead{number}")
    present.at = MONDAY + timedelta(hours=2)
    enter(app, client, BO)
    assert "As of the last tick" in words(client.get("/queue?whose=party"))


@on_one_database
def test_after_a_deed_one_is_led_on_within_the_desk_only(app: Engine, client: TestClient) -> None:
    enter(app, client, ANNA)
    form = form_to(client.get("/leads/1/log/call"), "/leads/1/log/call")
    for number, (back, led) in enumerate(
        [
            ("//evil.example", "/queue"),
            ("/sign-out", "/queue"),
            ("/leads/1#x", "/leads/1"),
        ]
    ):
        sent = {**form, "key": str(number), "back": back}
        answer = client.post("/leads/1/log/call", data=sent, follow_redirects=False)
        assert led_to(answer) == f"{led}?done=1"
    assert press(client, "/leads/1/log/call", "/leads/1/log/call").status_code == 303
