"""What every page of the desk has: who looks, in which zone, and where they came from."""

from __future__ import annotations

import secrets
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse

from slaflow.engine.desk.consequences import local
from slaflow.web.desk import bars, nav, strips, words
from slaflow.web.origin import own_path, towards
from slaflow.web.pages import page
from slaflow.web.principal import FORM_KEY, Principal
from slaflow.web.site import Site

HOME = "/queue"
KEY_BYTES = 12


def site_of(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


def desk_page(
    request: Request, template: str, status: int, asking: Principal, zone: str, at: datetime, **values: Any
) -> HTMLResponse:
    """A page for who asks; *zone* is the one in which they read instants."""
    place = ZoneInfo(zone)
    return page(
        template, status, root=towards(request, "/"), me=asking, form_key=asking.form_key,
        form_key_name=FORM_KEY, zone=place, at=at,
        key=secrets.token_urlsafe(KEY_BYTES), when=partial(local, zone=place, now=at), bars=bars, words=words,
        strips=strips, places=tuple(nav.places(asking)),
        **values,
    )  # fmt: skip


def back_to(text: str | None) -> str:
    """Where to go on: a page of the desk."""
    path = own_path(text, HOME)
    return path if path.split("?")[0] == HOME or path.startswith("/leads/") else HOME


def with_done(path: str, lead: int) -> str:
    """*path*, which is to say that something was done to *lead*."""
    bare = path.partition("#")[0]
    head, _, query = bare.partition("?")
    kept = [each for each in query.split("&") if each and not each.startswith("done=")]
    return f"{head}?{'&'.join([*kept, f'done={lead}'])}"
