"""Where a request came from: from a page of ours, or from elsewhere; and where a browser may be sent.

A browser says where a form was sent from (``Sec-Fetch-Site``), an old one at least from which site.
Source: https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request

from slaflow.web.site import LOOPBACK, Site

SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
LONGEST = 2000
"""Characters of a path to go back to."""


def is_ours(site: Site, headers: Headers) -> bool:
    """Whether a page of *site* sent it; where nothing is said of that, it did not."""
    said = headers.get("sec-fetch-site")
    if said is not None:
        return said == "same-origin"
    origin = headers.get("origin")
    return origin is not None and origin in _origins(site, headers)


def _origins(site: Site, headers: Headers) -> set[str]:
    """Ours: the public one, and the address of this machine by which the request came."""
    found = set()
    if public := site.reach.public_url:
        parts = urlsplit(public)
        found.add(f"{parts.scheme}://{parts.netloc}".lower())
    host = headers.get("host", "").lower()
    if urlsplit(f"//{host}").hostname in LOOPBACK and not site.is_secure:
        found.add(f"http://{host}")
    return found


def towards(request: Request, path: str) -> str:
    """*path* of this site as seen from the page asked for, also where a proxy puts us below a folder."""
    here: str = request.scope["path"]
    return "./" + "../" * (here.count("/") - 1) + path[1:]


def address_of(site: Site, request: Request) -> str | None:
    """From where it was asked, as the nearest says whom nobody told to trust; None where nothing is known."""
    there = request.client.host if request.client else None
    if there is None or not _is_proxy(site, there):
        return there
    told = [each.strip() for each in request.headers.get("x-forwarded-for", "").split(",")]
    return next((each for each in reversed(told) if each and not _is_proxy(site, each)), None)


def _is_proxy(site: Site, address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in ip_network(each, strict=False) for each in site.reach.web.proxies)


def own_path(text: str | None, otherwise: str = "/") -> str:
    """*text*, where it is a path of this site and of nothing else, else *otherwise*."""
    if not text or len(text) > LONGEST or not text.isascii() or not text.isprintable():
        return otherwise
    # A browser takes a backslash for a slash, and two slashes for another site.
    if not text.startswith("/") or text.startswith("//") or "\\" in text or " " in text:
        return otherwise
    return text
