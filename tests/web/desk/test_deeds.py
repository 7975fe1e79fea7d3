"""A page for each thing to do: it teaches why not, keeps what was typed, and knows when the lead moved on."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient
from support.office import ANNA, BO, FRIDAY, HOUR, MIA, MONDAY, NORA, Present, on_one_database
from support.pages_sent import attributes, enter, form_to, led_to, press, words

from slaflow.engine.app import Engine

HOSTILE = (
    "<script>alert(1)</script>", "\u202eevil\u202c", "javascript:alert(1)", "=1+1", "{{ 7*7 }}", "x" * 60,
    '" onfocus="alert(1)', "</textarea><b>", "å" * 5000,
)  # fmt: skip


def test_a_return_says_what_will_happen_and_teaches_what_is_missing(
    app: Engine, client: TestClient, present: Present
) -> None:
    present.at = MONDAY
    enter(app, client, ANNA)
    page = client.get("/leads/1/return?back=/queue")
    assert page.status_code == 200
    said = words(page)
    assert "The lead goes from “Marketing-qualified lead” to returned" in said
    assert "Unreachable Two calls first (so far the number of attempts is 0)." in said
    short = press(
        client, "/leads/1/return?back=/queue", "/leads/1/return", reason="unreachable", feedback="<i>no"
    )
    assert short.status_code == 409
    assert "Feedback: what was given is shorter than 10 characters. Two calls first" in words(short)
    assert "&lt;i&gt;no</textarea>" in short.text
    assert re.search(r'value="unreachable" checked', short.text)
    form = form_to(short, "/leads/1/return")
    typed = {
        "in.reason": "not_ready",
        "in.feedback": "wants to wait until June",
        "in.call_on": "2026-06-01T09:00",
    }
    done = client.post("/leads/1/return", data={**form, **typed}, follow_redirects=False)
    assert (done.status_code, led_to(done)) == (303, "/queue?done=1")
    last = [each for each in app.log() if each.kind == "transition"][-1]
    assert last.data["inputs"]["call_on"] == "2026-06-01T07:00:00Z", "a local time of the reader's zone"


def test_who_comes_second_gets_the_form_back_with_what_happened(
    app: Engine, client: TestClient, present: Present
) -> None:
    enter(app, client, ANNA)
    form = form_to(client.get("/leads/1/note"), "/leads/1/note")
    present.at += HOUR
    app.fire(1, "return", BO, {"reason": "not_ready", "feedback": "before their budget"})
    late = client.post("/leads/1/note", data={**form, "in.remark": "called twice"})
    assert late.status_code == 409
    said = words(late)
    assert "Nothing was done. The lead is in returned now" in said
    assert "Fri 6 Mar 15:30 Return by Bo Ek" in said
    assert "What you had written Remark called twice" in said
    assert "note" not in {each.trigger for each in app.log()}


def test_who_sets_a_field_second_sees_the_others_word_before_they_do_it_all_the_same(
    app: Engine, client: TestClient, present: Present
) -> None:
    enter(app, client, ANNA)
    form = form_to(client.get("/leads/1/set/company"), "/leads/1/set/company")
    present.at += HOUR
    app.record(1, "call", BO)
    app.change(1, {"vip": True}, BO)
    mine = {**form, "in.company": "Acme AB"}
    done = client.post("/leads/1/set/company", data=mine, follow_redirects=False)
    assert done.status_code == 303, "another's deed about something else is in nobody's way"
    other = {**form, "key": "of another page", "in.company": "Beta Ltd"}
    late = client.post("/leads/1/set/company", data=other)
    assert (late.status_code, "Fields changed by Anna Berg" in words(late)) == (409, True)
    assert app.latest(1)["fields"]["company"] == "Acme AB"
    again = {**form_to(late, "/leads/1/set/company"), "in.company": "Beta Ltd"}
    assert client.post("/leads/1/set/company", data=again, follow_redirects=False).status_code == 303
    assert app.latest(1)["fields"]["company"] == "Beta Ltd"


@on_one_database
def test_a_lead_that_came_back_is_asked_of_anew(app: Engine, client: TestClient, present: Present) -> None:
    enter(app, client, ANNA)
    form = form_to(client.get("/leads/1/note"), "/leads/1/note")
    present.at += HOUR
    app.fire(1, "accept", ANNA)
    app.change(1, {"company": "Acme"}, ANNA)
    app.fire(1, "qualify", ANNA)
    late = client.post("/leads/1/note", data={**form, "in.remark": "called"})
    assert late.status_code == 409
    assert 'value="called"' in late.text
    again = client.post("/leads/1/note", data={**form_to(late, "/leads/1/note"), "in.remark": "called"})
    assert again.status_code == 200
    assert app.latest(1)["fields"]["remark"] == "called"


def test_a_lead_says_why_the_rest_cannot_be_done_and_what_would_mend_it(
    app: Engine, client: TestClient, present: Present
) -> None:
    app.fire(1, "accept", ANNA)
    app.change(1, {"company": None}, ANNA)
    present.at = MONDAY
    enter(app, client, ANNA)
    page = client.get("/leads/1")
    said = words(page)
    assert "Qualify" in said
    assert "“Company name” is known" in said
    assert '<a href="./../leads/1/set/company">Set it' in page.text
    closed = client.get("/leads/1/qualify")
    assert (closed.status_code, "Not now" in words(closed)) == (200, True)
    assert 'action="./../../leads/1/qualify"' not in closed.text
    assert press(client, "/leads/1/set/company", "/leads/1/set/company", company="Acme").status_code == 303
    assert press(client, "/leads/1/qualify", "/leads/1/qualify").status_code == 303
    assert app.latest(1)["state"] == "mql"


def test_what_is_done_elsewhere_stands_on_the_page_of_the_lead(
    app: Engine, client: TestClient, present: Present
) -> None:
    app.record(1, "call", ANNA, at=FRIDAY)
    present.at = MONDAY + 2 * HOUR
    enter(app, client, NORA)
    said = words(client.get("/leads/1"))
    shown = app.show(1)
    assert f"Lead {shown['id']} · Marketing-qualified lead" in said
    assert "“Answer a qualified lead within four hours” was broken" in said
    assert "Call by Anna Berg" in said
    assert "Take it on It is for sales." in said
    assert client.get("/leads/1?before=3").status_code == 200


@on_one_database
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_text_on_every_page(app: Engine, client: TestClient, text: str) -> None:
    enter(app, client, ANNA)
    assert press(client, "/leads/1/set/company", "/leads/1/set/company", company=text).status_code == 303
    assert press(client, "/leads/1/note", "/leads/1/note", remark=text).status_code == 303
    for path in ("/leads/1", "/queue", "/leads/1/set/company", f"/leads?q={'%3Cb%3E'}"):
        page = client.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<b>" not in page.text
        assert not [each for each in attributes(page) if each.startswith("on")]
        assert 'href="javascript' not in page.text
    refused = press(client, "/leads/1/return", "/leads/1/return", reason=text, feedback=text)
    assert refused.status_code == 409
    assert "<script>alert" not in refused.text


@on_one_database
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/leads/99", 404), ("/leads/0", 404), ("/leads/x", 404), ("/leads/99999999999999999999999", 404),
        ("/leads/1/nothing", 404), ("/leads/1/check/nothing", 404), ("/leads/1/log/nothing", 404),
        ("/leads/1/set/nothing", 404), ("/leads/1?before=x", 404), ("/leads/1/%00", 404),
        ("/leads/1/a%2fb", 404), ("/queue?whose=nobody", 200), ("/queue?done=x", 200), ("/leads?q=%00", 200),
        ("/leads?q=99999999999999999999", 200), ("/leads/1?done=1&answered=nothing", 200),
    ],
)  # fmt: skip
def test_no_address_is_a_fault_of_ours(app: Engine, client: TestClient, path: str, status: int) -> None:
    enter(app, client, ANNA)
    assert client.get(path).status_code == status


@on_one_database
@pytest.mark.parametrize(
    ("path", "typed", "status"),
    [
        ("/leads/1/set/company", {"company": "a\0b"}, 422), ("/leads/1/set/email", {"email": "nobody"}, 422),
        ("/leads/1/return", {"reason": "x", "feedback": "y"}, 409),
        ("/leads/1/return", {"call_on": "never"}, 409), ("/leads/1/accept", {"more": "x"}, 409),
        ("/leads/1/log/call", {"more": "x"}, 409),
    ],
)  # fmt: skip
def test_no_value_is_a_fault_of_ours(
    app: Engine, client: TestClient, path: str, typed: dict[str, str], status: int
) -> None:
    enter(app, client, MIA)
    source = "/leads/1" if path.endswith("/call") else path
    source = "/leads/1/set/company" if path.endswith("/email") else source
    before = app.latest(1)
    form = form_to(client.get(source), source if source == path or "set" in source else path)
    answer = client.post(path, data={**form, **{f"in.{name}": value for name, value in typed.items()}})
    assert answer.status_code == status, words(answer)
    assert app.latest(1)["fields"] == before["fields"]


@on_one_database
def test_leads_are_found_and_added(app: Engine, client: TestClient) -> None:
    enter(app, client, NORA)
    assert "kim@example.com" in words(client.get("/leads?q=KI"))
    assert "Nothing is found" in words(client.get("/leads?q=zz"))
    assert "in.remark" not in client.get("/leads/new").text, "what a transition asks for later"
    added = press(client, "/leads/new", "/leads/new", email="ola@example.com", company="Öl & Co")
    assert (added.status_code, led_to(added)) == (303, "/leads/2?done=2")
    assert app.latest(2)["fields"]["company"] == "Öl & Co"
    twice = press(client, "/leads/new", "/leads/new", email="OLA@example.com", company="Kept")
    assert twice.status_code == 409
    assert 'href="./../leads/2"' in twice.text
    assert 'value="Kept"' in twice.text
    assert press(client, "/leads/new", "/leads/new", company="x").status_code == 422
