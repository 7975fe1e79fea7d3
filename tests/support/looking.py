"""Pages in a real browser, looked at as everybody does: wide and narrow, light and dark, by keyboard."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from support.pages_sent import secret_of

from slaflow.engine.app import Engine
from slaflow.web.access.cookies import ON_THIS_MACHINE
from slaflow.web.app import STATIC

WHOLE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CORNERS: dict[tuple[int, str], dict[str, Any]] = {
    (1280, "light"): {"runOnly": WHOLE, "contrast": True},
    (390, "dark"): {"contrast": True},
}
OTHERS: dict[tuple[int, str], dict[str, Any]] = {
    (390, "light"): {"runOnly": WHOLE, "contrast": True},
    (1280, "dark"): {"runOnly": {"type": "rule", "values": ["link-in-text-block"]}, "contrast": True},
}
"""What axe is asked: colours in each scheme, all else in one width. Half of the pages are looked at from the
other corners, as all are laid out and painted by the same few sheets."""
SIZES = (1280, 390)
NARROW = 320
HEAVIEST = {".js": 25_000, ".css": 12_000}
KEPT = "SLAFLOW_SCREENSHOTS"
"""Names a folder in which the walk keeps how each page looks."""


@dataclass
class Window:
    """A browser's window in which somebody is signed in; what they would see that is not as it should be."""

    page: Any
    where: str
    said: list[str] = field(default_factory=list)
    asked_elsewhere: list[str] = field(default_factory=list)

    def go(self, path: str) -> Any:
        self.heard()
        answer = self.page.goto(self.where + path)
        if self.page.evaluate("looking.shifted"):
            # A busy machine paints half a page, and then the rest of it; what moves each time is ours.
            answer = self.page.goto(self.where + path)
        return answer

    def faults(self, name: str = "", axe: Mapping[tuple[int, str], dict[str, Any]] = CORNERS) -> list[str]:
        """What is wrong with the page as it stands, everything open that can be opened."""
        page = self.page
        page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
        found = [f"shifted by {page.evaluate('looking.shifted')}"] if page.evaluate("looking.shifted") else []
        keep(page, name, axe)
        page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
        for (width, scheme), asked in axe.items():
            self.as_seen(width, scheme)
            found += [
                f"{width} {scheme}: {each}" for each in page.evaluate("(asked) => looking.axed(asked)", asked)
            ]
            if scheme == "dark":
                found += [f"{width}: {each}" for each in page.evaluate("looking.tooHigh()")]
                found += [f"{width}: {each}" for each in page.evaluate("looking.lost()")]
        found += too_heavy(page)
        self.as_seen(NARROW, "light")
        if page.evaluate("looking.tooWide()"):
            found.append(f"{page.evaluate('looking.tooWide()')} px too wide at {NARROW}")
        page.keyboard.press("Tab")
        found += page.evaluate("looking.unfocused()")
        self.as_seen(SIZES[0], "light")
        return found + self.heard()

    def as_seen(self, width: int, scheme: str) -> None:
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme=scheme)

    def heard(self) -> list[str]:
        """What the console said and who else was asked, since it was last listened to."""
        found = [*self.said, *(f"asked {each}" for each in self.asked_elsewhere)]
        self.said.clear()
        self.asked_elsewhere.clear()
        return found


def opened(chromium: Any, app: Engine, where: str, person: str | None) -> Window:
    """A window of *person*, or of nobody who is signed in, under the pages' own policy."""
    from axe_playwright_python.base import AXE_SCRIPT

    context = chromium.new_context(viewport={"width": SIZES[0], "height": 900})
    # Laid in by the browser itself, which no policy of the page's stands in the way of.
    context.add_init_script(AXE_SCRIPT)
    context.add_init_script(path=Path(__file__).with_suffix(".js"))
    if person is not None:
        context.add_cookies([{"name": ON_THIS_MACHINE, "value": secret_of(app, person), "url": where}])
    page = context.new_page()
    window = Window(page, where)
    host = urlsplit(where).netloc

    def listened(message: Any) -> None:
        # That a form is refused, and comes back as it was typed, is what is looked at here.
        if not re.search(r"status of (401|404|409|422)|^The specified value", message.text):
            window.said.append(message.text)

    def asked(request: Any) -> None:
        if urlsplit(request.url).netloc != host:
            window.asked_elsewhere.append(request.url)

    page.on("console", listened)
    page.on("pageerror", lambda error: window.said.append(str(error)))
    page.on("request", asked)
    return window


def too_heavy(page: Any) -> list[str]:
    """What weighs too much, packed, of what the page has the browser fetch beside it."""
    found = page.evaluate("looking.fetched()")
    sizes = {".js": 0, ".css": 0}
    for each in found:
        file = STATIC / urlsplit(each).path.rpartition("/")[2]
        sizes[file.suffix] += len(gzip.compress(file.read_bytes()))
    return [f"{kind} weighs {size}" for kind, size in sizes.items() if size > HEAVIEST[kind]]


def keep(page: Any, name: str, seen: Iterable[tuple[int, str]]) -> None:
    """Pictures of the page, where somebody wants them kept."""
    folder = os.environ.get(KEPT)
    if not folder or not name:
        return
    for width, scheme in seen:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=Path(folder, f"{name}-{width}-{scheme}.png"), full_page=True)


def sent_wrong(page: Any, action: str, typed: Iterable[tuple[str, str]]) -> int:
    """Sends the form to *action* with *typed* in it, past what the browser itself would stop; gives the
    answer's status."""
    with page.expect_navigation() as sent:
        page.evaluate("(said) => looking.sendWrong(...said)", [action, list(typed)])
    return int(sent.value.status)
