"""Takes the pictures of docs/tour.md from the demo, in a real browser, at a clock that stands still.

``python docs/picture.py [NAME...]`` writes docs/pictures/NAME.png anew, all of them without a name. It needs
Chromium (Debian's package, or Google's Chrome) and the extra ``dev``.
"""

from __future__ import annotations

import asyncio
import io
import shutil
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "pictures"
AGREEMENT = ROOT / "workflows" / "b2b-standard.yaml"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
COLOURS = 96
"""As many as a page has, with the shades at the edges of its letters."""
STANDS_STILL = "performance.now = () => 0"
WIDE, PHONE = 1280, 390


@dataclass(frozen=True, slots=True)
class Picture:
    """``who`` opens ``path`` and does what ``before`` does; the picture is so ``width`` and ``height``."""

    name: str
    who: str
    path: str
    height: int
    width: int = WIDE
    before: Callable[[Any], None] | None = None
    is_dark: bool = False


def _open_in_row(lead: str, words: str) -> Callable[[Any], None]:
    def act(page: Any) -> None:
        row = page.locator("[data-row]").filter(has_text=lead)
        row.get_by_role("link", name=words).click()
        row.locator("form[data-form]").first.wait_for()

    return act


def _say_why(page: Any) -> None:
    _open_in_row("ida@", "Return…")(page)
    page.get_by_label("Not ready").check()
    page.get_by_label("Feedback").fill("Budget is")


def _try(change: Callable[[str], str]) -> Callable[[Any], None]:
    """Uploads the demo's agreement with a *change*."""

    def act(page: Any) -> None:
        text = change(AGREEMENT.read_text("utf-8")).encode()
        draft = {"name": "b2b-standard.yaml", "mimeType": "application/yaml", "buffer": text}
        page.locator("input[type=file][name=draft]").set_input_files(draft)
        page.get_by_role("button", name="Look at it").click()
        page.locator("h1", has_text="b2b-standard.yaml").wait_for(timeout=60_000)

    return act


def _stricter(text: str) -> str:
    return _changed(
        text, ("\"lead.source == 'web'\", is: 30m", "\"lead.source == 'web'\", is: 20m"),
        ("at_least: 70%", "at_least: 75%"), ("attempts: 6, channels: 2}, {", "attempts: 5, channels: 2}, {"),
    )  # fmt: skip


def _mistaken(text: str) -> str:
    return _changed(
        text, ("to: sales_accepted, by", "to: sales_acepted, by"), ("within: 90d", "within: 90q"),
        ("at_least: 95%", "at_least: 950%"),
    )  # fmt: skip


def _changed(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        if old not in text:
            raise SystemExit(f"{AGREEMENT.name} has no {old!r} any more; change docs/picture.py")
        text = text.replace(old, new, 1)
    return text


PICTURES = (
    Picture("queue", "anna", "/queue?whose=party", 470),
    Picture("queue-phone", "anna", "/queue?whose=party", 780, PHONE, is_dark=True),
    Picture("call", "carl", "/queue", 400, before=_open_in_row("tom@", "Log call…")),
    Picture("return", "anna", "/queue", 900, before=_say_why),
    Picture("lead", "bo", "/leads/5", 1000),
    Picture("marketing", "greta", "/queue?whose=back", 290),
    Picture("record", "mia", "/record", 900),
    Picture("review", "max", "/record/b2b-standard/2026-03", 1000),
    Picture("entry", "audrey", "/log/145", 900),
    Picture("changes", "mia", "/agreement/draft", 660, before=_try(_stricter)),
    Picture("findings", "mia", "/agreement/draft", 600, before=_try(_mistaken)),
    Picture("health", "ada", "/admin/health", 610),
)


@contextmanager
def _served() -> Iterator[tuple[str, Callable[[], object]]]:
    """Where the demo is, on its Monday at ten o'clock until the end, and what counts figures there."""
    import uvicorn

    from slaflow.cli.serve import _application
    from slaflow.cli.setup import demo
    from slaflow.cli.tick.counting import begin, count_once
    from slaflow.engine.context import wall_clock
    from slaflow.settings.reach import Reach

    stopped = wall_clock()
    demo.wall_clock = lambda: stopped
    with demo.played() as another, socket.socket() as listening:
        engine = another()
        begin(engine)
        count_once(engine)
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        where = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(_application(engine, Reach(), is_demo=True), lifespan="off", log_config=None)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
        thread.start()
        try:
            yield where, lambda: count_once(engine)
        finally:
            server.should_exit = True
            thread.join()


def _taken(browser: Any, where: str, count: Callable[[], object], picture: Picture) -> bytes:
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height}, locale="en-GB",
        timezone_id="Europe/Stockholm", color_scheme="dark" if picture.is_dark else "light",
        reduced_motion="reduce",
    )  # fmt: skip
    context.add_init_script(STANDS_STILL)
    page = context.new_page()
    page.goto(f"{where}/demo")
    page.get_by_role("button", name=f"Be {picture.who}@example.com").click()
    page.goto(where + picture.path)
    if picture.before is not None:
        picture.before(page)
    if page.get_by_text("This has not been counted yet").count():
        count()
        page.reload()
    clip = {"x": 0, "y": 0, "width": picture.width, "height": picture.height}
    shot: bytes = page.screenshot(full_page=True, clip=clip, animations="disabled", caret="hide")
    context.close()
    return shot


def _smaller(png: bytes) -> bytes:
    from PIL import Image

    written = io.BytesIO()
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        written, "PNG", optimize=True
    )
    return written.getvalue()


def main(names: list[str]) -> None:
    """Writes the pictures of *names*, or all."""
    if unknown := set(names) - {each.name for each in PICTURES}:
        raise SystemExit(f"no picture is called {', '.join(sorted(unknown))}")
    if (program := next(filter(None, map(shutil.which, CHROMIUM)), None)) is None:
        raise SystemExit("no Chromium on this machine: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(exist_ok=True)
    with _served() as (where, count), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for picture in PICTURES:
            if not names or picture.name in names:
                small = _smaller(_taken(browser, where, count, picture))
                (FOLDER / f"{picture.name}.png").write_bytes(small)
                sys.stdout.write(f"{picture.name}.png: {len(small) / 1000:.0f} kB\n")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
