"""The page of a link: it shows first, acts once, and says of every link that is good no more why."""

from __future__ import annotations

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient
from support.clicked import KEYS, link_to
from support.office import ANNA, BO, DAY, FRIDAY, HOUR, MONDAY, Present, on_one_database

from slaflow.engine.app import Engine
from slaflow.errors import SlaflowError
from slaflow.notify import links
from slaflow.notify.links import Link
from slaflow.notify.tokens import Keys
from slaflow.store.errors import DatabaseUnreachable
from slaflow.store.tables.all import REVISIONS
from slaflow.web import act

RETURN = {"in.reason": "not_ready", "in.feedback": "wants to wait until June"}


def address(link: Link) -> str:
    return f"/act/{links.sign(KEYS, link)}"


def words(answer: Response) -> str:
    """What the page says, without its marks."""
    body = re.sub(r"<head>.*</head>", "", answer.text, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def key_of(answer: Response) -> str:
    found = re.search(r'name="page" value="([^"]+)"', answer.text)
    assert found is not None, answer.text
    return found[1]


def press(client: TestClient, link: Link, **more: Any) -> Response:
    """Opens the page and sends its form."""
    key = key_of(client.get(address(link)))
    return client.post(address(link), data={"page": key, **more.pop("data", {})}, **more)


def entries(app: Engine) -> int:
    return sum(1 for _ in app.log())


def test_a_page_says_who_acts_on_whom_and_what_will_come_of_it(app: Engine, client: TestClient) -> None:
    said = words(client.get(address(link_to(app, "accept"))))
    for part in (
        "You are Anna Berg (anna@example.com), sales.",
        "If that is not you, close this page.",
        "Take it on: kim@example.com",
        "Lead 1, in “Marketing-qualified lead”, owned by Anna Berg",
        "The lead goes from “Marketing-qualified lead” to accepted.",
        "It keeps “Answer a qualified lead within four hours”, due Mon 9 Mar 10:30, 4 h before its time",
        "Company name &lt;b&gt;Acme&lt;/b&gt; &amp; Söner",
        "Asked for a demo, by the lead",
    ):
        assert part in said, said


def test_what_scanners_do_changes_nothing(app: Engine, client: TestClient) -> None:
    before = entries(app)
    for _ in range(2):
        found = client.get(address(link_to(app, "accept")), headers={"Sec-Purpose": "prefetch;prerender"})
        assert client.head(address(link_to(app, "accept"))).status_code == found.status_code == 200
        others = re.findall(r'href="([^"]+)"', found.text)
        assert len(others) == 4, "style, icon, and what else the owner may do"
        for other in others:
            assert client.get(f"/act/{other}").status_code == 200, other
    assert client.options(address(link_to(app, "accept"))).status_code == 405
    assert entries(app) == before
    assert press(client, link_to(app, "accept")).status_code == 200


def test_pressing_the_button_does_it_and_tells_what_is_owed_next(app: Engine, client: TestClient) -> None:
    answer = press(client, link_to(app, "accept"))
    assert answer.status_code == 200
    said = words(answer)
    assert "Done: take it on kim@example.com (lead 1) is in accepted now." in said
    assert "in the name of Anna Berg , Fri 6 Mar 14:30" in said
    assert "“Follow up within a day”: due Mon 9 Mar 17:00" in said
    last = [each for each in app.log() if each.kind == "transition"][-1]
    assert (last.actor, last.data["via"]) == (ANNA, "link")


def test_two_presses_at_once_act_once_and_the_other_hears_that_it_was_done(
    app: Engine, client: TestClient
) -> None:
    link = link_to(app, "note")
    key = key_of(client.get(address(link)))
    form = {"page": key, "in.remark": "called"}
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: client.post(address(link), data=form), range(2)))
    assert sorted(each.status_code for each in answers) == [200, 410]
    late = next(each for each in answers if each.status_code == 410)
    assert (
        "That was done already Note was done by this link on Fri 6 Mar 14:30, in the name of Anna Berg."
        in words(late)
    )
    assert [each.trigger for each in app.log()].count("note") == 1


def test_a_form_asks_for_what_the_transition_requires_and_tells_which_choice_would_be_refused(
    app: Engine, client: TestClient
) -> None:
    page = client.get(address(link_to(app, "return")))
    assert re.search(r'<textarea id="in.feedback"[^>]* required="True" minlength="10"', page.text)
    assert 'type="datetime-local"' in page.text
    said = words(page)
    assert "Why Not ready Unreachable Two calls first (so far the number of attempts is 0)." in said
    assert "Feedback At least 10 characters" in said
    assert "Call on (may be left out)" in said


def test_a_refusal_teaches_and_keeps_what_was_typed(app: Engine, client: TestClient) -> None:
    link = link_to(app, "return")
    short = press(client, link, data={"in.reason": "unreachable", "in.feedback": "<i>no</i>"})
    assert short.status_code == 409
    said = words(short)
    assert (
        "That was not done Feedback: what was given is shorter than 10 characters. Two calls first (so far"
        in said
    ), said
    assert "&lt;i&gt;no&lt;/i&gt;</textarea>" in short.text
    assert re.search(r'value="unreachable" checked', short.text)
    again = client.post(
        address(link), data={"page": key_of(short), **RETURN, "in.call_on": "2026-06-01T09:00"}
    )
    assert again.status_code == 200
    last = [each for each in app.log() if each.kind == "transition"][-1]
    assert last.data["inputs"]["call_on"] == "2026-06-01T07:00:00Z", "a local time of the agreement's zone"


@on_one_database
def test_what_a_guard_holds_against_it_whatever_is_given_is_told_before(
    app: Engine, client: TestClient
) -> None:
    app.fire(1, "accept", ANNA)
    app.change(1, {"company": None}, "sales")
    page = client.get(address(link_to(app, "qualify")))
    assert page.status_code == 200
    assert "<form" not in page.text
    assert "Not now" in words(page)


@on_one_database
@pytest.mark.parametrize(
    "form",
    [
        {"in.feedback": "a\0b long enough", "in.reason": "not_ready"},
        {"in.other": "x"},
        {"in.call_on": "9999999"},
        {"in.call_on": "0001-01-01T00:00", **RETURN},
        {"in.reason": ""},
        {"in.feedback": "x" * 150_000},
    ],
)
def test_no_value_is_a_fault_of_ours(app: Engine, client: TestClient, form: dict[str, str]) -> None:
    answer = press(client, link_to(app, "return"), data=form)
    assert answer.status_code in (409, 422), answer.text
    assert app.latest(1, at=FRIDAY)["state"] == "mql"


def test_only_the_page_acts_and_not_for_long(app: Engine, client: TestClient, present: Present) -> None:
    link = link_to(app, "note")
    key = key_of(client.get(address(link)))
    form = {"in.remark": "called"}
    bare = client.post(address(link), data=form)
    assert (bare.status_code, "press the button below" in words(bare)) == (403, True)
    assert 'value="called"' in bare.text
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(address(link), data={"page": key, **form}, headers=elsewhere).status_code == 403
    present.at += timedelta(minutes=16)
    old = client.post(address(link), data={"page": key, **form})
    assert (old.status_code, "had been open for more than 15 minutes" in words(old)) == (403, True)
    assert "note" not in {each.trigger for each in app.log()}
    assert client.post(address(link), data={"page": key_of(old), **form}).status_code == 200


def test_a_link_of_yesterdays_state_says_what_happened(
    app: Engine, client: TestClient, present: Present
) -> None:
    link = link_to(app, "accept")
    present.at += HOUR
    app.fire(1, "return", BO, {"reason": "not_ready", "feedback": "before their budget"})
    for answer in (client.get(address(link)), client.post(address(link), data={"page": "x"})):
        assert answer.status_code == 409
        said = words(answer)
        assert (
            "this link was for a lead in “Marketing-qualified lead”: it is in returned now"
            in said.replace("This", "this")
        )
        assert "Fri 6 Mar 15:30 Return by Bo Ek, from “Marketing-qualified lead” to returned" in said
        assert "budget" not in answer.text, "nothing of what was said about the lead"


def test_a_lead_that_the_agreement_moved_on_is_told_before_any_tick_did(
    app: Engine, client: TestClient, present: Present
) -> None:
    link = link_to(app, "accept", expires_at=FRIDAY + 30 * DAY)
    present.at = MONDAY + DAY
    answer = client.get(address(link))
    assert answer.status_code == 409
    assert "“escalate return” by the agreement itself" in words(answer)


@on_one_database
def test_a_link_that_is_over_says_why(app: Engine, client: TestClient, present: Present) -> None:
    link = link_to(app, "accept")
    present.at = FRIDAY + timedelta(hours=1)
    expired = client.get(address(replace(link, expires_at=present.at)))
    assert (expired.status_code, "good until Fri 6 Mar 15:30" in words(expired)) == (410, True)
    unknown = client.get(address(replace(link, lead=99)))
    assert (unknown.status_code, "was erased" in words(unknown)) == (410, True)
    other = client.get(address(replace(link, trigger="vanish")))
    assert (other.status_code, "the agreement has changed" in words(other).lower()) == (409, True)
    app.remove_person(ANNA)
    gone = client.get(address(link))
    assert (gone.status_code, "not among the people here any more" in words(gone)) == (410, True)
    app.erase(1, "asked to be forgotten", "system")
    erased = client.get(address(link))
    assert erased.status_code == 410
    assert "Acme" not in erased.text
    assert "kim" not in erased.text


@on_one_database
def test_a_lead_given_to_somebody_else_says_so(app: Engine, client: TestClient, present: Present) -> None:
    present.at += HOUR
    app.assign(1, BO, "system")
    said = words(client.get(address(link_to(app, "accept"))))
    assert "owned by Bo Ek" in said
    assert (
        "Since you were told Fri 6 Mar 15:30 Given to Bo Ek by the agreement itself What will happen" in said
    )


@on_one_database
@pytest.mark.parametrize("path", ["", "x", "%00", "..%2f..", "å", "a.b.c", "x" * 6000, "%ff"])
def test_no_address_is_a_fault_of_ours(client: TestClient, path: str) -> None:
    for asked in (client.get(f"/act/{path}"), client.post(f"/act/{path}", data={"page": "x"})):
        assert asked.status_code == 404, asked.text
        assert len(words(asked)) < 120


@on_one_database
def test_links_cut_changed_or_of_another_key_are_one_line_each(app: Engine, client: TestClient) -> None:
    text = links.sign(KEYS, link_to(app, "accept"))
    foreign = links.sign(Keys(("somebody else's key of forty characters..",)), link_to(app, "accept"))
    for broken, line in (
        (text[:-5], "cut short"),
        (text.replace(".", ".Z", 1), "changed on its way"),
        (foreign, "a key that is not"),
    ):
        answer = client.get(f"/act/{broken}")
        assert (answer.status_code, line in words(answer)) == (404, True)


@on_one_database
def test_forms_have_bounds(app: Engine, client: TestClient) -> None:
    where, form = address(link_to(app, "note")), "application/x-www-form-urlencoded"
    assert client.post(where, content=b"x" * 300_000, headers={"content-type": form}).status_code == 413
    assert client.post(where, json={"page": "x"}).status_code == 415
    assert client.post(where, content=b"\xff=1", headers={"content-type": form}).status_code == 400
    assert client.post(where, content=b"a=%ff", headers={"content-type": form}).status_code == 400


@on_one_database
def test_every_page_is_kept_by_nobody_framed_by_nobody_and_tells_nobody(
    app: Engine, client: TestClient
) -> None:
    for answer in (
        client.get(address(link_to(app, "accept"))), client.get("/act/x"), client.get("/nowhere"),
        client.get("/healthz"), client.post("/act/x"),
    ):  # fmt: skip
        headers = answer.headers
        assert headers["cache-control"] == "no-store"
        is_secret = answer.url.path.startswith("/act/")
        assert headers["referrer-policy"] == ("strict-origin" if is_secret else "same-origin")
        assert "noindex" in headers["x-robots-tag"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert "server" not in headers
    assert "max-age" in client.get("/static/page.css").headers["cache-control"]
    assert client.get("/act/x", headers={"host": "evil.example"}).status_code == 421
    assert client.get("/healthz", headers={"host": "10.0.0.9"}).status_code == 200


@on_one_database
def test_a_fault_of_ours_or_of_the_databases_is_a_line_and_tells_no_value(
    app: Engine, client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    where = address(link_to(app, "accept"))

    def failing(error: Exception) -> None:
        def fail(*_: object) -> None:
            raise error

        monkeypatch.setattr(act, "offered", fail)

    failing(ValueError("kim@example.com"))
    with caplog.at_level(logging.ERROR, "slaflow.web"):
        broken = client.get(where)
    assert (broken.status_code, "a fault in slaflow itself" in words(broken).lower()) == (500, True)
    assert [re.sub(r":\d+", "", each.getMessage()) for each in caplog.records] == [
        "a page failed: ValueError in slaflow.web.act"
    ]
    failing(DatabaseUnreachable("postgresql://secret", "no route"))
    away = client.get(where)
    assert (away.status_code, away.headers["retry-after"], "secret" in away.text) == (503, "60", False)
    failing(SlaflowError("never seen"))
    assert client.get(where).status_code == 500


def test_health_is_told_to_machines(app: Engine, client: TestClient, present: Present) -> None:
    assert client.get("/healthz").json() == {"ok": True}
    assert client.get("/readyz").json() == {"ok": True, "revision": REVISIONS[-1], "tick_lag_seconds": 0}
    present.at = MONDAY + 2 * HOUR
    assert client.get("/readyz").json()["tick_lag_seconds"] > 0
