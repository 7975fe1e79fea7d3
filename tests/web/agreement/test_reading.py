"""The agreement's pages: what is in force in words, its versions, what each changed, who signed."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient
from support.clicked import AGREEMENT
from support.office import ANNA, MIA, NORA, Present
from support.pages_sent import attributes, enter, led_to, press, words

from slaflow.engine.app import Engine
from slaflow.web.agreement import setting
from slaflow.workflow.diagram import fill_of
from slaflow.workflow.load import load_workflow

ROOT, HEAD = "root@example.com", "head@example.com"
STRICTER = AGREEMENT.replace("within: 4h", "within: 2h")
SIGNED = STRICTER + "signatures: [marketing, sales]\n"
HOSTILE = "<script>alert(1)</script> \u202eevil " + "W" * 60


@pytest.fixture(autouse=True)
def at_the_table(app: Engine) -> None:
    app.add_person(ROOT, "sales", role="admin")
    app.add_person(HEAD, "marketing", role="manager")


def digest_of(text: str) -> str:
    return load_workflow(text).digest


def test_the_agreement_in_force_is_said_in_words_with_its_picture(app: Engine, client: TestClient) -> None:
    enter(app, client, ANNA)
    page = client.get("/agreement")
    said = words(page)
    assert "Sales has 4 h of office time to “Take it on” or return a lead" in said
    assert "in force since 5 Jan 2026 09:00" in said
    assert digest_of(AGREEMENT) in said
    assert "Marketing ○ not signed nor does the text ask for it" in said
    assert "Sign for" not in said, "which a member may not"
    assert "<svg" in page.text
    assert "style" not in attributes(page)


def test_every_colour_of_the_picture_is_one_of_the_pages(app: Engine) -> None:
    from slaflow.web.app import STATIC

    sheet = (STATIC / "agreement.css").read_text()
    drawn = setting.picture(app.active())
    assert drawn is not None
    fills = {fill_of(app.active(), party) for party in app.active().parties}
    for mark, colour in {
        *re.findall(r'(fill|stroke)="(#[0-9a-f]{6})"', drawn),
        *(("fill", c) for c in fills),
    }:
        assert f'.picture [{mark}="{colour}"]' in sheet or f'[{mark}="{colour}"]' in sheet, (mark, colour)


def test_one_signs_and_the_other_finds_it_signs_too_and_it_is_put_in_force(
    app: Engine, client: TestClient
) -> None:
    app.sign_agreement(SIGNED, HEAD)
    digest = digest_of(SIGNED)
    enter(app, client, MIA)
    versions = client.get(f"/agreement/{digest_of(AGREEMENT)}/versions")
    assert "Signed, and not in force yet" in words(versions)
    assert f"/agreement/{digest}" in versions.text
    one = words(client.get(f"/agreement/{digest}"))
    assert "a draft not in force" in one
    assert "Marketing ● signed head@example.com" in one
    assert "Sales ◔ has not signed and has to, before it is in force" in one
    enter(app, client, ROOT)
    ask = client.get(f"/agreement/{digest}/activate")
    assert "It cannot be put in force yet: sales has to sign this very text" in words(ask)
    key = press_key(client.get("/agreement/draft").text)
    refused = client.post(f"/agreement/{digest}/activate", data={"form_key": key})
    assert (refused.status_code, "sales has not signed this very text" in words(refused)) == (409, True)
    enter(app, client, MIA)
    done = press(client, f"/agreement/{digest}", f"/agreement/{digest}/sign")
    assert "Signed for sales" in words(client.get(led_to(done)))
    enter(app, client, ROOT)
    assert press(client, f"/agreement/{digest}/activate", f"/agreement/{digest}/activate").status_code == 303
    assert app.active().digest == digest
    entry = [each for each in app.log() if each.kind == "activated"][-1]
    assert (entry.actor, entry.party) == (ROOT, "sales")
    course = words(client.get(f"/agreement/{digest}/versions"))
    assert "put in force by root@example.com what it changed" in course
    assert "slaflow workflow migrate by-click --dry-run --plan plan.json" in course
    assert "1 lead in “Marketing-qualified lead”" in course


def press_key(text: str) -> str:
    found = re.search(r'name="form_key" value="([^"]+)"', text)
    return found[1] if found else "the page has no form"


def test_a_signature_is_taken_back_for_a_reason(app: Engine, client: TestClient) -> None:
    app.sign_agreement(SIGNED, HEAD)
    digest = digest_of(SIGNED)
    enter(app, client, HEAD)
    form = client.get(f"/agreement/{digest}").text
    path, key = f"/agreement/{digest}/withdraw", press_key(form)
    assert client.post(path, data={"form_key": key, "reason": " "}).status_code == 422
    done = client.post(path, data={"form_key": key, "reason": "two hours is too short"})
    assert "Marketing ◇ took it back head@example.com" in words(done)
    assert "two hours is too short" in words(done)
    again = client.post(path, data={"form_key": key, "reason": "again"})
    assert (again.status_code, "No signature of marketing stands" in words(again)) == (409, True)


def test_nobody_signs_twice_or_for_a_role_they_have_not(app: Engine, client: TestClient) -> None:
    app.sign_agreement(SIGNED, HEAD)
    digest = digest_of(SIGNED)
    enter(app, client, HEAD)
    key = press_key(client.get(f"/agreement/{digest}").text)
    again = client.post(f"/agreement/{digest}/sign", data={"form_key": key})
    assert (again.status_code, "has signed version" in words(again)) == (409, True)
    enter(app, client, NORA)
    assert client.post(f"/agreement/{digest}/sign", data={"form_key": key}).status_code == 403


def test_what_one_version_changes_in_another_is_said_by_whom_it_concerns(
    app: Engine, client: TestClient, present: Present
) -> None:
    app.activate(STRICTER)
    a, b = digest_of(AGREEMENT), digest_of(STRICTER)
    enter(app, client, NORA)
    said = words(client.get(f"/agreement/diff?a={a[:12]}&b={b}"))
    assert "For sales ▲ stricter Sales has 2 h instead of 4 h of office time" in said
    assert "▽ looser" in words(client.get(f"/agreement/diff?a={b}&b={a}"))
    old = words(client.get(f"/agreement/{a}"))
    assert "no longer in force put in force 5 Jan 2026 09:00, until 6 Mar 2026 14:30" in old


def test_what_nobody_recorded_or_one_with_itself_is_a_clear_line(app: Engine, client: TestClient) -> None:
    enter(app, client, ROOT)
    a = digest_of(AGREEMENT)
    for path in ("/agreement/" + "0" * 64, "/agreement/xyz", f"/agreement/{a[:7]}",
                 f"/agreement/diff?a={a}&b=", "/agreement/diff", f"/agreement/{'0' * 64}/activate",
                 f"/agreement/{'0' * 64}/versions"):  # fmt: skip
        assert client.get(path).status_code == 404, path
    same = client.get(f"/agreement/diff?a={a}&b={a}")
    assert (same.status_code, "both are the same text" in words(same).lower()) == (422, True)


def test_hostile_titles_are_words_and_no_more(app: Engine, client: TestClient) -> None:
    text = AGREEMENT.replace("workflow: by-click\n", f"workflow: by-click\ntitle: '{HOSTILE}'\n").replace(
        "title: Answer a qualified lead within four hours", f"title: '{HOSTILE}'"
    )
    app.activate(text)
    app.sign_agreement(SIGNED.replace("by-click\n", f"by-click\ntitle: '{HOSTILE}'\n"), HEAD)
    enter(app, client, MIA)
    for path in ("", f"/{digest_of(text)}/versions", f"/diff?a={digest_of(AGREEMENT)}&b={digest_of(text)}"):
        page = client.get(f"/agreement{path}")
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "alert(1)" in page.text


def test_several_agreements_are_chosen_from(app: Engine, client: TestClient) -> None:
    app.activate(AGREEMENT.replace("workflow: by-click", "workflow: another"))
    enter(app, client, ANNA)
    page = client.get("/agreement")
    assert "Another another in force since" in words(page).replace("another another", "Another another")
    assert page.text.count('class="listing"') == 1
    assert f"agreement/{digest_of(AGREEMENT)}" in page.text
