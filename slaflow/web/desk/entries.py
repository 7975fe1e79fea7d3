"""Where the page of one entry of the log is, for who may read it; this site may have none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from slaflow.web.principal import Principal, named_by

PLACE = "/log/{"
"""How the address of such a page begins, before the entry's number."""


def entries_at(request: Request, asking: Principal) -> str | None:
    """The address of an entry's page up to its number, as seen from the root of the site."""
    for route in _routes(request.app.routes):
        if route.path.startswith(PLACE) and route.path.count("/") == 2 and "GET" in (route.methods or ()):
            named = named_by(route.endpoint)
            may = named is not None and (named[0] == "signed_in" or asking.may_ever(named[0]))  # type: ignore[arg-type]
            return PLACE[1:-1] if may else None
    return None


def _routes(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    """Every route, also of routers that were included whole."""
    for route in routes:
        if (inner := getattr(route, "original_router", None)) is not None:
            yield from _routes(inner.routes)
        elif isinstance(route, APIRoute):
            yield route
