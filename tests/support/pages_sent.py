"""Somebody signed in before the desk's pages, what these say, and their forms as a browser sends them."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from httpx2 import Response
from starlette.testclient import TestClient

from slaflow.engine.access import sessions
from slaflow.engine.app import Engine
from slaflow.engine.transaction import written
from slaflow.web.access.cookies import OVER_HTTPS


def enter(app: Engine, client: TestClient, email: str) -> None:
    """Has the browser be signed in as *email*, and say that it comes from our own pages."""
    client.cookies.set(OVER_HTTPS, secret_of(app, email))
    client.headers["sec-fetch-site"] = "same-origin"


def secret_of(app: Engine, email: str) -> str:
    """A new session's."""
    person = next(each for each in app.people() if each.email == email)
    return written(app, lambda conn: sessions.begin(conn, person, app.now()))


def words(answer: Response) -> str:
    """What the page says, without its marks."""
    body = re.sub(r"<head>.*</head>", "", answer.text, flags=re.DOTALL)
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", body).split()))


def attributes(answer: Response) -> set[str]:
    """The names of all attributes on the page, as a browser reads it."""
    reader = _Attributes()
    reader.feed(answer.text)
    return reader.found


class _Attributes(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.update(name for name, _ in attrs)


def form_to(answer: Response, path: str) -> dict[str, str]:
    """The hidden values of the form of the page that is sent to *path*."""
    forms = re.findall(r"<form method=\"post\"(.*?)>(.*?)</form>", answer.text, flags=re.DOTALL)
    here = answer.url.path
    for marks, inside in forms:
        action = re.search(r'action="([^"]*)"', marks)
        if urljoin(here, action[1] if action else "") == path:
            pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', inside)
            return {name: unescape(value) for name, value in pairs}
    raise AssertionError(f"no form to {path}: {[each[0] for each in forms]}")


def led_to(answer: Response) -> str:
    """The page of ours that a browser is sent on to."""
    return urljoin(answer.url.path, answer.headers["location"])


def press(client: TestClient, page: str, path: str, **typed: Any) -> Response:
    """Opens *page* and sends its form to *path*; what is typed stands in the fields of the agreement."""
    values = {f"in.{name}": value for name, value in typed.items()}
    return client.post(path, data={**form_to(client.get(page), path), **values}, follow_redirects=False)
