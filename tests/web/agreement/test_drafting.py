"""A draft tried in the browser: by line, with its stories, against what is in force; then signed as it is."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

import pytest
from starlette.testclient import TestClient
from support.clicked import AGREEMENT
from support.office import ANNA, MIA, NORA, on_one_database
from support.pages_sent import enter, form_to, words

from slaflow.engine.agreement import draft, looking
from slaflow.engine.app import Engine
from slaflow.workflow.load import load_workflow

ROOT, AUDITOR = "root@example.com", "audrey@example.com"
STRICTER = AGREEMENT.replace("within: 4h", "within: 2h")
STORIES = """\
workflow: by-click.yaml
scenarios:
  - name: nobody calls
    start: 2026-03-06T14:30:00+01:00
    lead: {email: kim@example.com}
    steps:
      - activity: demo
      - expect: {state: accepted}
  - name: it is handed over
    start: 2026-03-06T14:30:00+01:00
    lead: {email: kim@example.com}
    steps:
      - activity: demo
      - expect: {state: mql}
"""


@pytest.fixture(autouse=True)
def at_the_table(app: Engine) -> None:
    app.add_person(ROOT, "sales", role="admin")
    app.add_person(AUDITOR, "marketing", role="auditor")


def tried(client: TestClient, text: bytes, *, name: str = "draft.yaml", stories: str | None = None) -> Any:
    files: dict[str, Any] = {"draft": (name, text, "text/yaml")}
    if stories is not None:
        files["stories"] = ("s.yaml", stories.encode(), "text/yaml")
    key = re.search(r'name="form_key" value="([^"]+)"', client.get("/agreement/draft").text)
    assert key is not None
    return client.post("/agreement/draft", data={"form_key": key[1]}, files=files)


def test_a_draft_is_compared_told_and_signed_to_its_last_byte(app: Engine, client: TestClient) -> None:
    enter(app, client, MIA)
    text = STRICTER.replace("\n", "\r\n").encode() + "# Ö".encode()
    page = tried(client, text, name='<b>"x"</b>.yaml', stories=STORIES)
    said = words(page)
    assert page.status_code == 200
    assert '<b>"x"</b>.yaml ● sound by-click' in said
    assert "For sales ▲ stricter Sales has 2 h instead of 4 h of office time" in said
    assert "1 story goes otherwise , 1 goes as told" in said
    assert "line 8 nobody calls · step 2 expected state: accepted found state: mql" in said
    assert "1 lead in “Marketing-qualified lead”" in said
    assert not [each for each in app.log() if each.kind == "signed"], "which looking at it does not do"
    form = form_to(page, "/agreement/draft/sign")
    done = client.post("/agreement/draft/sign", data=form)
    assert "Signed for sales: this very text" in words(done)
    entry = next(each for each in app.log() if each.kind == "signed")
    assert entry.data is not None
    assert entry.data["via"] == "web"
    assert (entry.actor, entry.digest) == (MIA, sha256(text).hexdigest())
    assert (entry.data or {})["source"].encode() == text
    cut = client.post("/agreement/draft/sign", data={**form, "text": form["text"][:-8]})
    assert (cut.status_code, "did not arrive as it was shown" in words(cut)) == (422, True)
    again = client.post("/agreement/draft/sign", data=form)
    assert (again.status_code, "has signed version" in words(again)) == (409, True)


def test_what_is_in_the_way_is_told_by_line_with_the_lines_text(app: Engine, client: TestClient) -> None:
    enter(app, client, AUDITOR)
    page = tried(client, AGREEMENT.replace("calendar: office", "calendar: ofice", 1).encode())
    said = words(page)
    assert page.status_code == 422
    assert "✕ 1 thing is in the way" in said
    assert 'calendar: ofice Unknown calendar "ofice"; did you mean "office"?' in said
    sound = tried(client, STRICTER.encode())
    assert "Sign for" not in words(sound)
    assert "Put it in force" not in words(sound), "an auditor looks and does nothing"


def test_an_admin_puts_a_draft_in_force_that_nobody_has_to_sign(app: Engine, client: TestClient) -> None:
    enter(app, client, ROOT)
    asked = client.post("/agreement/draft/activate", data=form_to(
        tried(client, STRICTER.encode()), "/agreement/draft/activate"))  # fmt: skip
    assert "It has 1 change over" in words(asked).replace("2 changes", "1 change")
    assert app.active().digest != load_workflow(STRICTER).digest
    done = client.post("/agreement/draft/activate", data=form_to(asked, "/agreement/draft/activate"))
    assert "In force for every new lead from now on" in words(done)
    assert app.active().digest == load_workflow(STRICTER).digest


BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n" % (n + 1, n + 1, *[n] * 7) for n in range(97, 115)
)


@on_one_database
@pytest.mark.parametrize(
    ("text", "status", "part"),
    [
        (b"", 422, "choose a file"),
        (b"\xff\xfe\x00", 422, "This is not UTF-8"),
        (b"x" * 5_000_000, 413, "at most 1 MB of text"),
        (b"x" * 20_000_000, 413, "at most 1 MB of text"),
        (b"x" * 1_000_001, 413, "at most 1 MB of text"),
        (b"[" * 100_000, 422, "in the way"),
        (BOMB, 422, "in the way"),
        (AGREEMENT.replace("lead.score >= 50", "(" * 5_000 + "1" + ")" * 5_000).encode(), 422, "in the way"),
    ],
)
def test_what_is_no_draft_is_told_so(
    app: Engine, client: TestClient, text: bytes, status: int, part: str
) -> None:
    enter(app, client, MIA)
    page = tried(client, text)
    assert page.status_code == status
    assert part.lower() in words(page).lower()


@on_one_database
def test_one_that_takes_too_long_is_given_up(
    app: Engine, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft, "PATIENCE_SECONDS", 0.05)
    enter(app, client, MIA)
    page = tried(client, (STRICTER + "# late").encode())
    assert (page.status_code, "more work than is done for one" in words(page)) == (422, True)


@on_one_database
def test_no_more_than_two_are_looked_at_at_once(
    app: Engine, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(app, client, ROOT)
    text = (STRICTER + "# third").encode()
    page, before = tried(client, text), len(list(app.log()))
    forms = {each: form_to(page, each) for each in ("/agreement/draft/sign", "/agreement/draft/activate")}
    monkeypatch.setattr(draft, "WAITING_SECONDS", 0)
    monkeypatch.setattr(draft, "_KNOWN", {})
    turns = [draft._TURNS.acquire() for _ in range(draft.AT_ONCE)]
    try:
        pages = [tried(client, text), *(client.post(where, data=said) for where, said in forms.items())]
    finally:
        for _ in turns:
            draft._TURNS.release()
    for page in pages:
        assert (page.status_code, "others are trying drafts" in words(page).lower()) == (503, True)
    assert len(list(app.log())) == before


@on_one_database
def test_members_try_none_and_nothing_else_takes_files(app: Engine, client: TestClient) -> None:
    for email in (ANNA, NORA):
        enter(app, client, email)
        assert client.get("/agreement/draft").status_code == 403
    enter(app, client, MIA)
    page = client.get("/leads/new")
    key = form_to(page, "/leads/new")
    assert client.post("/leads/new", data=key, files={"draft": ("x", b"x")}).status_code == 415
    for body in (b"", b"--x", b"--x\r\nno header\r\n--x--", b'--x\r\nname="\xff"\r\n\r\n\r\n--x--\r\n'):
        answer = client.post(
            "/agreement/draft", content=body, headers={"content-type": "multipart/form-data; boundary=x"}
        )
        assert answer.status_code in (400, 403), body


def test_the_process_that_looks_says_the_same_as_this_one_would() -> None:
    from base64 import b64encode

    asked = {"text": b64encode(b"workflow: x").decode(), "stories": None, "against": {}, "day": "2026-03-06"}
    found = looking.looked_at(asked)
    assert found["workflow"] is None
    assert [each["line"] for each in found["errors"]]
    assert draft._asked(asked) == found
