"""A walk through every page there is, by somebody who sees it: read, seen, heard and reached by everybody."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support.clicked import KEYS
from support.desk import routes_of
from support.furnished import DRAFT, MORNING, ROOT, TEXT, Office, furnished
from support.looking import CORNERS, OTHERS, SIZES, Window, opened, sent_wrong
from support.office import ANNA, BO, CIA, MIA, Present, handed_over
from support.recorded import HEAD
from support.serving import answering
from support.walked import NO_PAGES, NOT_SO, PAGES, PRESSED, WRONG

from slaflow.engine.access import tokens
from slaflow.engine.app import Engine
from slaflow.engine.setup import preferences
from slaflow.settings.reach import FileChannel, Reach
from slaflow.store.database import Database
from slaflow.web.app import ROUTERS, STATIC
from slaflow.web.site import Site

Windows = Callable[..., Window]
REACHED = Reach(channels={name: FileChannel(kind="file", folder=Path(name)) for name in ("mail", "post")})
LARGE = {"queue": MIA, "lead-late": MIA, "record": MIA, "log": None, "agreement": MIA}
SEEN = {name: (person, path) for some in PAGES.values() for name, person, path in some}
HALF = frozenset(list(SEEN)[::2])
MOST_OF_25_ROWS = 100_000


@pytest.fixture(scope="module")
def office(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    file = tmp_path_factory.mktemp("walked") / "slaflow.db"
    shutil.copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    yield furnished(database)
    database.dispose()


@pytest.fixture(scope="module")
def windows(chromium: Any, office: Office) -> Iterator[Windows]:
    """A window for each who looks, the same for all that they look at; of the demo, where there is one."""
    known: dict[tuple[str | None, bool], Window] = {}
    site = partial(Site, office.app, REACHED, KEYS, partial(preferences.stop, office.app))
    with answering(site()) as where, answering(site(is_demo=True)) as demo:

        def of(person: str | None, is_demo: bool = False) -> Window:
            if (person, is_demo) not in known:
                known[person, is_demo] = opened(chromium, office.app, demo if is_demo else where, person)
            return known[person, is_demo]

        yield of
        for each in known.values():
            each.page.context.close()


def walk_to(windows: Windows, office: Office, name: str) -> tuple[Window, Any]:
    person, path = SEEN[name]
    window = windows(person, name == "demo")
    return window, window.go(path.format(office))


def test_every_page_there_is_is_walked_to_and_every_form_is_mistaken() -> None:
    routes = list(routes_of([route for router in ROUTERS for route in router.routes]))
    assert {each.path for each in routes if "GET" in each.methods} == PAGES.keys() | NO_PAGES
    assert {each.path for each in routes if "POST" in each.methods} == WRONG.keys() | PRESSED


@pytest.mark.parametrize("name", SEEN)
def test_a_page_is_read_by_everybody(windows: Windows, office: Office, name: str) -> None:
    window, answer = walk_to(windows, office, name)
    assert answer.status == NOT_SO.get(name, 200)
    assert window.faults(name, CORNERS if name in HALF else OTHERS) == []


@pytest.mark.parametrize("route", WRONG)
def test_a_form_says_what_is_wrong_to_everybody(windows: Windows, office: Office, route: str) -> None:
    person, path, action, typed = WRONG[route]
    window = windows(person)
    window.go(path.format(office))
    assert sent_wrong(window.page, action.format(office), typed) in (401, 409, 422)
    assert window.page.locator("[role=alert], .findings").count() > 0
    assert window.faults("wrong" + re.sub(r"\W+", "-", route)) == []


def test_a_draft_that_is_sound_is_read_by_everybody(windows: Windows, office: Office) -> None:
    window = windows(MIA)
    window.go("/agreement/draft")
    assert sent_wrong(window.page, "/agreement/draft", [("pasted", DRAFT + "\n# once more\n")]) == 200
    assert window.faults("draft-sound") == []


def test_a_form_across_its_row_and_the_keys_are_read_by_everybody(windows: Windows, office: Office) -> None:
    window, _ = walk_to(windows, office, "queue-party")
    page = window.page
    page.locator(f"#lead-{office.open} [data-link]").focus()
    page.keyboard.press("r")
    page.get_by_label("Feedback").wait_for()
    page.evaluate("looking.shifted = 0")  # it opened because somebody asked for it
    assert window.faults("queue-across") == []
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_role("heading", name="Keys").wait_for()
    asked = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"], "contrast": True}
    assert page.evaluate("(asked) => looking.axed(asked)", asked) == []


@pytest.mark.parametrize(
    ("scheme", "name", "worth"),
    [("light", "color", "#aaa"), ("light", "opacity", "0.3"), ("dark", "color", "#444"),
     ("dark", "backgroundColor", "#777")],
)  # fmt: skip
def test_one_pale_word_among_many_alike_is_found(
    windows: Windows, office: Office, scheme: str, name: str, worth: str
) -> None:
    window, _ = walk_to(windows, office, "queue-party")
    window.as_seen(SIZES[0], scheme)
    assert window.page.evaluate("looking.axed({ contrast: true })") == []
    one = window.page.locator("[data-row] [data-link]").nth(7)
    one.evaluate("(each, [name, worth]) => { each.style[name] = worth; }", [name, worth])
    (found,) = window.page.evaluate("looking.axed({ contrast: true })")
    assert found.startswith("color-contrast: ")


@pytest.mark.parametrize("name", LARGE)
def test_text_twice_as_large_is_all_there(windows: Windows, office: Office, name: str) -> None:
    """Source: WCAG 2.2, 1.4.4 and 1.4.10."""
    window, _ = walk_to(windows, office, name)
    found = []
    for width in SIZES:
        window.as_seen(width, "light")
        window.page.evaluate("document.documentElement.style.fontSize = '200%'")
        wide = window.page.evaluate("looking.tooWide()")
        found += [
            f"{width}: {each}"
            for each in (*window.page.evaluate("looking.lost()"), *([wide] if wide else []))
        ]
    assert found == []


@pytest.mark.parametrize("name", LARGE)
def test_colours_of_ones_own_and_less_motion(windows: Windows, office: Office, name: str) -> None:
    person, path = SEEN[name]
    window = windows(person)
    window.page.emulate_media(forced_colors="active", reduced_motion="reduce")
    try:
        window.go(path.format(office))
        found = []
        for width in SIZES:
            window.page.set_viewport_size({"width": width, "height": 900})
            found += window.page.evaluate("looking.lost()")
            window.page.keyboard.press("Tab")
            found += window.page.evaluate("looking.unfocused()")
        found += window.page.evaluate("looking.alike()")
        assert found + window.heard() == []
        assert window.page.evaluate("document.getAnimations().length") == 0
    finally:
        window.page.emulate_media(forced_colors="none", reduced_motion="no-preference")


def test_nothing_moves_by_itself() -> None:
    """So there is nothing to take away from who asks for less motion."""
    for sheet in STATIC.glob("*.css"):
        assert not re.search(r"transition|animation|scroll-behavior|@keyframes", sheet.read_text()), (
            sheet.name
        )


def test_a_full_page_of_the_queue_is_light_and_low(windows: Windows, office: Office) -> None:
    window, answer = walk_to(windows, office, "queue-party")
    assert window.page.locator("[data-row]").count() == 25
    assert len(answer.body()) <= MOST_OF_25_ROWS


def test_a_lead_is_returned_by_keyboard_with_the_focus_seen_all_the_way(
    windows: Windows, office: Office
) -> None:
    """From the queue to the lead, to the form, and sent: by Tab, Space and Enter alone."""
    window = windows(ANNA)
    page, app = window.page, office.app
    lead = next(each["id"] for each in app.leads(state="mql", owner=ANNA) if each["id"] != office.open)
    window.go("/queue")

    def tab_to(selector: str, most: int = 120) -> None:
        for _ in range(most):
            page.keyboard.press("Tab")
            assert page.evaluate("looking.ringOf()") == "", page.evaluate("document.activeElement.outerHTML")
            if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
                return
        raise AssertionError(f"{selector} is not reached on {page.url}")

    tab_to(".skip")
    page.keyboard.press("Enter")
    tab_to(f"#lead-{lead} [data-link]")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/leads/{lead}")
    tab_to("a[href*='/return']")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/leads/{lead}/return\b"))
    tab_to("input[type=radio]")
    page.keyboard.press("Space")
    tab_to("textarea")
    page.keyboard.type("wants to wait until June")
    tab_to("main [type=submit]")
    page.keyboard.press("Enter")
    page.get_by_text("Done.").wait_for()
    assert app.latest(lead)["state"] == "returned"
    assert window.heard() == []


LONG = "W" * 60
HOSTILE = (
    LONG, "\u202eevil\u2066\u200f txt", "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "javascript:alert(3)", '=HYPERLINK("http://evil.example")', "</textarea></title><b onclick=alert(4)>",
    "é" * 100_000,
)  # fmt: skip
TITLE = f"{LONG} \u202e<b onclick=alert(5)>{LONG}</b>"


@pytest.fixture(scope="module")
def hostile(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, int]]:
    """The same office, in which everybody wrote the worst that they could; and the worst of its leads."""
    file = tmp_path_factory.mktemp("hostile") / "slaflow.db"
    with closing(sqlite3.connect(str(office.app.database.file))) as there:
        with closing(sqlite3.connect(file)) as here:
            there.backup(here)
    app = Engine(Database(f"sqlite:///{file}"), now=Present(MORNING))
    app.activate(TEXT.replace("title: The office deal", f"title: {json.dumps(TITLE)}"))
    app.sign_agreement(DRAFT.replace("title: The office deal", f"title: {json.dumps(TITLE)}"), MIA)
    for email, name in zip((ANNA, BO, CIA, MIA), HOSTILE, strict=False):
        app.add_person(email, "sales", name=name)
    lead = handed_over(app, "w" * 60, MORNING, company=LONG)
    for text in HOSTILE:
        app.change(lead, {"company": text}, ANNA)
    app.change(office.late, {"company": HOSTILE[0]}, ANNA)
    app.fire(
        handed_over(app, f"back{'w' * 50}", MORNING),
        "return",
        ANNA,
        {"return_reason": "no_fit", "feedback": LONG * 5},
    )
    app.lift(office.late, "respond", "q" * 400, HEAD)
    tokens.add(app, "w" * 60, ["read"], party="sales")
    app.database.dispose()
    yield replace(office, app=app), lead
    app.database.dispose()


def test_whatever_is_written_nothing_runs_and_nothing_overflows(
    chromium: Any, hostile: tuple[Office, int]
) -> None:
    office, lead = hostile
    changed = [each.id for each in office.app.log() if each.kind == "changed" and each.lead == lead]
    names = (
        "queue-party",
        "leads-found",
        "lead-late",
        "log",
        "record",
        "record-sla-owner",
        "review",
        "people",
        "absences",
        "tokens",
        "agreement",
        "agreement-draft",
        "versions",
        "diff",
        "person",
    )
    paths = [SEEN[name][1].format(office) for name in names]
    paths += [
        f"/leads/{lead}",
        f"/leads/{lead}/return",
        f"/leads/{lead}/set/company",
        f"/queue/{lead}",
        "/leads?q=w",
    ]
    paths += [f"/log/{each}" for each in changed[-3:]]
    ran: list[str] = []
    with answering(Site(office.app, REACHED, KEYS)) as where:
        window = opened(chromium, office.app, where, ROOT)
        page = window.page
        page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
        window.as_seen(320, "dark")
        found = []
        for path in paths:
            assert window.go(path).status == 200, path
            page.evaluate(
                "document.querySelectorAll('main details').forEach((each) => { each.open = true; })"
            )
            found += (
                [f"{path}: {page.evaluate('looking.tooWide()')} px too wide"]
                if page.evaluate("looking.tooWide()")
                else []
            )
            found += [f"{path}: {each}" for each in window.heard()]
            found += [f"{path}: runs"] * page.locator("main script, main img, main b, main [onclick]").count()
        window.go("/agreement/draft")
        page.set_input_files(
            "#draft",
            {
                "name": f"{HOSTILE[2]}{TITLE}.yaml",
                "mimeType": "text/yaml",
                "buffer": b"workflow: [" + LONG.encode(),
            },
        )
        page.get_by_role("button", name="Look at it").click()
        page.locator(".findings, [role=alert]").first.wait_for()
        found += (
            [f"draft: {page.evaluate('looking.tooWide()')} px too wide"]
            if page.evaluate("looking.tooWide()")
            else []
        )
        page.context.close()
    assert (found, ran) == ([], [])
