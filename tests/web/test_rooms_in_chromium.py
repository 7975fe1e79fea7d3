"""The agreement and administration in a real browser: at every width, light and dark, for every reader."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support.clicked import AGREEMENT
from support.office import ANNA, DAY, FRIDAY
from support.pages_sent import secret_of

from slaflow.engine.access import tokens
from slaflow.engine.app import Engine
from slaflow.web.access.cookies import ON_THIS_MACHINE
from slaflow.workflow.load import load_workflow

ROOT = "keeper@example.com"
LONG = "W" * 60
DRAFT = AGREEMENT.replace("within: 4h", "within: 2h").replace(
    "workflow: by-click", f"workflow: by-click\ntitle: {LONG}"
)
WIDTHS = ((1280, "light"), (390, "dark"), (320, "light"))
Served = tuple[Engine, str]
PAGES = (
    "/agreement", "/agreement/{0}", "/agreement/{0}/versions", "/agreement/diff?a={1}&b={0}",
    "/agreement/draft", "/agreement/{0}/activate", "/admin/people", f"/admin/people/record?email={ROOT}",
    "/admin/absences", "/admin/tokens", "/admin/channels", "/admin/outbox", "/admin/health", "/api",
)  # fmt: skip


@pytest.fixture(scope="module")
def furnished(at_home: Served) -> Served:
    """Something to see on every page, by somebody who sees all of it."""
    app, where = at_home
    app.add_person(ROOT, "sales", role="admin", name=LONG)
    app.sign_agreement(DRAFT, ROOT)
    app.send_away(ANNA, FRIDAY, FRIDAY + DAY)
    tokens.add(app, "w" * 60, ["read", "write"], party="sales")
    return app, where


@pytest.fixture(params=WIDTHS, ids=lambda each: f"{each[0]}-{each[1]}")
def page(request: pytest.FixtureRequest, chromium: Any, furnished: Served) -> Iterator[Any]:
    width, scheme = request.param
    app, where = furnished
    with chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True, base_url=where
    ) as context:
        context.add_cookies([{"name": ON_THIS_MACHINE, "value": secret_of(app, ROOT), "url": where}])
        yield context.new_page()


def faults(page: Any) -> list[str]:
    """What axe finds, with everything that can be opened open, and how far the page is too wide."""
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = Axe().run(page, options={"runOnly": tags}).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['target']}" for each in found] + [f"{wide} px"] * (wide > 0)


def test_every_page_can_be_read_by_everybody(page: Any, furnished: Served) -> None:
    new, old = load_workflow(DRAFT).digest, load_workflow(AGREEMENT).digest
    found = {}
    for path in PAGES:
        page.goto(path.format(new, old))
        found[path] = faults(page)
    assert {path: each for path, each in found.items() if each} == {}


def test_a_draft_is_chosen_and_read(page: Any) -> None:
    for text, word in ((DRAFT.replace("office", "ofice", 1), "in the way"), (DRAFT, "sound")):
        page.goto("/agreement/draft")
        page.set_input_files(
            "#draft", {"name": f"{LONG}.yaml", "mimeType": "text/yaml", "buffer": text.encode()}
        )
        page.get_by_role("button", name="Look at it").click()
        page.get_by_text(word).first.wait_for()
        assert faults(page) == []


def test_the_real_policy_lets_nothing_be_said_to_the_console(chromium: Any, furnished: Served) -> None:
    app, where = furnished
    with chromium.new_context() as context:
        context.add_cookies([{"name": ON_THIS_MACHINE, "value": secret_of(app, ROOT), "url": where}])
        page, said = context.new_page(), []
        page.on("console", lambda message: said.append(message.text))
        for path in PAGES:
            page.goto(where + path.format(load_workflow(DRAFT).digest, load_workflow(AGREEMENT).digest))
    assert said == []
