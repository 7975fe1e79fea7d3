"""Pages read in a language: what they say, as far as it is nobody's data, and a walk along their links."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin

from httpx2 import Response
from starlette.testclient import TestClient

ROOMS = (
    "/queue", "/leads", "/leads/new", "/log", "/jobs", "/record", "/agreement", "/agreement/draft", "/me",
    "/admin/people", "/admin/people/record", "/admin/absences", "/admin/tokens", "/admin/channels",
    "/admin/outbox", "/admin/health", "/leads/999", "/nothing-of-ours",
)  # fmt: skip
ELSEWHERE = ("/static", "/api")
"""No pages, and what programs are told: its description is in English, and the page of it is made of that."""
SILENT = ("script", "style", "code", "pre", "kbd", "datalist")
SAID = ("aria-label", "title", "placeholder", "data-left", "data-past", "data-count", "data-enough")
EMPTY = {"input", "meta", "link", "br", "rect", "line", "path", "circle"}
OPEN, CLOSE = "⟦", "⟧"


def bracketed(words: str) -> str:
    """*words* as the language says them that is none: within signs, at which its parts are known."""
    bare = words.strip()
    at = words.find(bare)
    return f"{words[:at]}{OPEN}{bare}{CLOSE}{words[at + len(bare) :]}"


class Bracketed(gettext.NullTranslations):
    """A catalogue with every word there is, and every one of them marked."""

    def get(self, message: str, default: str) -> str:
        return bracketed(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return bracketed(msgid1 if n == 1 else msgid2)


def outside(text: str) -> str:
    """What of *text* stands in no brackets."""
    kept, depth = "", 0
    for each in text:
        depth += (each == OPEN) - (each == CLOSE)
        if depth == 0:
            kept += " " if each == CLOSE else each
    return kept


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.inside: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_silent = tag in SILENT or (tag != "html" and given.get("lang") == "en")
        if not (any(self.inside) or is_silent):
            self.texts += [value for name in SAID if (value := given.get(name))]
        if tag not in EMPTY:
            self.inside.append(is_silent)

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY and self.inside:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(self.inside):
            self.texts.append(" ".join(data.split()))


def texts(answer: Response) -> list[str]:
    """What a page says: its texts and what is read aloud, but for code and what says that it is English."""
    reader = _Reader()
    reader.feed(answer.text)
    return reader.texts


def walked(client: TestClient, most: int = 90) -> Iterator[tuple[str, Response]]:
    """The rooms and what they lead to, a page of each sort."""
    waiting, seen, sorts = list(ROOMS), set(ROOMS), set[str]()
    while waiting and most:
        address = waiting.pop(0)
        answer = client.get(address)
        if "html" not in answer.headers.get("content-type", ""):
            continue
        most -= 1
        yield address, answer
        for link in re.findall(r'href="([^"]+)"', answer.text):
            found = urljoin(str(answer.url.path), link.replace("&amp;", "&")).partition("#")[0]
            sort = re.sub(r"\d+|[0-9a-f]{64}", "1", found.partition("?")[0])
            if found.startswith(ELSEWHERE):
                continue
            if found.startswith("/") and found not in seen and sort not in sorts:
                seen.add(found)
                sorts.add(sort)
                waiting.append(found)
