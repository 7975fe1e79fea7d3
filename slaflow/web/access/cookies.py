"""The cookie that a browser shows with each page: over https under a name that no other site can set.

Source: https://www.rfc-editor.org/rfc/rfc6265, and of ``__Host-`` its successor's draft, section 4.1.3.2.
"""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from slaflow.engine.access.sessions import LONGEST
from slaflow.web.site import Site

OVER_HTTPS = "__Host-slaflow"
ON_THIS_MACHINE = "slaflow"
"""Where nobody else can listen in, and a browser would keep no other."""


def name_of(site: Site) -> str:
    return OVER_HTTPS if site.is_secure else ON_THIS_MACHINE


def secret_of(site: Site, request: Request) -> str | None:
    """What the browser showed."""
    return request.cookies.get(name_of(site))


def give(site: Site, response: Response, secret: str) -> None:
    """Has the browser show *secret* from now on."""
    response.set_cookie(
        name_of(site), secret, max_age=int(LONGEST.total_seconds()), path="/", secure=site.is_secure,
        httponly=True, samesite="lax",
    )  # fmt: skip


def take(site: Site, response: Response) -> None:
    """Has it show nothing any more."""
    response.delete_cookie(name_of(site), path="/", secure=site.is_secure, httponly=True, samesite="lax")
